import type { LocalDay } from "../../domain/local-day.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { hourSums, integralUnit, type Rollup, tierMs } from "../../domain/rollup.ts";
import type { Stretch, TierReader } from "./telemetry.ts";

/** What a point did in a local day. */
export interface PointDay {
  readonly lowest: number | null;
  readonly highest: number | null;
  /** Of its hours' means, each weighing the same. */
  readonly mean: number | null;
  /** Of a rate: how much it came to, in `amountUnit`. */
  readonly amount: number | null;
  readonly amountUnit: string | null;
  /** Of the whole day; hours without readings count as 0. */
  readonly validShare: number;
}

export interface DaySum extends LocalDay {
  readonly points: Readonly<Record<string, PointDay>>;
}

/** Sums of local days, from the hours that lie in them, and from minutes where an hour is not complete or not in one day. */
export async function daySums(
  store: Pick<TierReader, "rollups">,
  boilerId: string,
  points: readonly string[],
  days: readonly LocalDay[],
  catalogue: PointCatalogue,
): Promise<readonly DaySum[]> {
  const { hours, minutes } = await rollupsOf(store, boilerId, points, days);
  return days.map((day) => {
    const within = ({ startMs }: Rollup) => startMs >= day.fromMs && startMs < day.toMs;
    const all = [
      ...hours.filter(within),
      ...summedUp(minutes.filter(within), boilerId, catalogue.names.length),
    ];
    const told = points.map((point) => [point, pointDay(all, day, point, catalogue)] as const);
    return { ...day, points: Object.fromEntries(told) };
  });
}

/** All that is known of some local days, each moment once: hours that are whole, and minutes where one is not. */
export async function rollupsOf(
  store: Pick<TierReader, "rollups">,
  boilerId: string,
  points: readonly string[],
  days: readonly LocalDay[],
): Promise<{ readonly hours: readonly Rollup[]; readonly minutes: readonly Rollup[] }> {
  const [fromMs, toMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.toMs ?? 0];
  const hours = await store.rollups("hour", { boilerId, fromMs: fromMs - tierMs.hour, toMs }, points);
  const isWhole = ({ startMs }: Rollup) =>
    days.some((day) => startMs >= day.fromMs && startMs + tierMs.hour <= day.toMs);
  const parted = hours.filter((hour) => !isWhole(hour)).map(({ startMs }) => startMs);
  const lastMs = hours.reduce((last, { startMs }) => Math.max(last, startMs + tierMs.hour), fromMs);
  const stretches: readonly Stretch[] = [
    ...parted.map((startMs) => ({ boilerId, fromMs: startMs, toMs: startMs + tierMs.hour })),
    { boilerId, fromMs: lastMs, toMs },
  ];
  const minutes: Rollup[] = [];
  for (const stretch of stretches)
    if (stretch.toMs > stretch.fromMs) minutes.push(...(await store.rollups("minute", stretch, points)));
  const isAsked = ({ startMs }: Rollup) => startMs >= fromMs && startMs < toMs;
  return { hours: hours.filter(isWhole), minutes: minutes.filter(isAsked) };
}

function summedUp(minutes: readonly Rollup[], boilerId: string, slots: number): readonly Rollup[] {
  const sums = new Map<number, ReturnType<typeof hourSums>>();
  for (const minute of minutes) {
    const startMs = Math.floor(minute.startMs / tierMs.hour) * tierMs.hour;
    const ofHour = sums.get(startMs) ?? hourSums(minute.siteId, boilerId, startMs, slots);
    sums.set(startMs, ofHour);
    ofHour.add(minute);
  }
  return [...sums.values()].map((each) => each.rollup());
}

function pointDay(
  hours: readonly Rollup[],
  day: LocalDay,
  point: string,
  catalogue: PointCatalogue,
): PointDay {
  const slot = catalogue.slotOf(point);
  const those = (of: (hour: Rollup) => readonly number[]) =>
    hours.map((hour) => of(hour)[slot] ?? Number.NaN).filter((value) => !Number.isNaN(value));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const amountUnit = integralUnit(catalogue.get(point)?.unit ?? "");
  const means = those(({ mean }) => mean);
  if (means.length === 0) {
    return { lowest: null, highest: null, mean: null, amount: null, amountUnit, validShare: 0 };
  }
  return {
    lowest: Math.min(...those(({ lowest }) => lowest)),
    highest: Math.max(...those(({ highest }) => highest)),
    mean: sum(means) / means.length,
    amount: amountUnit === null ? null : sum(those(({ integral }) => integral)),
    amountUnit,
    validShare: (sum(those(({ validShare }) => validShare)) * tierMs.hour) / (day.toMs - day.fromMs),
  };
}
