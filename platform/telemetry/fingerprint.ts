import { createHash } from "node:crypto";
import type { ReadingReader, StoredCounter } from "./telemetry.ts";

/** How much something holds, and a hash of all of it: two that agree hold the same. */
export interface Fingerprint {
  readonly count: number;
  readonly sha256: string;
}

const hourMs = 3_600_000;
const longAgoMs = 0;
const farAheadMs = Date.UTC(2200, 0);

/** Of every reading in a store, with its values, flaws and origin; an hour of a boiler at a time. */
export async function telemetryFingerprint(store: ReadingReader & StoredCounter): Promise<Fingerprint> {
  const hours = [...(await store.storedPerHour(longAgoMs, farAheadMs))].sort(
    (a, b) => a.boilerId.localeCompare(b.boilerId) || a.hourStartMs - b.hourStartMs,
  );
  const hash = createHash("sha256");
  let count = 0;
  for (const { boilerId, hourStartMs, readings: limit } of hours) {
    const toMs = hourStartMs + hourMs;
    for (const reading of await store.readings({ boilerId, fromMs: hourStartMs, toMs, limit })) {
      hash.update(JSON.stringify(reading));
      count += 1;
    }
  }
  return { count, sha256: hash.digest("hex") };
}
