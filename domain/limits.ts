import type { Boiler, CoalFiring } from "./boiler.ts";
import { airRatioHundredths } from "./combustion/air-ratio.ts";
import type { HourInput, HourMean } from "./emissions/clock-hour.ts";
import type { EmissionQuantity } from "./emissions/emission-quantity.ts";
import type { AveragingOrder, StartUpTreatment } from "./emissions/hourly-mean.ts";
import type { Fuel, FuelClass } from "./fuel.ts";
import type { FlawCount } from "./reading.ts";

/** What the two tables limit; each is a point's name. */
export const tableQuantities = ["airRatio", "exhaustTempC"] as const;
export type TableQuantity = (typeof tableQuantities)[number];

/** One cell of a table, with its row and column. `limit` is `null` where the table prints a dash. */
export interface LimitRow {
  readonly fuelClass: FuelClass;
  /** `null` for oil and gas. */
  readonly coalFiring: CoalFiring | null;
  /** t/h, inclusive (以上). */
  readonly fromTPerH: number;
  /** t/h, exclusive (未達); `null`: no upper end. */
  readonly belowTPerH: number | null;
  readonly limit: number | null;
}

/** A published set of limits, as in force from a date on. */
export interface LimitTables extends Dated {
  readonly id: string;
  readonly source: string;
  readonly tables: Readonly<Record<TableQuantity, readonly LimitRow[]>>;
}

export interface EmissionStandard extends Dated {
  readonly id: string;
  readonly source: string;
  /** ISO dates from which it binds boilers built after it and boilers that stood before. */
  readonly inForceFrom: { readonly new: string; readonly existing: string };
  /** Up to when an approved plan may put off the date of an existing boiler; `null`: not at all. */
  readonly latestExtension: string | null;
  readonly referenceO2Percent: number;
  readonly averagingOrder: AveragingOrder;
  readonly startUp: StartUpTreatment;
  readonly limits: Readonly<Record<EmissionQuantity, number>>;
}

/**
 * The cell for a fuel class, a way of firing and a capacity; `null` when the table has no such row.
 * @source Guidance 003, the two tables: 以上 inclusive, 未達 exclusive
 */
export function tableLimit(
  rows: readonly LimitRow[],
  fuelClass: FuelClass,
  coalFiring: CoalFiring | null,
  capacityTPerH: number,
): LimitRow | null {
  const firing = fuelClass === "coal" ? coalFiring : null;
  return (
    rows.find(
      (row) =>
        row.fuelClass === fuelClass &&
        row.coalFiring === firing &&
        capacityTPerH >= row.fromTPerH &&
        (row.belowTPerH === null || capacityTPerH < row.belowTPerH),
    ) ?? null
  );
}

/** Something that is in force from a day on, and up to and with a last one where it has an end. */
export interface Dated {
  /** ISO date. */
  readonly validFrom: string;
  readonly validUntil?: string;
}

/**
 * The edition that was in force at a moment; days begin at midnight UTC+8, as the rules' dates do.
 * @source Definition
 */
export function inForceAt<T extends Dated>(editions: readonly T[], atMs: number): T | null {
  let found: T | null = null;
  for (const edition of editions) {
    if (dayStartMs(edition.validFrom) > atMs) continue;
    if (found === null || edition.validFrom > found.validFrom) found = edition;
  }
  const isOver = found?.validUntil !== undefined && atMs >= dayStartMs(found.validUntil) + dayMs;
  return isOver ? null : found;
}

const dayMs = 86_400_000;

const dayStarts = new Map<string, number>();

/**
 * When a day of the rules begins.
 * @source Definition, midnight UTC+8
 */
export function dayStartMs(isoDate: string): number {
  const known = dayStarts.get(isoDate);
  if (known !== undefined) return known;
  const startMs = Date.parse(`${isoDate}T00:00:00+08:00`);
  dayStarts.set(isoDate, startMs);
  return startMs;
}

/**
 * The day of the rules in which a moment lies.
 * @source Definition, midnight UTC+8
 */
export function isoDayOf(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** Why a limit was not held against a value: the tables are made for steady firing, and for good data. */
export const notJudgedReasons = [
  "not-firing",
  "firing-unknown",
  "light-off",
  "window-filling",
  "not-steady",
  "input-flawed",
  "no-data",
  "no-sensor",
  "fuel-unknown",
  "hour-not-complete",
  "hour-invalid",
] as const;
export type NotJudgedReason = (typeof notJudgedReasons)[number];

/** A limit as it applies to one boiler at one time, and where it is written. */
export interface LimitInForce {
  readonly limit: number | null;
  readonly row: LimitRow;
  readonly tablesId: string;
  readonly source: string;
  readonly inForceFrom: string;
}

/**
 * What limits a quantity of a boiler at a moment, while `fuel` governs.
 * @returns `null` when nothing was in force; a `limit` of `null` when the table prints a dash
 * @source Guidance 003, the two tables with note 2
 */
export function limitInForce(
  quantity: TableQuantity,
  boiler: Boiler,
  fuel: Fuel,
  tables: readonly LimitTables[],
  atMs: number,
): LimitInForce | null {
  const own = boiler.ownLimits === null ? null : inForceAt([boiler.ownLimits], atMs);
  const ownLimit = own?.[quantity] ?? null;
  if (own !== null && ownLimit !== null) {
    const row = {
      fuelClass: fuel.fuelClass,
      coalFiring: null,
      fromTPerH: 0,
      belowTPerH: null,
      limit: ownLimit,
    };
    return { limit: ownLimit, row, tablesId: "own", source: own.source, inForceFrom: own.validFrom };
  }
  const edition = inForceAt(tables, atMs);
  const row =
    edition === null
      ? null
      : tableLimit(edition.tables[quantity], fuel.fuelClass, boiler.coalFiring, boiler.capacityTPerH);
  if (edition === null || row === null) return null;
  const { id: tablesId, source, validFrom: inForceFrom } = edition;
  return { limit: row.limit, row, tablesId, source, inForceFrom };
}

/** The measured quantity behind a verdict. */
export interface JudgedInput extends WindowMean {
  readonly point: "o2DryPercent" | "exhaustTempC";
}

/** A value held against its limit, with all that is needed to explain it. */
export interface Judged extends Omit<LimitInForce, "limit"> {
  readonly kind: "within" | "above";
  readonly quantity: TableQuantity;
  /** As compared: the air ratio rounded to two decimals, the exhaust temperature unrounded. */
  readonly value: number;
  readonly limit: number;
  readonly formula: string;
  readonly input: JudgedInput;
  /** What the input may not reach (dry O₂), or may just reach (temperature). */
  readonly bar: number;
  /** From the input's mean up to the bar; below nought when the limit is exceeded. */
  readonly headroom: number;
  readonly fuelId: string;
  readonly steadySinceMs: number;
}

export type Verdict =
  | Judged
  | { readonly kind: "no-limit"; readonly tablesId: string; readonly source: string; readonly row: LimitRow }
  | { readonly kind: "not-in-force" }
  | { readonly kind: "not-judged"; readonly reason: NotJudgedReason };

/** The mean of a clock hour held against an emission limit, with all that is needed to explain it. */
export interface HourJudged extends EmissionLimitInForce {
  readonly kind: "within" | "above";
  readonly value: number;
  readonly formula: string;
  readonly hourStartMs: number;
  readonly validMinutes: number;
  /** Minutes in which the oxygen correction met its floor. */
  readonly clampedMinutes: number;
  readonly input: HourInput;
}

export type EmissionVerdict =
  | HourJudged
  | { readonly kind: "not-in-force" }
  | { readonly kind: "not-judged"; readonly reason: NotJudgedReason };

export type Verdicts = Readonly<Record<TableQuantity, Verdict> & Record<EmissionQuantity, EmissionVerdict>>;

/** An emission limit as it binds one boiler, and where it is written. */
export interface EmissionLimitInForce {
  readonly limit: number;
  readonly standardId: string;
  readonly source: string;
  readonly inForceFrom: string;
  readonly referenceO2Percent: number;
  readonly averagingOrder: AveragingOrder;
  readonly startUp: StartUpTreatment;
}

/**
 * What limits an emission of a boiler at a moment; `null` when no standard binds it yet. An existing boiler is bound
 * from the standard's date for existing ones, or from the date to which its own plan put it off.
 * @source Boiler emission standard of Taiwan, dates for new and existing boilers
 */
export function emissionLimitInForce(
  quantity: EmissionQuantity,
  boiler: Boiler,
  standards: readonly EmissionStandard[],
  atMs: number,
): EmissionLimitInForce | null {
  const inForce = inForceAt(bindingOf(boiler, standards), atMs);
  if (inForce === null) return null;
  const { standard, validFrom } = inForce;
  return {
    limit: standard.limits[quantity],
    standardId: standard.id,
    source: standard.source,
    inForceFrom: validFrom,
    referenceO2Percent: boiler.referenceO2Percent,
    averagingOrder: boiler.averagingOrder,
    startUp: boiler.startUp,
  };
}

/** An edition of a standard, dated by when it binds one boiler. */
export interface BindingStandard extends Dated {
  readonly standard: EmissionStandard;
}

/** The editions of a standard as they bind a boiler: a new one, and one that stood before, from different days on. */
export function bindingOf(
  boiler: Pick<Boiler, "standing" | "boundFrom">,
  standards: readonly EmissionStandard[],
): readonly BindingStandard[] {
  return standards.map((standard) => ({
    standard,
    validFrom: boundFrom(boiler, standard),
    ...(standard.validUntil !== undefined && { validUntil: standard.validUntil }),
  }));
}

function boundFrom(
  { standing, boundFrom: own }: Pick<Boiler, "standing" | "boundFrom">,
  { validFrom, inForceFrom, latestExtension }: EmissionStandard,
): string {
  // ISO dates sort as text does. No edition binds before it is there.
  const later = (a: string, b: string) => (a > b ? a : b);
  const regular = later(validFrom, inForceFrom[standing]);
  if (standing === "new" || own === null || latestExtension === null) return regular;
  // The extension counts up to its latest date, and never shortens.
  return later(regular, own < latestExtension ? own : latestExtension);
}

/**
 * What to go by at a moment where something must be: the newest edition that has begun, also after its end, while
 * nothing newer is known; before the first, the first: what it tells of fuels and air was so before it was written down.
 * @source Definition
 */
export function nearestEdition<T extends Dated>(editions: readonly T[], atMs: number): T | undefined {
  let nearest: T | undefined;
  for (const edition of editions) {
    const begun = dayStartMs(edition.validFrom) <= atMs;
    const nearestBegun = nearest !== undefined && dayStartMs(nearest.validFrom) <= atMs;
    if (
      nearest === undefined ||
      (begun && !nearestBegun) ||
      (begun && edition.validFrom > nearest.validFrom) ||
      (!begun && !nearestBegun && edition.validFrom < nearest.validFrom)
    )
      nearest = edition;
  }
  return nearest;
}

/** The moments at which something dated begins or has ended. */
export function turnsOf({ validFrom, validUntil }: Dated): readonly number[] {
  const from = dayStartMs(validFrom);
  return validUntil === undefined ? [from] : [from, dayStartMs(validUntil) + dayMs];
}

/** How an hour's mean is made, in symbols. */
export const hourFormulas: Readonly<Record<AveragingOrder, string>> = {
  "correct-then-average": "mean(C × (21 − O₂ref) / (21 − O₂))",
  "average-then-correct": "mean(C) × (21 − O₂ref) / (21 − mean(O₂))",
};

/**
 * Holds a clock hour's mean against the limit that was in force when the hour began.
 * @source Boiler emission standard of Taiwan, means of an hour at the reference oxygen
 */
export function judgeHour(
  quantity: EmissionQuantity,
  hour: HourMean,
  boiler: Boiler,
  standards: readonly EmissionStandard[],
): EmissionVerdict {
  const inForce = emissionLimitInForce(quantity, boiler, standards, hour.hourStartMs);
  if (inForce === null) return { kind: "not-in-force" };
  if (hour.mean === null || Number.isNaN(hour.mean)) return { kind: "not-judged", reason: "hour-invalid" };
  const { hourStartMs, validMinutes, clampedMinutes, input, mean: value } = hour;
  const kind = value <= inForce.limit ? "within" : "above";
  const formula = hourFormulas[inForce.averagingOrder];
  return { ...inForce, kind, value, formula, hourStartMs, validMinutes, clampedMinutes, input };
}

export type TableVerdicts = Readonly<Record<TableQuantity, Verdict>>;

/** One quantity over a steady window. */
export interface WindowMean {
  /** Of its good samples. */
  readonly mean: number;
  /** Readings in the window; those in which the point was not read are neither good nor flawed. */
  readonly samples: number;
  readonly goodSamples: number;
  /** Why the others were not good. */
  readonly flaws: readonly FlawCount[];
}

/** A steady window, over which a table is judged; `null` where the boiler has no such sensor. */
export interface SteadyMeans {
  readonly o2DryPercent: WindowMean | null;
  readonly exhaustTempC: WindowMean | null;
  readonly steadySinceMs: number;
}

/** How each judged value comes from its input, and what the input may not pass. */
const judgedBy = {
  airRatio: {
    point: "o2DryPercent",
    formula: "round2(21 / (21 − O₂))",
    compared: (o2DryPercent: number) => {
      const hundredths = airRatioHundredths(o2DryPercent);
      return hundredths === null ? null : hundredths / 100;
    },
    barOf: o2BarDryPercent,
  },
  exhaustTempC: {
    point: "exhaustTempC",
    formula: "T",
    compared: (exhaustTempC: number) => exhaustTempC,
    barOf: (limit: number) => limit,
  },
} as const;

/**
 * Holds the means of a steady window against the two tables.
 *
 * The air ratio comes from the mean oxygen (the mean of ratios would be another figure), is rounded, and may
 * equal the limit. The temperature is compared as it is and may equal the limit, too.
 * @param tables the editions known; the one in force at `atMs` decides
 * @source Guidance 003, the two tables with notes 1 and 2
 */
export function judgeTables(
  means: SteadyMeans,
  boiler: Boiler,
  fuel: Fuel,
  tables: readonly LimitTables[],
  atMs: number,
): TableVerdicts {
  const judge = (quantity: TableQuantity): Verdict => {
    const { point, formula, compared, barOf } = judgedBy[quantity];
    const window = means[point];
    if (window === null) return { kind: "not-judged", reason: "no-sensor" };
    const value = compared(window.mean);
    if (value === null || Number.isNaN(value)) return { kind: "not-judged", reason: "input-flawed" };
    const inForce = limitInForce(quantity, boiler, fuel, tables, atMs);
    if (inForce === null) return { kind: "not-in-force" };
    const { limit, row, tablesId, source } = inForce;
    if (limit === null) return { kind: "no-limit", tablesId, source, row };
    const bar = barOf(limit);
    return {
      kind: value <= limit ? "within" : "above",
      row,
      tablesId,
      source,
      inForceFrom: inForce.inForceFrom,
      quantity,
      value,
      limit,
      formula,
      input: {
        point,
        mean: window.mean,
        samples: window.samples,
        goodSamples: window.goodSamples,
        flaws: window.flaws,
      },
      bar,
      headroom: bar - window.mean,
      fuelId: fuel.id,
      steadySinceMs: means.steadySinceMs,
    };
  };
  return { airRatio: judge("airRatio"), exhaustTempC: judge("exhaustTempC") };
}

/**
 * Both tables not judged, for one reason.
 * @source Definition
 */
export function notJudged(reason: NotJudgedReason): TableVerdicts {
  const verdict: Verdict = { kind: "not-judged", reason };
  return { airRatio: verdict, exhaustTempC: verdict };
}

/**
 * The oxygen that an operator may not reach: below it the rounded air ratio is within the limit (4.908 % for 1.30).
 * Of a limit of more than two decimals the rounded ratio can only keep its hundredths: 1.253 is 1.25.
 * @source Guidance 003, note 1: ratios below limit + 0.005 round to the limit or less
 */
export function o2BarDryPercent(airRatioLimit: number): number {
  const noise = 1e-9; // of the multiplication: 1.15 is 114.99999999999999 hundredths
  return 21 - 21 / (Math.floor(100 * airRatioLimit + noise) / 100 + 0.005);
}

/**
 * The highest dry oxygen of two decimals that stays below a bar: what may be written as still allowed.
 * @source Definition
 */
export function mostO2DryPercent(barDryPercent: number): number {
  const noise = 1e-6; // of the multiplication: a bar of 4.90 is no 4.9000000001
  return (Math.ceil(barDryPercent * 100 - noise) - 1) / 100;
}
