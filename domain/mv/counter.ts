/** Why a step of a counter is no consumption. */
export type CounterBreak =
  /** It fell: set back to nought, or another meter. */
  | "reset"
  /** It ran over its last digit; the step across is known. */
  | "rollover"
  /** A code for an error, not a reading. */
  | "sentinel"
  /** More than the meter can measure in the time. */
  | "too-much";

export interface CounterStep {
  readonly fromMs: number;
  readonly toMs: number;
  /** `null` where nothing is known of the step. */
  readonly quantity: number | null;
  readonly broken: CounterBreak | null;
}

export interface CounterReading {
  readonly takenAtMs: number;
  readonly value: number;
}

/** What is known of a counter. */
export interface CounterPlan {
  /** At which it starts from nought again; `null` when it is not known. */
  readonly rolloverAt: number | null;
  /** Values that are codes: 16777.215 is 0xFFFFFF in thousandths. */
  readonly sentinels: readonly number[];
  readonly mostPerHour: number;
}

/**
 * Consumption between the readings of a cumulative counter.
 *
 * A counter that reads nought once would make its whole register one hour's use; one that was exchanged starts anew.
 * Nothing is interpolated: a step that is not known is a gap.
 */
export function counterSteps(
  readings: readonly CounterReading[],
  { rolloverAt, sentinels, mostPerHour }: CounterPlan,
): readonly CounterStep[] {
  const steps: CounterStep[] = [];
  let last: CounterReading | null = null;
  const sorted = [...readings].sort((a, b) => a.takenAtMs - b.takenAtMs);
  for (const [place, reading] of sorted.entries()) {
    const { takenAtMs: toMs, value } = reading;
    const next = sorted[place + 1]?.value;
    // A single nought between two high readings is a failed read, no new meter.
    const isDip = last !== null && value < last.value && next !== undefined && next >= last.value;
    if (!Number.isFinite(value) || sentinels.includes(value) || isDip) {
      if (last !== null) steps.push({ fromMs: last.takenAtMs, toMs, quantity: null, broken: "sentinel" });
      continue;
    }
    const before = last;
    last = reading;
    if (before === null) continue;
    const fromMs = before.takenAtMs;
    const most = (mostPerHour * (toMs - fromMs)) / 3_600_000;
    const plain = value - before.value;
    const over = rolloverAt === null ? null : rolloverAt - before.value + value;
    if (plain >= 0)
      steps.push(
        plain <= most
          ? { fromMs, toMs, quantity: plain, broken: null }
          : { fromMs, toMs, quantity: null, broken: "too-much" },
      );
    else if (over !== null && over >= 0 && over <= most)
      steps.push({ fromMs, toMs, quantity: over, broken: "rollover" });
    else steps.push({ fromMs, toMs, quantity: null, broken: "reset" });
  }
  return steps;
}
