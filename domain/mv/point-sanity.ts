import type { Refusal } from "./refusal.ts";

/** A channel's values, row by row with the others; `null` where it gave none. */
export type Channels = Readonly<Record<string, readonly (number | null)[]>>;

/** Two channels of which one is the other in other units. */
export interface ProportionalPair {
  readonly channel: string;
  readonly copyOf: string;
  /** channel ÷ copyOf, its median. */
  readonly ratio: number;
  /** Rows within a thousandth of it. */
  readonly sharePercent: number;
  readonly rows: number;
}

/** So near to one ratio are two signals only when they are one. */
const ratioWithin = 0.001;
const sharedByPercent = 90;
const leastRows = 20;
/** A pair must move to be judged: two setpoints that stand still have one ratio by nature. */
const leastSpread = 0.02;

/**
 * Channels that are copies of each other: one signal mapped twice, once in other units.
 *
 * No two meters keep a ratio to a thousandth. A "gas flow" that is the water flow × 3.6 gives smooth efficiencies,
 * and every one of them is void.
 */
export function proportionalPairs(
  channels: Channels,
  /** Pairs without it are of no interest. */
  of: string | null = null,
): readonly ProportionalPair[] {
  const names = Object.keys(channels);
  return names.flatMap((channel, k) =>
    names.slice(k + 1).flatMap((copyOf) => {
      if (of !== null && channel !== of && copyOf !== of) return [];
      const pair = proportion(channels[channel] ?? [], channels[copyOf] ?? []);
      if (pair === null || pair.rows < leastRows || pair.sharePercent < sharedByPercent) return [];
      return pair.spread < leastSpread
        ? []
        : [{ channel, copyOf, ratio: pair.ratio, sharePercent: pair.sharePercent, rows: pair.rows }];
    }),
  );
}

/** Median ratio of two signals, and how many rows keep it. `null` without rows in which both are there and not nought. */
export function proportion(
  one: readonly (number | null)[],
  other: readonly (number | null)[],
): {
  readonly ratio: number;
  readonly sharePercent: number;
  readonly rows: number;
  readonly spread: number;
} | null {
  const base: number[] = [];
  const ratios = one.flatMap((a, row) => {
    const b = other[row] ?? null;
    if (a === null || b === null || a === 0 || b === 0) return [];
    base.push(Math.abs(b));
    return [a / b];
  });
  if (ratios.length === 0) return null;
  const ratio = median(ratios);
  const within = ratios.filter((each) => Math.abs(each / ratio - 1) <= ratioWithin).length;
  const sorted = [...base].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
  return {
    ratio,
    sharePercent: (100 * within) / ratios.length,
    rows: ratios.length,
    spread: (at(0.95) - at(0.05)) / at(0.5),
  };
}

/** Refuses a meter that is another channel in disguise; `null` when it is a signal of its own. */
export function duplicateFault(channels: Channels, meter: string): Refusal | null {
  for (const { channel, copyOf, ratio, sharePercent } of proportionalPairs(channels, meter)) {
    if (channel === meter) return { kind: "duplicate-channel", channel, copyOf, ratio, sharePercent };
    if (copyOf === meter)
      return { kind: "duplicate-channel", channel: meter, copyOf: channel, ratio: 1 / ratio, sharePercent };
  }
  return null;
}

/** A stretch of rows, both ends included. */
export interface Stretch {
  readonly fromRow: number;
  readonly toRow: number;
}

/**
 * Rows in which a flue-gas analyser is dead: exhaust at exactly 0 °C and oxygen at exactly 0 % while the boiler fires.
 * A nought of a dead sensor is no measurement; averaged in, it gives a stack of 7 °C in December.
 */
export function deadAnalyserRows(
  exhaustTempC: readonly (number | null)[],
  o2DryPercent: readonly (number | null)[],
  isFiring: readonly boolean[],
): readonly number[] {
  return isFiring.flatMap((fires, row) =>
    fires && exhaustTempC[row] === 0 && o2DryPercent[row] === 0 ? [row] : [],
  );
}

/** Stretches in which a signal repeats itself to the bit while the boiler fires. */
export function frozenStretches(
  values: readonly (number | null)[],
  isFiring: readonly boolean[],
  leastRowsFrozen: number,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromRow = 0;
  for (let row = 1; row <= values.length; row += 1) {
    const goes = row < values.length && values[row] === values[fromRow] && isFiring[row] === true;
    if (goes) continue;
    const isLong = row - fromRow >= leastRowsFrozen;
    if (isLong && values[fromRow] !== null && isFiring[fromRow] === true)
      stretches.push({ fromRow, toRow: row - 1 });
    fromRow = row;
  }
  return stretches;
}

/** What a fuel meter, a heat meter and the flue gas say of each other. */
export type BalanceFinding =
  | {
      readonly kind: "efficiency-implausible";
      readonly efficiencyLhvPercent: number;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: "flue-flow-implausible";
      readonly ratio: number;
      readonly from: number;
      readonly to: number;
    };

const plausibleEfficiencyLhv = { from: 50, to: 103 } as const;
const plausibleFlowRatio = { from: 0.85, to: 1.15 } as const;

/**
 * Holds totals against the balance of energy: what cannot be is a meter, a unit, a heating value or a mapping.
 * @param flueHeatInputLhvGj heat input that the flue-gas flow implies; `null` where no flow is measured
 * @source First law: useful heat above the net fuel energy takes condensing, and that has its end at about 103 %
 */
export function balanceFindings(
  fuelLhvGj: number,
  usefulHeatGj: number,
  flueHeatInputLhvGj: number | null,
): readonly BalanceFinding[] {
  const findings: BalanceFinding[] = [];
  const efficiencyLhvPercent = fuelLhvGj > 0 ? (100 * usefulHeatGj) / fuelLhvGj : null;
  const outside = (value: number, { from, to }: { readonly from: number; readonly to: number }) =>
    value < from || value > to;
  if (efficiencyLhvPercent !== null && outside(efficiencyLhvPercent, plausibleEfficiencyLhv))
    findings.push({ kind: "efficiency-implausible", efficiencyLhvPercent, ...plausibleEfficiencyLhv });
  const ratio = flueHeatInputLhvGj === null || fuelLhvGj <= 0 ? null : flueHeatInputLhvGj / fuelLhvGj;
  if (ratio !== null && outside(ratio, plausibleFlowRatio))
    findings.push({ kind: "flue-flow-implausible", ratio, ...plausibleFlowRatio });
  return findings;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] as number;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] as number)) / 2;
}
