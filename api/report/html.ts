import { escaped } from "../../domain/mv/plots/frame.ts";

/** A part of a report, as a page shows it and the paper prints it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

export const number = (value: number, digits = 0): string =>
  value
    .toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace(/^-(?=[0.,]*$)/, "")
    .replace("-", "−");
/** As many digits as the figure bears. */
export const figure = (value: number): string =>
  Math.abs(value) >= 1_000 ? number(value) : String(Number(value.toPrecision(4))).replace("-", "−");
export const orDash = (value: number | null, digits = 0): string =>
  value === null ? "–" : number(value, digits);
export const cell = (text: string, kind = ""): string =>
  `<td${kind === "" ? "" : ` class="${kind}"`}>${text}</td>`;
export const right = (text: string): string => cell(text, "r");
export const row = (cells: readonly string[], kind = ""): string =>
  `<tr${kind === "" ? "" : ` class="${kind}"`}>${cells.join("")}</tr>`;
export const table = (heads: readonly (string | { readonly r: string })[], rows: readonly string[]): string =>
  `<div class="tw" tabindex="0"><table><thead><tr>${heads
    .map((head) =>
      typeof head === "string"
        ? `<th scope="col">${escaped(head)}</th>`
        : `<th scope="col" class="r">${escaped(head.r)}</th>`,
    )
    .join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
export const p = (text: string, kind = ""): string =>
  `<p${kind === "" ? "" : ` class="${kind}"`}>${escaped(text)}</p>`;
export const kv = (pairs: readonly (readonly [string, string])[]): string =>
  `<dl class="kv">${pairs.map(([key, value]) => `<dt>${escaped(key)}</dt><dd>${value}</dd>`).join("")}</dl>`;
