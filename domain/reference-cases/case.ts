import { areRelatives, converted, relativesOf, type Unit, unitOf } from "./unit.ts";

/** A golden-case file: `docs/reference-cases.md` describes its format. */
export interface ReferenceCase {
  readonly id: string;
  readonly kind: string;
  readonly title?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** A case says something that cannot be used; the message is for the person who wrote it. */
export class CaseFault extends Error {}

/** A number whose unit follows from the case's inputs; `null` where those have none. */
export interface Measured {
  readonly value: number | null;
  readonly unit: string | null;
}

/** What a case asks for, one result per expected key. */
export type Results = Readonly<Record<string, number | boolean | string | null | Measured>>;

/** An amount of fuel, in the unit that its heating value is per. */
export interface FuelHeat {
  readonly quantity: number;
  readonly mjPerUnit: number;
  readonly unit: string | null;
  /** What an amount is per, with its slash, where it may be one of any time: `/yr`. */
  readonly perTime: string;
}

/** The inputs of a case, read by name; a unit is the one that a bare number is in. */
export interface Inputs {
  number(name: string, unit: string): number;
  numberOr(name: string, otherwise: number, unit: string): number;
  /** A number, or `null` when the case does not give it. */
  optional(name: string, unit: string): number | null;
  /** A number in the unit that the case gives, which must be a relative of one of these. */
  measured(name: string, units: readonly string[]): { readonly value: number; readonly unit: string | null };
  /** A number in the first of these units that the case's own is a relative of. */
  numberInOneOf(name: string, units: readonly string[]): number;
  absoluteKpa(name: string, atmosphereKpa?: number): number;
  absoluteAtm(name: string): number;
  gaugeKpa(name: string, atmosphereKpa: number): number;
  /** An amount (by the hour, where it is a rate) with its heating value, in units that belong together. */
  fuelHeat(amount: string, heatingValue: string, own: "kJ" | "MJ", per: "h" | null): FuelHeat;
  /** A heating value alone, MJ per the unit that it is given per. */
  heatingValue(name: string, own: "kJ" | "MJ"): Omit<FuelHeat, "quantity" | "perTime">;
  text(name: string): string;
  choice<T extends string>(name: string, allowed: readonly T[]): T;
  choiceOr<T extends string, O>(name: string, allowed: readonly T[], otherwise: O): T | O;
  flag(name: string, otherwise: boolean): boolean;
  /** A list of objects that know these keys. */
  list(name: string, keys: readonly string[]): readonly Inputs[];
  /** A list of quantities, all in the unit of the first that has one. */
  quantities(name: string): { readonly values: readonly number[]; readonly unit: string | null };
  /** Shares of a composition, %. */
  shares(name: string, parts: readonly string[]): Readonly<Record<string, number>>;
  has(name: string): boolean;
  /** Whether a quantity's unit says this word. */
  saysInUnit(name: string, word: string): boolean;
}

interface Quantity {
  readonly value: number;
  readonly unit: string | null;
}

/** What a quantity may say: `text` is the decimal as a meter sent it, the last three are for people. */
export const quantityKeys = ["value", "unit", "text", "tolerance", "note", "source"];
const standardAtmosphereKpa = 101.325;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A unit that must be known: its own, or one that a case gives. */
export function knownUnit(of: string, text: string): Unit {
  const unit = unitOf(text);
  if (unit === null) throw new CaseFault(`${of} is in "${text}", which is no known unit`);
  return unit;
}

/** A value turned into a unit; refused where the one given is no relative of it. */
export function inUnit(of: string, value: number, from: string | null, to: string): number {
  if (from === null || from === to) return value;
  const target = knownUnit(of, to);
  const given = unitOf(from);
  if (given === null || !areRelatives(given, target))
    throw new CaseFault(`${of} is in "${from}", no relative of ${to}; known are ${relativesOf(target)}`);
  return converted(value, given, target);
}

export function inputsOf(raw: Readonly<Record<string, unknown>>, place = "input "): Inputs {
  const called = (name: string) => `${place}${name}`;
  const given = (name: string) => (Object.hasOwn(raw, name) ? (raw[name] ?? null) : null);
  const missing = (name: string) => new CaseFault(`${called(name)} is missing`);

  function quantity(name: string): Quantity | null {
    const value = given(name);
    return value === null ? null : quantityOf(value, called(name));
  }

  function present(name: string): Quantity {
    const found = quantity(name);
    if (found === null) throw missing(name);
    return found;
  }

  function optional(name: string, unit: string): number | null {
    const found = quantity(name);
    return found === null ? null : inUnit(called(name), found.value, found.unit, unit);
  }

  function number(name: string, unit: string): number {
    const value = optional(name, unit);
    if (value === null) throw missing(name);
    return value;
  }

  /** A pressure in a unit of ours, shifted by the atmosphere where the case's unit says that it is the other kind. */
  function pressure(name: string, own: "kPa" | "atm", other: "gauge" | "absolute", shift: number): number {
    const { value, unit } = present(name);
    const isOther = unit !== null && unitOf(unit)?.words.includes(other) === true;
    return inUnit(called(name), value, unit, isOther ? `${own} ${other}` : own) + (isOther ? shift : 0);
  }

  function text(name: string): string {
    const value = given(name);
    if (value === null) throw missing(name);
    if (typeof value !== "string") throw new CaseFault(`${called(name)} must be a text`);
    return value;
  }

  function choice<T extends string>(name: string, allowed: readonly T[]): T {
    const value = given(name);
    if (value === null) throw missing(name);
    const found = allowed.find((each) => each === value);
    if (found === undefined)
      throw new CaseFault(`${called(name)} is ${JSON.stringify(value)}; allowed are ${allowed.join(", ")}`);
    return found;
  }

  function heatingValue(name: string, own: "kJ" | "MJ"): Omit<FuelHeat, "quantity" | "perTime"> {
    const { value, unit } = present(name);
    if (unit === null) return { mjPerUnit: inUnit(called(name), value, own, "MJ"), unit };
    const slash = unit.indexOf("/");
    if (slash < 0) throw new CaseFault(`${called(name)} is in "${unit}"; it must be a heat per unit of fuel`);
    const per = unit.slice(slash + 1);
    if (unitOf(per) === null)
      throw new CaseFault(`${called(name)} is in "${unit}"; "${per}" is no known unit`);
    return { mjPerUnit: inUnit(called(name), value, unit.slice(0, slash), "MJ"), unit: per };
  }

  function fuelHeat(amount: string, heating: string, own: "kJ" | "MJ", per: "h" | null): FuelHeat {
    const { value, unit: said } = present(amount);
    const { mjPerUnit, unit } = heatingValue(heating, own);
    const { fuelUnit, hours, perTime } =
      said === null ? { fuelUnit: null, hours: 1, perTime: "" } : amountAndTime(called(amount), said, per);
    const quantity = value / hours;
    if (fuelUnit === null || unit === null) return { quantity, mjPerUnit, unit: unit ?? fuelUnit, perTime };
    const from = knownUnit(called(amount), fuelUnit);
    const to = knownUnit(called(heating), unit);
    if (!areRelatives(from, to))
      throw new CaseFault(
        `${called(amount)} in "${said}" and ${called(heating)} per "${unit}" do not belong together; ` +
          `known are ${relativesOf(to)}`,
      );
    return { quantity: converted(quantity, from, to), mjPerUnit, unit, perTime };
  }

  /** The unit of an amount, and the hours that a rate is per; an amount as such may be one of a year, or of any time. */
  function amountAndTime(of: string, rate: string, per: "h" | null) {
    const slash = rate.lastIndexOf("/");
    const [fuelUnit, time] = slash < 0 ? [rate, null] : [rate.slice(0, slash), rate.slice(slash + 1)];
    if (per !== null) {
      if (time === null)
        throw new CaseFault(`${of} is in "${rate}"; it must be an amount of fuel per h, min or s`);
      return { fuelUnit, hours: inUnit(of, 1, time, per), perTime: "" };
    }
    if (time !== null) inUnit(of, 1, time, "h");
    return { fuelUnit, hours: 1, perTime: time === null ? "" : `/${time}` };
  }

  function entriesOf(name: string): readonly (readonly [at: string, entry: unknown])[] {
    const value = given(name);
    if (value === null) throw missing(name);
    if (!Array.isArray(value)) throw new CaseFault(`${called(name)} is no list`);
    return value.map((entry: unknown, index) => [`${called(name)}[${index + 1}]`, entry]);
  }

  function measured(name: string, units: readonly string[]) {
    const { value, unit } = present(name);
    if (unit === null) return { value, unit, fits: null };
    const from = unitOf(unit);
    const fits = units.find((each) => from !== null && areRelatives(from, knownUnit(name, each)));
    if (fits === undefined)
      throw new CaseFault(`${called(name)} is in "${unit}", no relative of ${units.join(" or ")}`);
    return { value, unit, fits };
  }

  return {
    number,
    optional,
    measured,
    numberInOneOf: (name, units) => {
      const { value, unit, fits } = measured(name, units);
      return fits === null ? value : inUnit(called(name), value, unit, fits);
    },
    numberOr: (name, otherwise, unit) => optional(name, unit) ?? otherwise,
    absoluteKpa: (name, atmosphereKpa = standardAtmosphereKpa) =>
      pressure(name, "kPa", "gauge", atmosphereKpa),
    absoluteAtm: (name) => pressure(name, "atm", "gauge", 1),
    gaugeKpa: (name, atmosphereKpa) => pressure(name, "kPa", "absolute", -atmosphereKpa),
    fuelHeat,
    heatingValue,
    text,
    choice,
    choiceOr: (name, allowed, otherwise) => (given(name) === null ? otherwise : choice(name, allowed)),
    flag: (name, otherwise) => {
      const value = given(name) ?? otherwise;
      if (typeof value !== "boolean")
        throw new CaseFault(`${called(name)} is ${JSON.stringify(value)}; allowed are true and false`);
      return value;
    },
    list: (name, keys) => {
      return entriesOf(name).map(([at, each]) => {
        if (!isObject(each)) throw new CaseFault(`${at} is no object of ${keys.join(", ")}`);
        refuseUnknown(each, keys, at);
        return inputsOf(each, `${at}.`);
      });
    },
    quantities: (name) => {
      const all = entriesOf(name).map(([at, each]) => [at, quantityOf(each, at)] as const);
      const unit = all.map(([, each]) => each.unit).find((each) => each !== null) ?? null;
      const values = all.map(([at, each]) =>
        unit === null ? each.value : inUnit(at, each.value, each.unit, unit),
      );
      return { values, unit };
    },
    shares: (name, parts) => {
      const value = given(name);
      if (!isObject(value)) throw new CaseFault(`${called(name)} is no composition`);
      refuseUnknown(value, parts, called(name));
      const inner = inputsOf(value, `${called(name)}.`);
      return Object.fromEntries(Object.keys(value).map((part) => [part, inner.number(part, "%")]));
    },
    has: (name) => given(name) !== null,
    saysInUnit: (name, word) => {
      const unit = quantity(name)?.unit ?? null;
      return unit !== null && unitOf(unit)?.words.includes(word) === true;
    },
  };
}

function quantityOf(value: unknown, called: string): Quantity {
  if (typeof value === "number") return { value, unit: null };
  if (!isObject(value)) throw new CaseFault(`${called} must be a number, or an object of value and unit`);
  refuseUnknown(value, quantityKeys, called);
  const { value: number, unit } = value;
  if (typeof number !== "number") throw new CaseFault(`${called} has no number`);
  if (unit === undefined || unit === null || unit === "" || unit === "-")
    return { value: number, unit: null };
  if (typeof unit !== "string") throw new CaseFault(`${called} has a unit that is no text`);
  return { value: number, unit };
}

export function refuseUnknown(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  called: string,
): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0)
    throw new CaseFault(`${called} has ${unknown.join(", ")}; known are ${known.join(", ")}`);
}
