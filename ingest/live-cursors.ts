import type { Batch } from "../contracts/batch.ts";
import { isAheadOfItsArrival } from "../domain/clock.ts";

/** The newest reading of a boiler that was not late, and where its gateway's clocks stood then. */
interface Cursor {
  readonly sid: string;
  readonly boot: number;
  readonly timeSegment: number;
  readonly takenAtMs: number;
  readonly monotonicMs: number;
}

/** As they are saved, by boiler; older versions wrote a time per boiler and time segment. */
export type SavedCursors = Readonly<Record<string, Cursor | number>>;

/** How far each boiler has come: what tells a reading of now from one that comes late. */
export interface LiveCursors {
  /** Takes a reading in, in the order of the journal. */
  see(
    batch: Pick<Batch, "sid" | "boot" | "tseg" | "t0" | "mono">,
    reading: { readonly boilerId: string; readonly takenAtMs: number },
    arrivedAtMs: number,
  ): { readonly late: boolean; readonly clockSetMs: number };
  all(): SavedCursors;
}

/** A clock that gained or lost no more than this between two readings was not set. */
const setMs = 1_000;
const isLate = { late: true, clockSetMs: 0 };

export function liveCursors(saved: SavedCursors = {}): LiveCursors {
  const cursors = cursorsOf(saved);

  function isBehind({ sid, timeSegment, takenAtMs }: Cursor, now: Cursor): boolean {
    // Times may only repeat in a later segment of the same log.
    if (sid === now.sid && timeSegment !== now.timeSegment) return now.timeSegment < timeSegment;
    return now.takenAtMs <= takenAtMs;
  }

  return {
    see: ({ sid, boot, tseg, t0, mono }, { boilerId, takenAtMs }, arrivedAtMs) => {
      if (isAheadOfItsArrival(takenAtMs, arrivedAtMs)) return isLate;
      const before = cursors.get(boilerId);
      const monotonicMs = mono + takenAtMs - t0;
      const now = { sid, boot, timeSegment: tseg, takenAtMs, monotonicMs };
      if (before !== undefined && isBehind(before, now)) return isLate;
      cursors.set(boilerId, now);
      return { late: false, clockSetMs: before === undefined ? 0 : setBetween(before, now) };
    },
    all: () => Object.fromEntries(cursors),
  };
}

/** By how much the clock was set: monotonic time knows, within one start of the gateway. */
function setBetween(before: Cursor, now: Cursor): number {
  const passedMs = now.takenAtMs - before.takenAtMs;
  if (before.sid !== now.sid || before.boot !== now.boot) return Math.min(0, passedMs);
  const byMs = passedMs - (now.monotonicMs - before.monotonicMs);
  return Math.abs(byMs) > setMs ? byMs : 0;
}

function cursorsOf(saved: SavedCursors): Map<string, Cursor> {
  const cursors = new Map<string, Cursor>();
  for (const [key, each] of Object.entries(saved)) {
    if (typeof each !== "number") {
      cursors.set(key, each);
      continue;
    }
    const [boilerId = "", segment = "0"] = key.split("/");
    const timeSegment = Number(segment);
    if (timeSegment < (cursors.get(boilerId)?.timeSegment ?? 0)) continue;
    cursors.set(boilerId, { sid: "", boot: 0, timeSegment, takenAtMs: each, monotonicMs: 0 });
  }
  return cursors;
}
