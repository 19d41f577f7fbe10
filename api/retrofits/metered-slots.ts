import type { TierReader, TierRow } from "../../platform/telemetry/telemetry.ts";

/** What a boiler's meters and sensors said in one slot of time. */
export interface Slot {
  readonly fromMs: number;
  /** Of the slot, with all needed meters known. */
  readonly coveredMs: number;
  /** Value × hours over the covered time, of the needed points: a flow's quantity, a rate's kWh. */
  readonly amounts: Readonly<Record<string, number>>;
  /** Means over the covered time in which the boiler ran; what was never known is not in it. */
  readonly means: Readonly<Record<string, number>>;
  readonly running: boolean;
}

export interface SlotQuery {
  readonly boilerId: string;
  /** Without any of them a reading does not count. */
  readonly needed: readonly string[];
  readonly levels: readonly string[];
  /** Of the needed ones, those whose flow says that the boiler runs. */
  readonly fuelPoints: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly slotMs: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** So much is asked of the store at once. */
const chunkMs = 60 * dayMs;
/** Where readings come more often than this, the hours that the store has summed up are as good and far fewer. */
const densestMs = 60_000;
/** A reading stands for the time to the next one, and at most for so many of the usual steps. */
const mostSteps = 1.5;

interface Filling {
  coveredMs: number;
  runningMs: number;
  readonly amounts: number[];
  readonly sums: number[];
  readonly sumMs: number[];
}

/**
 * Adds readings up by slots. Nothing is interpolated: time between readings that are too far apart is not covered.
 *
 * The one place that turns stored readings into amounts: where a store keeps rollups, they come in here.
 */
export async function meteredSlots(store: TierReader, query: SlotQuery): Promise<readonly Slot[]> {
  const { boilerId, needed, levels, fuelPoints, fromMs, toMs, slotMs } = query;
  const points = [...new Set([...needed, ...levels])];
  const slots = new Map<number, Filling>();
  const slotOf = (fromSlotMs: number): Filling => {
    const known = slots.get(fromSlotMs);
    if (known !== undefined) return known;
    const made: Filling = {
      coveredMs: 0,
      runningMs: 0,
      amounts: needed.map(() => 0),
      sums: levels.map(() => 0),
      sumMs: levels.map(() => 0),
    };
    slots.set(fromSlotMs, made);
    return made;
  };
  for (let at = fromMs; at < toMs; at += chunkMs) {
    const upto = Math.min(at + chunkMs, toMs);
    const { timesMs, values, shares } = await readingsOf(store, needed, {
      boilerId,
      points,
      fromMs: at,
      toMs: upto,
    });
    const columns = needed.map((point) => values[point] ?? []);
    const levelColumns = levels.map((point) => values[point] ?? []);
    const fuels = fuelPoints.map((point) => values[point] ?? []);
    const stepMs = usualStep(timesMs);
    for (const [row, takenAtMs] of timesMs.entries()) {
      if (columns.some((column) => (column[row] ?? null) === null)) continue;
      const nextMs = timesMs[row + 1] ?? takenAtMs + stepMs;
      const standsForMs = mostSteps * stepMs;
      const endMs =
        shares === null
          ? Math.min(nextMs, takenAtMs + standsForMs, upto)
          : Math.min(takenAtMs + hourMs * (shares[row] ?? 1), upto);
      const runs = fuels.some((column) => (column[row] ?? 0) > 0);
      for (let from = takenAtMs; from < endMs; ) {
        const slotFromMs = Math.floor(from / slotMs) * slotMs;
        const to = Math.min(endMs, slotFromMs + slotMs);
        const filling = slotOf(slotFromMs);
        filling.coveredMs += to - from;
        for (const [k, column] of columns.entries())
          filling.amounts[k] =
            (filling.amounts[k] as number) + ((column[row] as number) * (to - from)) / hourMs;
        if (runs) {
          filling.runningMs += to - from;
          for (const [k, column] of levelColumns.entries()) {
            const value = column[row] ?? null;
            if (value === null) continue;
            filling.sums[k] = (filling.sums[k] as number) + value * (to - from);
            filling.sumMs[k] = (filling.sumMs[k] as number) + (to - from);
          }
        }
        from = to;
      }
    }
  }
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([slotFromMs, { coveredMs, runningMs, amounts, sums, sumMs }]) => ({
      fromMs: slotFromMs,
      coveredMs,
      amounts: Object.fromEntries(needed.map((point, k) => [point, amounts[k] as number])),
      means: Object.fromEntries(
        levels.flatMap((point, k) => {
          const ms = sumMs[k] as number;
          return ms > 0 ? [[point, (sums[k] as number) / ms] as const] : [];
        }),
      ),
      running: 2 * runningMs >= coveredMs,
    }));
}

interface Read {
  readonly timesMs: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  /** Of an hour: how much of it its readings cover, 0 to 1; `null`: each reading stands for its whole step. */
  readonly shares: readonly number[] | null;
}

/** Readings as they came; hours in their place where they come too often, or are not kept any more. */
async function readingsOf(
  store: TierReader,
  needed: readonly string[],
  query: Parameters<TierReader["rows"]>[1],
): Promise<Read> {
  const { points, fromMs, toMs } = query;
  // A day tells how often readings come: all of a year would have to be counted otherwise.
  const day = { ...query, toMs: Math.min(fromMs + dayMs, toMs) };
  const count = await store.countRows("raw", day);
  const isDense = count > (day.toMs - fromMs) / densestMs;
  const hours = count === 0 || isDense ? await store.rows("hour", query) : [];
  const isSummedUp = hours.length > 0;
  const rows = isSummedUp ? hours : await store.rows("raw", query);
  return {
    timesMs: rows.map(({ at }) => at),
    values: Object.fromEntries(
      points.map((point, k) => [
        point,
        rows.map(({ mean, lowest }) => (isSummedUp ? mean[k] : lowest[k]) ?? null),
      ]),
    ),
    shares: isSummedUp ? await sharesOf(store, { ...query, points: needed }, hours) : null,
  };
}

/** By the minutes that have all that is needed: of an hour with a gap, no more than was measured counts. */
async function sharesOf(
  store: TierReader,
  query: Parameters<TierReader["rows"]>[1],
  hours: readonly TierRow[],
): Promise<readonly number[] | null> {
  const minutes = await store.bucketed("minute", query, {
    fromMs: hours[0]?.at ?? query.fromMs,
    widthMs: hourMs,
  });
  if (minutes.length === 0) return null; // they are not kept any more
  const known = new Map(minutes.map(({ at, rows }) => [at, Math.min(...rows)]));
  const counts = [...known.values()].filter((count) => count > 0).sort((a, b) => a - b);
  // Where a reading comes every ten minutes, six minutes of an hour have one.
  const usual = counts[Math.floor(counts.length / 2)] ?? 60;
  const firstMs = hours[0]?.at ?? query.fromMs;
  return hours.map(({ at }) =>
    Math.min(1, (known.get(Math.round((at - firstMs) / hourMs)) ?? usual) / usual),
  );
}

/** The median of the first steps; an hour where there are none. */
function usualStep(timesMs: readonly number[]): number {
  const steps: number[] = [];
  for (let k = 1; k < Math.min(timesMs.length, 501); k += 1)
    steps.push((timesMs[k] as number) - (timesMs[k - 1] as number));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? hourMs;
}
