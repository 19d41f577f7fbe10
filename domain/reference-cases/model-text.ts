import { intercept, type Term } from "../mv/design.ts";
import { columnNamed } from "./row-condition.ts";
import { CaseFault } from "./savings-case.ts";

/** A model as a case writes it: what is modelled, by which terms. */
export interface ModelText {
  readonly energy: string;
  readonly terms: readonly TermText[];
}

/** A term whose change point may be left to be found. */
export type TermText =
  | Term
  | { readonly kind: "above" | "below"; readonly driver: string; readonly changePoint: null };

const termPattern = /^b\d+\s*\*\s*(.+)$/;
const powerPattern = /^([A-Za-z]\w*?)(?:\^(\d+))?$/;
const bendPattern = /^max\(0,\s*(.+?)\s*-\s*(.+?)\)$/;
const pointPattern = /^(-?[\d.]+)\s*([A-Za-z]*)$/;

/**
 * Reads a model such as `fuel = b0 + b1*steam + b2*feedwater`, `y = b0 + b1*x + ... + b5*x^5` or
 * `gas = b0 + b1*max(0, 60 F - temp)`; what stands behind a comma or semicolon outside of brackets is for people.
 * @param columns names that there are; a model may leave off the unit at their end
 */
export function modelOf(text: string, columns: readonly string[]): ModelText {
  const [energyName = "", rest = ""] = text.split("=").map((side) => side.trim());
  const body = rest.replace(/[;,](?![^(]*\)).*$/, "").trim();
  const parts = body.split(/\s*\+\s*(?![^(]*\))/);
  if (parts[0] !== "b0") throw new CaseFault(`the model "${text}" has no standing loss b0`);
  const terms = parts.slice(1).flatMap((part, k): readonly TermText[] => {
    if (part !== "...") return [termOf(part, columns)];
    return between(parts[k] ?? "", parts[k + 2] ?? "").map((each) => termOf(each, columns));
  });
  return { energy: columnNamed(energyName, columns, null), terms: [intercept, ...terms] };
}

/** What "..." stands for: powers or numbered columns, from one end to the other. */
function between(before: string, after: string): readonly string[] {
  const count = (part: string) => Number(/^b(\d+)/.exec(part)?.[1] ?? Number.NaN);
  const [from, to] = [count(before), count(after)];
  if (!(to > from)) throw new CaseFault(`"${before} + ... + ${after}" says no terms`);
  return Array.from({ length: to - from - 1 }, (_, k) => {
    const number = from + 1 + k;
    const driver = (termPattern.exec(after)?.[1] ?? "").replace(/\d+$/, String(number));
    return `b${number}*${driver}`;
  });
}

function termOf(part: string, columns: readonly string[]): TermText {
  const inner = termPattern.exec(part)?.[1] ?? "";
  const bend = bendPattern.exec(inner);
  if (bend !== null) return bendOf(bend[1] ?? "", bend[2] ?? "", columns);
  const power = powerPattern.exec(inner);
  if (power === null) throw new CaseFault(`"${part}" is no term of a model`);
  return {
    kind: "power",
    driver: columnNamed(power[1] ?? "", columns, null),
    exponent: Number(power[2] ?? 1),
  };
}

/** `c` is a change point to be found; a number, with its unit or without, is one that is set. */
function bendOf(left: string, right: string, columns: readonly string[]): TermText {
  const isPoint = (text: string) => text === "c" || pointPattern.test(text);
  const [kind, point, name] = isPoint(left)
    ? (["below", left, right] as const)
    : (["above", right, left] as const);
  const set = pointPattern.exec(point);
  const unit = set?.[2] === undefined || set[2] === "" ? null : set[2];
  const driver = columnNamed(name, columns, unit);
  return set === null ? { kind, driver, changePoint: null } : { kind, driver, changePoint: Number(set[1]) };
}
