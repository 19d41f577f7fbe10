import { createHash } from "node:crypto";
import { type BoilerRows, noHash, sealBatch } from "../../contracts/batch.ts";
import type { FlawReason } from "../../domain/reading.ts";
import type { World } from "../../platform/world.ts";
import type { Said } from "./heard.ts";

/** Writes what a source said as batches of a log of its own, so that all behind the journal sees it as anything else. */
export interface SourceBook {
  /** The sealed batches of these readings, one for each UTC hour, without those that were known already. */
  batchesOf(readings: readonly Said[]): readonly { readonly text: string; readonly seq: number }[];
  readonly sid: string;
  readonly seq: number;
  readonly duplicates: number;
  /** Readings by UTC hour. */
  readonly hours: ReadonlyMap<number, number>;
}

/** So many of a boiler's newest times are remembered, to know a message that comes twice. */
const timesKept = 512;
const hoursKept = 48;
const hourMs = 3_600_000;

export function sourceBook(
  { id, siteId }: { readonly id: string; readonly siteId: string },
  world: World,
): SourceBook {
  const sid = world.random.uuid();
  const known = new Map<string, Map<number, string>>();
  const hours = new Map<number, number>();
  let seq = 0;
  let prev = noHash;
  let duplicates = 0;

  /** The reading at a time that is still free: two messages of one instant are two readings, 1 ms apart. */
  function placed(said: Said): Said | null {
    const times = known.get(said.boilerId) ?? new Map<number, string>();
    known.set(said.boilerId, times);
    const text = JSON.stringify([said.values, said.flaws]);
    let { atMs } = said;
    for (let taken = times.get(atMs); taken !== undefined; taken = times.get(atMs)) {
      if (taken === text) return null;
      atMs += 1;
    }
    times.set(atMs, text);
    for (const oldest of times.keys()) {
      if (times.size <= timesKept) break;
      times.delete(oldest);
    }
    return { ...said, atMs };
  }

  return {
    sid,
    get seq() {
      return seq;
    },
    get duplicates() {
      return duplicates;
    },
    hours,
    batchesOf: (readings) => {
      const fresh = readings.map(placed).filter((each) => each !== null);
      duplicates += readings.length - fresh.length;
      const byHour = new Map<number, Said[]>();
      for (const said of fresh) {
        const hour = Math.floor(said.atMs / hourMs) * hourMs;
        byHour.set(hour, [...(byHour.get(hour) ?? []), said]);
      }
      for (const [hour, said] of byHour) hours.set(hour, (hours.get(hour) ?? 0) + said.length);
      for (const oldest of [...hours.keys()].sort((a, b) => a - b)) {
        if (hours.size <= hoursKept) break;
        hours.delete(oldest);
      }
      return [...byHour.values()].map(sealed);
    },
  };

  function sealed(readings: readonly Said[]): { readonly text: string; readonly seq: number } {
    const t0 = Math.min(...readings.map(({ atMs }) => atMs));
    seq += 1;
    const { text, hash } = sealBatch(
      {
        v: 1,
        site: siteId,
        gw: id,
        sid,
        seq,
        boot: 1,
        tseg: 0,
        t0,
        // Nothing is known of its clocks but the times it says: none of them was set.
        mono: t0,
        clk: { src: "none", off: 0, unc: 0 },
        b: [...readings].sort((a, b) => a.atMs - b.atMs).map((said) => rowsOf(said, t0)),
        gap: [],
        n: readings.length,
        prev,
      },
      (bytes) => createHash("sha256").update(bytes).digest("hex"),
    );
    prev = hash;
    return { text, seq };
  }
}

function rowsOf({ boilerId, atMs, values, flaws }: Said, t0: number): BoilerRows {
  const points = Object.keys(values);
  return {
    boiler: boilerId,
    points,
    rows: [[atMs - t0, ...points.map((point) => values[point] ?? null)]],
    flaws: Object.entries(flaws).map(([point, reason]): [number, number, FlawReason] => [
      0,
      points.indexOf(point),
      reason,
    ]),
  };
}
