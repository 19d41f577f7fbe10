import type { FrameToStore } from "./telemetry.ts";

/** Which batch brought a reading. */
export interface Brought {
  readonly sid: string;
  readonly seq: number;
}

/** What a store tells of the times that it has. */
export interface StoredTimes {
  /** By boiler: its newest time. */
  newest(): Promise<ReadonlyMap<string, number>>;
  /** What stands between two times, both included. */
  between(
    fromMs: number,
    toMs: number,
  ): Promise<
    readonly (Brought & {
      readonly boilerId: string;
      readonly takenAtMs: number;
      readonly timeSegment: number;
    })[]
  >;
  /** Keeps another reading of a time that is taken. */
  setAside(reading: FrameToStore, kept: Brought): Promise<void>;
}

/** Keeps a time of a boiler from being stored twice: the first reading of it stays. */
export interface TimeGuard {
  /**
   * Those that may be stored. Another one of a time that is taken is set aside, whole; the same one is passed over, or
   * written again where that changes nothing. To be called inside the transaction that stores them.
   */
  admitted(readings: readonly FrameToStore[]): Promise<readonly FrameToStore[]>;
  /** The transaction stands: what was admitted is there. */
  stored(readings: readonly FrameToStore[]): void;
  /** Readings were taken out: what is the newest has to be looked up anew. */
  reset(): void;
}

/**
 * Only what is not newer than all of its boiler has to be looked up; live readings cost a comparison.
 * @param repeats whether a reading that is there already may be written again: to a store without transactions it must
 * be, since only a part of it may have come there
 */
export function timeGuard(times: StoredTimes, repeats: boolean): TimeGuard {
  let newestMs: Map<string, number> | null = null;

  async function admitted(readings: readonly FrameToStore[]): Promise<readonly FrameToStore[]> {
    newestMs ??= new Map(await times.newest());
    const newest = new Map<string, number>();
    const old = new Set<FrameToStore>();
    for (const each of readings) {
      const { boilerId, takenAtMs } = each.frame;
      const before = newest.get(boilerId) ?? newestMs.get(boilerId) ?? Number.NEGATIVE_INFINITY;
      if (takenAtMs <= before) old.add(each);
      else newest.set(boilerId, takenAtMs);
    }
    if (old.size === 0) return readings;
    const known = await around([...old]);
    for (const each of readings) if (!old.has(each)) known.set(keyOf(each), broughtBy(each));
    const admitted: FrameToStore[] = [];
    for (const each of readings) {
      const kept = old.has(each) ? known.get(keyOf(each)) : undefined;
      const isSame = kept !== undefined && kept.sid === each.origin.sid && kept.seq === each.origin.seq;
      if (kept === undefined || (isSame && repeats)) {
        admitted.push(each);
        known.set(keyOf(each), broughtBy(each));
      } else if (!isSame) await times.setAside(each, kept);
    }
    return admitted;
  }

  /** What stands at the times of these readings, and around them. */
  async function around(old: readonly FrameToStore[]): Promise<Map<string, Brought>> {
    const ms = old.map(({ frame }) => frame.takenAtMs);
    const there = await times.between(
      ms.reduce((a, b) => Math.min(a, b)),
      ms.reduce((a, b) => Math.max(a, b)),
    );
    return new Map(
      there.map(({ boilerId, takenAtMs, timeSegment, sid, seq }) => [
        `${boilerId}/${takenAtMs}/${timeSegment}`,
        { sid, seq },
      ]),
    );
  }

  return {
    admitted,
    stored: (readings) => {
      for (const { frame } of readings)
        newestMs?.set(frame.boilerId, Math.max(frame.takenAtMs, newestMs.get(frame.boilerId) ?? 0));
    },
    reset: () => {
      newestMs = null;
    },
  };
}

function keyOf({ origin, frame }: FrameToStore): string {
  return `${frame.boilerId}/${frame.takenAtMs}/${origin.timeSegment}`;
}

function broughtBy({ origin: { sid, seq } }: FrameToStore): Brought {
  return { sid, seq };
}
