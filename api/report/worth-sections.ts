import { escaped } from "../../domain/mv/plots/frame.ts";
import { limitBar, waterfallBar } from "../../domain/mv/plots/plots.ts";
import { cell, kv, number, orDash, p, right, row, table } from "./html.ts";
import type { ReportParts } from "./report-parts.ts";
import { dateText, type Words } from "./words.ts";

export function stack({ figures, language }: ReportParts, w: Words): string {
  const tests = figures.stackTests.map(
    ({ when, date, certificate, fuel }) =>
      `${when === "before" ? w.before : w.after}: ${dateText(date, language)}, ${fuel[language]} (${certificate})`,
  );
  const pair = (one: number | null, other: number | null, digits: number) =>
    one === other ? orDash(one, digits) : `${orDash(one, digits)} / ${orDash(other, digits)}`;
  const shareOf = (value: number | null, limit: number | null, what: string) =>
    value === null || limit === null
      ? null
      : what === "air-ratio"
        ? (value - 1) / (limit - 1)
        : value / limit;
  const lines = figures.stack.map((line) => {
    const { what, decimals: d, unit } = line;
    const [one, other] = [
      shareOf(line.before, line.limitNowBefore, what),
      shareOf(line.after, line.limitNowAfter, what),
    ];
    const over = (share: number | null, text: string) =>
      cell(share !== null && share > 1 ? `<b class="over">${text}</b>` : text, "r");
    const change =
      line.before === null || line.after === null
        ? ""
        : what === "exhaust" || what === "air-ratio"
          ? number(line.after - line.before, d)
          : what === "dry-flow"
            ? ""
            : `${number(100 * (line.after / line.before - 1))} %`;
    return row([
      `<th scope="row">${escaped(w.what[what])} <span class="u">${escaped(unit)}</span></th>`,
      right(orDash(line.measuredBefore, 1)),
      over(one, orDash(line.before, d)),
      right(orDash(line.measuredAfter, 1)),
      over(other, orDash(line.after, d)),
      right(pair(line.limitThenBefore, line.limitThenAfter, d)),
      right(pair(line.limitNowBefore, line.limitNowAfter, d)),
      cell(one === null && other === null ? "" : limitBar(one, other, w.share)),
      right(change),
    ]);
  });
  const nox = figures.stack.find(({ what, perGj }) => what === "nox" && perGj !== null)?.perGj ?? null;
  return [
    p(tests.join(" · ")),
    table(
      [
        "",
        { r: `${w.before}, ${w.measured}` },
        { r: w.atReference },
        { r: `${w.after}, ${w.measured}` },
        { r: w.atReference },
        { r: w.limitThen },
        { r: w.limitNow },
        w.share,
        { r: w.change },
      ],
      lines,
    ),
    nox === null
      ? ""
      : p(
          `NOx: ${w.perGj(number(nox.reductionPerHourPercent), number(nox.reductionPerGjPercent), nox.loadRatio.toFixed(2))}`,
          "note",
        ),
    p(w.stackNote, "note"),
  ].join("");
}

export function carbon({ figures, language }: ReportParts, w: Words): string {
  const { carbon: of } = figures;
  if (of === null) return "";
  return [
    kv([
      [w.before, `${number(of.beforeT)} t CO₂e (${escaped(of.editionBefore)})`],
      [w.after, `${number(of.afterT)} t CO₂e`],
      [
        w.co2,
        `<b>${number(of.saved.value)} ± ${number(of.saved.halfWidth)} t</b> (${of.savedPercent.toFixed(1)} %)`,
      ],
      [w.conservative, `${number(of.conservativeT)} t`],
    ]),
    table(
      [w.fuel, w.edition, { r: w.energy }, { r: "CO₂, t" }, { r: "CO₂e, t" }],
      of.fuels.map((each) =>
        row([
          cell(escaped(each.label[language])),
          cell(escaped(each.edition)),
          right(number(each.lhvGj)),
          right(number(each.co2T)),
          right(number(each.co2eT)),
        ]),
      ),
    ),
  ].join("");
}

export function attribution({ figures, language }: ReportParts, w: Words): string {
  const { attribution: of } = figures;
  if (of === null) return "";
  let left = of.before;
  const parts = of.effects.map(({ label, reduction }) => {
    const from = left;
    left -= reduction;
    return `<div class="wf"><span>${escaped(label[language])}</span>${waterfallBar(from, left, of.before, "part")}<b>${number(-reduction)}</b></div>`;
  });
  return `<div class="wfs"><div class="wf"><span>${escaped(w.before)}</span>${waterfallBar(0, of.before, of.before, "before")}<b>${number(of.before)}</b></div>${parts.join("")}<div class="wf"><span>${escaped(w.after)}</span>${waterfallBar(0, of.after, of.before, "after")}<b>${number(of.after)}</b></div>${p(`t CO₂e. ${w.attributionRule[of.rule]}`, "note")}</div>`;
}

export function published({ figures, language }: ReportParts, _w: Words): string {
  const { published: of } = figures;
  return of === null ? "" : p(of.says[language]) + p(of.source, "note");
}

export function money({ figures, language }: ReportParts, w: Words): string {
  const { worth } = figures;
  const m = (value: number) => `${number(value / 1e6, 2)} M`;
  const bills = (of: typeof worth.billsBefore, name: string, sign: 1 | -1) =>
    of.map(
      (bill) =>
        [
          `${name}: ${bill.label[language]} ${number(bill.quantity)} ${bill.unit} × ${bill.perUnit ?? "–"}`,
          bill.perUnit === null ? "–" : m(sign * bill.quantity * bill.perUnit),
        ] as const,
    );
  const { annual, irr } = worth;
  const lines: (readonly [string, string])[] = [
    ...bills(worth.billsBefore, w.billBefore, 1),
    ...bills(worth.billsAfter, w.billAfter, -1),
  ];
  if (annual !== null) {
    for (const [name, value] of [
      [w.electricity, annual.electricity],
      [w.maintenance, annual.maintenance],
      [w.airFee, annual.airPollutionFee],
      [w.carbonFee, annual.carbonFee],
      [w.credits, annual.credits],
    ] as const)
      if (value !== 0) lines.push([name, m(value)]);
    lines.push([
      w.net,
      `<b>${m(annual.net)} ± ${number((worth.annualHalfWidth ?? 0) / 1e6, 2)} ${escaped(worth.currency)}</b>`,
    ]);
  }
  lines.push([w.investment, m(worth.investment)], [w.grant, m(worth.grant)]);
  if (annual !== null) {
    lines.push(
      [w.npv, m(worth.npv ?? 0)],
      [
        w.irr,
        irr === null
          ? "–"
          : irr.kind === "rate"
            ? `${(100 * irr.perYear).toFixed(1)} %`
            : escaped(irr.kind === "none" ? w.irrNone : w.irrMany),
      ],
      [w.simple, worth.simplePaybackYears === null ? escaped(w.never) : worth.simplePaybackYears.toFixed(1)],
      [
        w.discounted,
        worth.discountedPaybackYears === null ? escaped(w.never) : worth.discountedPaybackYears.toFixed(1),
      ],
    );
  }
  const notes = [worth.subsidy, worth.taxCredit, worth.carbonFee, worth.airPollutionFee ?? null].filter(
    (each) => each !== null,
  );
  const range = [...worth.sensitivity].map(({ assumption, atLow, atHigh }) =>
    row([cell(escaped(w.assumption[assumption] ?? assumption)), right(m(atLow)), right(m(atHigh))]),
  );
  return [
    kv(lines),
    ...notes.map((each) => p(each.says[language]) + (each.source === null ? "" : p(each.source, "note"))),
    range.length === 0 ? "" : table([w.tornado, { r: "−" }, { r: "+" }], range),
    worth.shared.length === 0
      ? ""
      : table(
          [`${w.shared}: ${w.year}`, { r: w.company }, { r: w.owner }],
          worth.shared
            .slice(0, 10)
            .map(({ year, company, owner }) => row([cell(String(year)), right(m(company)), right(m(owner))])),
        ),
  ].join("");
}
