import type { EnergyBasis, Metered } from "./energy.ts";
import type { Refusal } from "./refusal.ts";

/** A meter as it stood in a period. */
export interface MeterInPeriod {
  readonly meter: string;
  readonly serial: string;
}

/** What a side-by-side test of two meters gave: the new one's reading times the factor is the old one's. */
export interface ComparisonFactor {
  readonly factor: number;
  /** Standard uncertainty of the factor, as a share of it. */
  readonly standardUncertaintyPercent: number;
  readonly source: string;
}

/**
 * Meters that were exchanged between the periods without anyone saying how the two compare: refused, by name.
 * @param factors by meter
 */
export function exchangeFaults(
  before: readonly MeterInPeriod[],
  after: readonly MeterInPeriod[],
  factors: Readonly<Record<string, ComparisonFactor>>,
): readonly Refusal[] {
  return before.flatMap(({ meter, serial }): readonly Refusal[] => {
    const now = after.find((each) => each.meter === meter);
    if (now === undefined) return [{ kind: "meter-missing", channel: meter }];
    if (now.serial === serial || factors[meter] !== undefined) return [];
    return [{ kind: "meter-exchanged", meter, serialBefore: serial, serialAfter: now.serial }];
  });
}

/** Brings the energies of a period to what the other period's meter would have read. */
export function onOtherMeter<B extends EnergyBasis>(
  period: Metered<B>,
  { factor }: ComparisonFactor,
): Metered<B> {
  return {
    ...period,
    intervals: period.intervals.map((each) => ({ ...each, energyGj: each.energyGj * factor })),
  };
}

/** Brings one driver of a period to what the other period's meter would have read. */
export function driverOnOtherMeter<B extends EnergyBasis>(
  period: Metered<B>,
  driver: string,
  { factor }: ComparisonFactor,
): Metered<B> {
  return {
    ...period,
    intervals: period.intervals.map((each) => ({
      ...each,
      drivers: { ...each.drivers, [driver]: (each.drivers[driver] ?? Number.NaN) * factor },
    })),
  };
}

/** Figures of one instrument over a time in which both ran. */
export interface SideBySide {
  readonly before: number;
  readonly after: number;
}

/**
 * The factor between two meters from a time in which both ran.
 * @returns `null` with fewer than three pairs: two say nothing of their scatter
 * @source Ratio of sums; standard uncertainty from the scatter of the pairs about it
 */
export function comparisonFactor(pairs: readonly SideBySide[], source: string): ComparisonFactor | null {
  const sound = pairs.filter(({ before, after }) => before > 0 && after > 0);
  if (sound.length < 3) return null;
  const [old, young] = [
    sound.reduce((sum, { before }) => sum + before, 0),
    sound.reduce((sum, { after }) => sum + after, 0),
  ];
  const factor = old / young;
  const scatter = sound.reduce((sum, { before, after }) => sum + (before - factor * after) ** 2, 0);
  const standard = Math.sqrt((sound.length / (sound.length - 1)) * scatter) / young;
  return { factor, standardUncertaintyPercent: (100 * standard) / factor, source };
}
