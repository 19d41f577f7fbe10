import { type BaselineModel, spanOf } from "./baseline-model.ts";
import type { Interval } from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import type { Refusal, Span } from "./refusal.ts";

/** How far a model may be trusted beyond what it saw, as a share of the lowest and the highest value it saw. */
export interface RangeMargin {
  readonly belowPercent: number;
  readonly abovePercent: number;
}

export interface DriverRange {
  readonly driver: string;
  readonly baseline: Span;
  readonly reporting: Span;
  /** Where the model holds: the baseline's range and its margin. */
  readonly valid: Span;
  /** Reporting intervals inside of it. */
  readonly coveredPercent: number;
}

/** A stretch of load that reporting intervals have and the baseline hardly knows. */
export interface MissingLoad {
  readonly driver: string;
  readonly from: number;
  readonly to: number;
  /** Baseline intervals at such a load that would close it. */
  readonly moreIntervals: number;
}

export interface Validity {
  readonly kind: "validity";
  readonly drivers: readonly DriverRange[];
  /** By reporting interval: whether every driver is where the model holds. */
  readonly covered: readonly boolean[];
  /** Of the metered energy. */
  readonly coveredEnergyPercent: number;
  readonly missing: readonly MissingLoad[];
}

const stretches = 10;
/** A stretch of load with fewer baseline intervals rests on the line alone. */
const leastPerStretch = 3;

/** Where the baseline would need more days, and how many. */
function missingLoads(
  model: BaselineModel<EnergyBasis>,
  intervals: readonly Interval[],
): readonly MissingLoad[] {
  return Object.keys(model.ranges).flatMap((driver) => {
    const { from, to } = spanOf(intervals, driver);
    const width = (to - from) / stretches;
    if (!(width > 0)) return [];
    const within = (rows: readonly Interval[], k: number) =>
      rows.filter(({ drivers }) => {
        const place = Math.floor(((drivers[driver] ?? Number.NaN) - from) / width);
        return (place === stretches ? stretches - 1 : place) === k;
      }).length;
    const gaps: MissingLoad[] = [];
    for (let k = 0; k < stretches; k += 1) {
      const lacking = leastPerStretch - within(model.intervals, k);
      if (lacking <= 0 || within(intervals, k) === 0) continue;
      const gap = { driver, from: from + k * width, to: from + (k + 1) * width, moreIntervals: lacking };
      const last = gaps.at(-1);
      // Neighbouring stretches are one.
      if (last !== undefined && Math.abs(last.to - gap.from) < 1e-6 * width)
        gaps.splice(-1, 1, { ...last, to: gap.to, moreIntervals: last.moreIntervals + lacking });
      else gaps.push(gap);
    }
    return gaps;
  });
}

/** Where a model holds; refused where the reporting period was never there. */
export function validity<B extends EnergyBasis>(
  model: BaselineModel<B>,
  { intervals }: Metered<NoInfer<B>>,
  margin: RangeMargin,
): Validity | Refusal {
  if (intervals.length === 0) return { kind: "empty-period", period: "reporting" };
  const drivers = Object.entries(model.ranges).map(([driver, baseline]): DriverRange => {
    const valid = {
      from: baseline.from - (margin.belowPercent / 100) * Math.abs(baseline.from),
      to: baseline.to + (margin.abovePercent / 100) * Math.abs(baseline.to),
    };
    const inside = intervals.filter((each) => isInside(each, driver, valid)).length;
    return {
      driver,
      baseline,
      reporting: spanOf(intervals, driver),
      valid,
      coveredPercent: (100 * inside) / intervals.length,
    };
  });
  const strange = drivers.find(({ coveredPercent }) => coveredPercent === 0);
  if (strange !== undefined) {
    const { driver, baseline, reporting } = strange;
    return { kind: "no-load-overlap", driver, baseline, reporting };
  }
  const covered = intervals.map((each) =>
    drivers.every(({ driver, valid }) => isInside(each, driver, valid)),
  );
  const energy = (rows: readonly Interval[]) =>
    rows.reduce((sum, { energyGj }) => sum + Math.abs(energyGj), 0);
  const all = energy(intervals);
  return {
    kind: "validity",
    drivers,
    covered,
    missing: missingLoads(model, intervals),
    coveredEnergyPercent:
      all > 0 ? (100 * energy(intervals.filter((_, row) => covered[row] === true))) / all : 100,
  };
}

function isInside({ drivers }: Interval, driver: string, { from, to }: Span): boolean {
  const value = drivers[driver] ?? Number.NaN;
  return value >= from && value <= to;
}
