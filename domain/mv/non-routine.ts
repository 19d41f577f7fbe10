import { type BaselineModel, expectedPerPeriod } from "./baseline-model.ts";
import type { Interval } from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";

/** A stretch that differs from the rest of its period: proposed, never adjusted for by itself. A person decides. */
export interface EventProposal {
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly intervals: number;
  /** Energy above the rest of the period, per period; below nought when less was used. */
  readonly shiftGjPerPeriod: number;
  readonly standardErrorGjPerPeriod: number;
  readonly totalGj: number;
  /** What the plant's own record says happened then. */
  readonly logged: readonly LoggedEvent[];
}

/** Something in the plant's own record: an alarm, maintenance, an exchanged meter, a new recipe, a stop. */
export interface LoggedEvent {
  readonly id: string;
  readonly fromIndex: number;
  readonly toIndex: number;
}

export interface DetectionOptions {
  /** Shorter stretches are weather, not events. */
  readonly leastIntervals: number;
  readonly log: readonly LoggedEvent[];
}

/**
 * Steps in what a period uses against its baseline.
 *
 * The residuals are cut into stretches of one level each: the cut that costs least, a step's price being what BIC asks
 * for a level and a place, with the scatter that the baseline has, widened for neighbours that move together. The level
 * that most of the period has is the saving; stretches that lie off it are proposed.
 * @source Optimal partitioning with a BIC penalty (Jackson et al. 2005)
 */
export function proposeEvents<B extends EnergyBasis>(
  model: BaselineModel<B>,
  period: Metered<NoInfer<B>>,
  { leastIntervals, log }: DetectionOptions,
): readonly EventProposal[] {
  const rows = [...period.intervals].sort((a, b) => a.index - b.index);
  const excess = rows.map((each) => each.energyGj / each.periods - expectedPerPeriod(model, each.drivers));
  if (rows.length < 2 * leastIntervals || excess.some((each) => !Number.isFinite(each))) return [];
  const variance = model.tau * model.fit.residualSd ** 2;
  const price = 2 * parametersOfStep * Math.log(rows.length) * variance;
  const cuts = cheapestCuts(excess, leastIntervals, price);
  const stretches = cuts.map((from, k) => ({ from, to: cuts[k + 1] ?? rows.length }));
  const base = levelOfMost(excess, stretches, price);
  return stretches
    .filter((each) => !base.stretches.includes(each))
    .map(({ from, to }): EventProposal => {
      const own = rows.slice(from, to);
      const [fromIndex, toIndex] = [(own[0] as Interval).index, (own.at(-1) as Interval).index];
      const shiftGjPerPeriod = mean(excess, from, to) - base.level;
      return {
        fromIndex,
        toIndex,
        intervals: to - from,
        shiftGjPerPeriod,
        standardErrorGjPerPeriod: Math.sqrt(variance * (1 / (to - from) + 1 / base.count)),
        totalGj: shiftGjPerPeriod * own.reduce((sum, { periods }) => sum + periods, 0),
        logged: log.filter((each) => each.fromIndex <= toIndex && each.toIndex >= fromIndex),
      };
    });
}

/** A level and a place. */
const parametersOfStep = 2;

interface Part {
  readonly from: number;
  readonly to: number;
}

/** Cuts are looked for at so many places at most: a year of hours is cut to the nearest few of them. */
const mostPlaces = 1_000;

/** Where stretches begin, so that scatter within them and their price are least together. */
function cheapestCuts(values: readonly number[], least: number, price: number): readonly number[] {
  const sums = [0];
  const squares = [0];
  for (const value of values) {
    sums.push((sums.at(-1) as number) + value);
    squares.push((squares.at(-1) as number) + value * value);
  }
  const scatter = (from: number, to: number) => {
    const sum = (sums[to] as number) - (sums[from] as number);
    return (squares[to] as number) - (squares[from] as number) - (sum * sum) / (to - from);
  };
  const step = Math.ceil(values.length / mostPlaces);
  const places = Array.from({ length: Math.ceil(values.length / step) }, (_, k) => k * step);
  places.push(values.length);
  const cost = [-price];
  const begin = [0];
  for (let k = 1; k < places.length; k += 1) {
    const to = places[k] as number;
    let [best, at] = [Number.POSITIVE_INFINITY, 0];
    for (let j = 0; j < k; j += 1) {
      const from = places[j] as number;
      if (to - from < least) break;
      const total = (cost[j] as number) + scatter(from, to) + price;
      if (total < best) [best, at] = [total, j];
    }
    cost.push(best);
    begin.push(at);
  }
  const cuts: number[] = [];
  for (let k = places.length - 1; k > 0; k = begin[k] as number)
    cuts.unshift(places[begin[k] as number] as number);
  return cuts;
}

/** The level of most of the period: of the stretch that holds the median, and of those that hardly differ from it. */
function levelOfMost(values: readonly number[], stretches: readonly Part[], price: number) {
  const levels = stretches
    .map((stretch) => ({ stretch, level: mean(values, stretch.from, stretch.to) }))
    .sort((a, b) => a.level - b.level);
  const lengthOf = ({ from, to }: Part) => to - from;
  let counted = 0;
  const middle = levels.find(({ stretch }) => {
    counted += lengthOf(stretch);
    return counted >= values.length / 2;
  }) as (typeof levels)[number];
  const near = levels.filter(({ stretch, level }) => {
    const [one, other] = [lengthOf(stretch), lengthOf(middle.stretch)];
    return (level - middle.level) ** 2 * ((one * other) / (one + other)) < price;
  });
  const count = near.reduce((sum, { stretch }) => sum + lengthOf(stretch), 0);
  return {
    level: near.reduce((sum, { stretch, level }) => sum + level * lengthOf(stretch), 0) / count,
    count,
    stretches: near.map(({ stretch }) => stretch),
  };
}

function mean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k += 1) sum += values[k] as number;
  return sum / (to - from);
}

/** What a person decided on an event, with reason and name. */
export type Adjustment =
  /** The stretch is taken to save what the rest of the period saves. */
  | ({ readonly kind: "indicator" } & Decision)
  /** An engineer's figure is added to the baseline, with its standard uncertainty. */
  | ({ readonly kind: "engineering"; readonly addedGj: number; readonly standardErrorGj: number } & Decision)
  /** The stretch is left out, and so is its saving. */
  | ({ readonly kind: "excluded" } & Decision);

export interface Decision {
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly reason: string;
  readonly author: string;
}

/** How much each interval counts after the decisions, and what engineers added. */
export interface Adjusted {
  /** By interval of the period: what its saving counts for. */
  readonly weights: readonly number[];
  /** By interval of the period: whether its energy stays in the account. */
  readonly kept: readonly boolean[];
  readonly addedGj: number;
  readonly addedStandardErrorGj: number;
  /** Of the period's metered energy, left out. */
  readonly excludedEnergyPercent: number;
}

/**
 * Turns decisions into weights. Leaving a stretch out gives it none; an indicator gives its share to the other
 * intervals, so that their mean saving stands for it, and the interval widens as it should.
 */
export function adjustedWeights(
  { intervals }: Metered<EnergyBasis>,
  adjustments: readonly Adjustment[],
): Adjusted {
  const touched = (kind: Adjustment["kind"], index: number) =>
    adjustments.some((each) => each.kind === kind && each.fromIndex <= index && index <= each.toIndex);
  const excluded = intervals.map(({ index }) => touched("excluded", index));
  const indicated = intervals.map(({ index }, row) => excluded[row] === false && touched("indicator", index));
  const periodsOf = (counts: (row: number) => boolean) =>
    intervals.reduce((sum, { periods }, row) => (counts(row) ? sum + periods : sum), 0);
  const plain = periodsOf((row) => excluded[row] === false && indicated[row] === false);
  const lent = periodsOf((row) => indicated[row] === true);
  const weight = plain > 0 ? 1 + lent / plain : 0;
  const energy = (counts: (row: number) => boolean) =>
    intervals.reduce((sum, { energyGj }, row) => (counts(row) ? sum + energyGj : sum), 0);
  const all = energy(() => true);
  const added = adjustments.flatMap((each) => (each.kind === "engineering" ? [each] : []));
  return {
    weights: intervals.map((_, row) => (excluded[row] === true || indicated[row] === true ? 0 : weight)),
    kept: excluded.map((each) => !each),
    addedGj: added.reduce((sum, { addedGj }) => sum + addedGj, 0),
    addedStandardErrorGj: Math.hypot(...added.map(({ standardErrorGj }) => standardErrorGj)),
    excludedEnergyPercent: all > 0 ? (100 * energy((row) => excluded[row] === true)) / all : 0,
  };
}
