import type { PointCatalogue } from "../../domain/points.ts";
import { hourSums, minuteSums, type Rollup, ratesOf, tierStartMs } from "../../domain/rollup.ts";
import type { FrameToStore } from "../../platform/telemetry/telemetry.ts";

/** All rollups of readings by their definition: sorted by time, minute by minute, hour by hour. */
export function rollupsByDefinition(
  readings: readonly FrameToStore[],
  catalogue: PointCatalogue,
  hourOffsetMs = 0,
): readonly Rollup[] {
  const sorted = [...readings].sort((a, b) => a.frame.takenAtMs - b.frame.takenAtMs);
  const minutes = groups(
    sorted,
    ({ frame }) => `${frame.boilerId} ${tierStartMs("minute", frame.takenAtMs, 0)}`,
  ).map((group) => {
    const [{ origin, frame }] = group;
    const startMs = tierStartMs("minute", frame.takenAtMs, 0);
    const sums = minuteSums(origin.siteId, frame.boilerId, startMs, ratesOf(catalogue));
    for (const each of group) sums.add(each.frame);
    return sums.rollup();
  });
  const hours = groups(
    minutes,
    ({ boilerId, startMs }) => `${boilerId} ${tierStartMs("hour", startMs, hourOffsetMs)}`,
  ).map((group) => {
    const [{ siteId, boilerId, startMs }] = group;
    const sums = hourSums(
      siteId,
      boilerId,
      tierStartMs("hour", startMs, hourOffsetMs),
      catalogue.names.length,
    );
    for (const minute of group) sums.add(minute);
    return sums.rollup();
  });
  return [...minutes, ...hours];
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly [T, ...T[]])[] {
  const byKey = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const there = byKey.get(keyOf(item));
    if (there === undefined) byKey.set(keyOf(item), [item]);
    else there.push(item);
  }
  return [...byKey.values()];
}
