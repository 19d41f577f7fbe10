import { CaseFault } from "./case.ts";

/** A golden-case file: `docs/reference-cases.md` describes its format. */
export interface SavingsCase {
  readonly id: string;
  readonly kind: string;
  readonly title?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  /** How far results may be off, where it is not said beside each of them. */
  readonly tolerance?: unknown;
  /** Rows of the data file that the inputs name. */
  readonly rows?: readonly DataRow[];
}

/** A row of a data file, as text by column. */
export type DataRow = Readonly<Record<string, string>>;

/** What else of a case a kind may look at. */
export interface CaseData {
  readonly rows: readonly DataRow[];
  /** Names of the results that are asked for, and figures that a case states as true. */
  readonly expected: Readonly<Record<string, unknown>>;
}

export { CaseFault };

/** What a case asks for, one result per expected key: numbers and booleans are compared, and so are verdicts. */
export type Results = { readonly [name: string]: Result };
export type Result = number | boolean | string | null | readonly Result[] | Results;

/** The inputs of a case, read by name. */
export interface Inputs {
  /** A number; in `unit` where that is asked for and the case gives a relative of it. */
  number(name: string, unit?: string): number;
  numberOr(name: string, otherwise: number, unit?: string): number;
  /** A number, or `null` when the case does not give it. */
  optional(name: string, unit?: string): number | null;
  text(name: string): string;
  textOr(name: string, otherwise: string): string;
  flag(name: string, otherwise: boolean): boolean;
  list(name: string): readonly Inputs[];
  /** A list of numbers. */
  numbers(name: string): readonly number[];
  /** Named inputs within an input. */
  part(name: string): Inputs;
  names(): readonly string[];
  /** A list as it stands. */
  rows(name: string): readonly unknown[];
  /** A text or a number, as a text. */
  unitless(name: string): string;
  /** Shares of a composition, %. */
  shares(name: string): Readonly<Record<string, number>>;
  has(name: string): boolean;
  unitOf(name: string): string;
}

/** Families of units: how much of the first one each is. Whatever stands behind a slash of a heating value stays. */
const families: readonly Readonly<Record<string, number>>[] = [
  {
    kPa: 1,
    Pa: 0.001,
    hPa: 0.1,
    MPa: 1_000,
    bar: 100,
    barA: 100,
    barG: 100,
    atm: 101.325,
    mmHg: 101.325 / 760,
  },
  { "Nm3/min": 1, "Nm3/h": 1 / 60, "Nm3/s": 60 },
  { "kJ/": 1, "MJ/": 1_000, "GJ/": 1e6, "kcal/": 4.1868, "Mcal/": 4_186.8 },
  { "MJ/h": 1, "GJ/h": 1_000, "kJ/h": 0.001, kW: 3.6, MW: 3_600, W: 0.0036, "kcal/h": 0.0041868 },
  { "kg/h": 1, "t/h": 1_000, "kg/s": 3_600, "kg/min": 60 },
];

/** Turns a value into the unit that a kind works in; a unit that is no relative of it is taken as it stands. */
function converted(value: number, from: string, to: string): number {
  if (to === "degC") return from === "K" ? value - 273.15 : value;
  for (const family of families) {
    const of = (unit: string) => family[unit] ?? family[`${unit.split("/")[0]}/`];
    const target = of(to);
    const given = of(from);
    if (target !== undefined && given !== undefined) return (value * given) / target;
  }
  return value;
}

export function inputsOf(raw: Readonly<Record<string, unknown>>): Inputs {
  const given = (name: string) => raw[name];

  function optional(name: string, unit?: string): number | null {
    const value = given(name);
    if (value === undefined || value === null) return null;
    if (typeof value === "number") return value;
    const { value: inner, unit: from } = value as { readonly value?: unknown; readonly unit?: unknown };
    if (typeof inner !== "number") throw new CaseFault(`input ${name} has no number`);
    return unit === undefined || typeof from !== "string" ? inner : converted(inner, from, unit);
  }

  function number(name: string, unit?: string): number {
    const value = optional(name, unit);
    if (value === null) throw new CaseFault(`input ${name} is missing`);
    return value;
  }

  return {
    number,
    optional,
    numberOr: (name, otherwise, unit) => optional(name, unit) ?? otherwise,
    text: (name) => {
      const value = given(name);
      if (typeof value !== "string") throw new CaseFault(`input ${name} is missing`);
      return value;
    },
    textOr: (name, otherwise) => {
      const value = given(name);
      return typeof value === "string" ? value : otherwise;
    },
    flag: (name, otherwise) => {
      const value = given(name);
      return typeof value === "boolean" ? value : otherwise;
    },
    list: (name) => {
      const value = given(name);
      if (!Array.isArray(value)) throw new CaseFault(`input ${name} is no list`);
      return value.map((each) =>
        inputsOf((typeof each === "number" ? { value: each } : each) as Record<string, unknown>),
      );
    },
    numbers: (name) => {
      const value = given(name);
      if (!Array.isArray(value) || !value.every((each) => typeof each === "number"))
        throw new CaseFault(`input ${name} is no list of numbers`);
      return value;
    },
    part: (name) => {
      const value = given(name);
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new CaseFault(`input ${name} has no parts`);
      return inputsOf(value as Record<string, unknown>);
    },
    names: () => Object.keys(raw),
    rows: (name) => {
      const value = given(name);
      if (!Array.isArray(value)) throw new CaseFault(`input ${name} is no list`);
      return value;
    },
    unitless: (name) => {
      const value = given(name);
      if (typeof value !== "string" && typeof value !== "number")
        throw new CaseFault(`input ${name} is missing`);
      return String(value);
    },
    shares: (name) => {
      const value = given(name);
      if (typeof value !== "object" || value === null) throw new CaseFault(`input ${name} is no composition`);
      return Object.fromEntries(
        Object.entries(value).map(([part, share]) => [
          part,
          typeof share === "number" ? share : ((share as { readonly value?: number }).value ?? Number.NaN),
        ]),
      );
    },
    has: (name) => given(name) !== undefined && given(name) !== null,
    unitOf: (name) => String((given(name) as { readonly unit?: unknown } | undefined)?.unit ?? ""),
  };
}

/** One kind of case about savings: the keys it knows, and how its results come about. */
export interface SavingsKind {
  readonly inputs: readonly string[];
  readonly expected: readonly string[];
  /** Figures among the expected ones that a case states, for others to be held against. */
  readonly stated?: readonly string[];
  /** Whether a result is one of a family whose names carry their figures. */
  readonly knows?: (result: string) => boolean;
  readonly compute: (inputs: Inputs, data: CaseData) => Results;
}
