import { frameOf } from "../domain/frame.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { ReadingReader, StoredReading } from "../platform/telemetry/telemetry.ts";
import type { PlantEvent } from "./stage.ts";

const chunkMs = 3_600_000;
const pageSize = 5_000;

/** All that is stored of some boilers in a stretch of time, in the order of time over all of them. */
export async function* storedPast(
  store: ReadingReader,
  boilerIds: readonly string[],
  fromMs: number,
  toMs: number,
): AsyncGenerator<StoredReading> {
  for (let at = fromMs; at < toMs; at += chunkMs) {
    const upto = Math.min(at + chunkMs, toMs);
    const ofBoilers = await Promise.all(boilerIds.map((boilerId) => storedOf(store, boilerId, at, upto)));
    yield* ofBoilers.flat().sort((a, b) => a.takenAtMs - b.takenAtMs);
  }
}

async function storedOf(store: ReadingReader, boilerId: string, fromMs: number, toMs: number) {
  const all: StoredReading[] = [];
  for (let at = fromMs; ; ) {
    const page = await store.readings({ boilerId, fromMs: at, toMs, limit: pageSize });
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return all;
    at = last.takenAtMs + 1;
  }
}

/**
 * A stored reading as it came in: what follows from it is worked out anew, and what was found of its sensors stays.
 * That its gateway was heard then is known from it, too.
 */
export function eventsOfStored(stored: StoredReading, catalogue: PointCatalogue): readonly PlantEvent[] {
  const { siteId, gatewayId, sid, seq, timeSegment, boilerId, takenAtMs } = stored;
  const isInput = ([point]: readonly [string, unknown]) => catalogue.get(point)?.from !== "formula";
  const values = Object.fromEntries(Object.entries(stored.values).filter(isInput));
  const flaws = Object.fromEntries(
    Object.entries(stored.flaws).filter(
      (entry) => isInput(entry) && !/^(input-|not-computable|o2-clamped)/.test(entry[1]),
    ),
  );
  const clockDoubtful = Object.values(flaws).includes("clock-doubtful");
  return [
    { kind: "heard", siteId, gatewayId, atMs: takenAtMs, clockOffsetMs: null },
    {
      kind: "reading",
      origin: { siteId, gatewayId, sid, seq, timeSegment, late: false, clockDoubtful, clockSetMs: 0 },
      frame: frameOf({ boilerId, takenAtMs, values, flaws }, catalogue),
    },
  ];
}
