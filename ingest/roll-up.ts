import {
  type HourSums,
  hourSums,
  type MinuteSums,
  minuteSums,
  type Rollup,
  type RollupTier,
  ratesOf,
  sameRollup,
  tierMs,
  tierStartMs,
} from "../domain/rollup.ts";
import type { KeepConfig } from "../platform/telemetry/config.ts";
import type {
  Consequences,
  FrameToStore,
  ReadingWriter,
  Retention,
  StoredInputs,
  StoredRollup,
  WrittenAgain,
} from "../platform/telemetry/telemetry.ts";
import { keptSinceMs } from "../platform/telemetry/trend.ts";
import type { World } from "../platform/world.ts";
import type { Plant } from "./plant.ts";
import { type StaleTimes, staleTimes } from "./stale-times.ts";

/** A boiler that has been silent for so long is not waited for: its minute ends. */
const silentAfterMs = 120_000;
/** After the last late reading of a minute, or of an hour, it is done again. */
const settledAfterMs = { minute: 2_000, hour: 30_000 } as const satisfies Record<RollupTier, number>;
/** In one commit; the others follow in the next ones. */
const mostStretches = 40;

/** The newest time of a boiler: what comes there in order is summed up as it comes. */
interface Newest {
  readonly siteId: string;
  minuteMs: number;
  isMinuteOpen: boolean;
  /** `null`: not all of the minute went through these hands, so it is made of what is stored. */
  minute: MinuteSums | null;
  hourMs: number;
  isHourOpen: boolean;
  hour: HourSums | null;
  touchedMs: number;
}

/** What has to be known to go on from a checkpoint. */
interface Notes {
  readonly boilers: Readonly<
    Record<
      string,
      readonly [siteId: string, minuteMs: number, minute: boolean, hourMs: number, hour: boolean]
    >
  >;
  readonly stale: Readonly<Record<RollupTier, readonly (readonly [boilerId: string, startMs: number])[]>>;
  /** Up to here there may be readings and rollups of which nothing was noted; `null`: there are none. */
  readonly unknownUptoMs: number | null;
}

export interface RollingWriter extends ReadingWriter {
  /** As the store does; the notes are made here. */
  goBack(checkpoint: number, batches: readonly WrittenAgain[]): Promise<void>;
  /** By the monotonic clock: when readings came last that are older than readings are kept; `null`: never. */
  readonly filledInAtMs: number | null;
}

/**
 * Sums up, by event time, what goes into a store: each minute and each hour of a boiler, when the boiler has gone on
 * to the next one. What comes in order is summed up in memory. What comes late, and a minute that was under way when
 * the process ended, is summed up from the readings that are stored, in the same commit: so a rollup is a function of
 * the readings of its time, whatever the store and however they came.
 */
export function rollingUp(
  store: ReadingWriter & Pick<Retention, "newest">,
  plant: Plant,
  keep: KeepConfig,
  world: World,
): RollingWriter {
  const { catalogue } = plant;
  const rates = ratesOf(catalogue);
  const slots = catalogue.names.length;
  const newest = new Map<string, Newest>();
  const stale = { minute: staleTimes(settledAfterMs.minute), hour: staleTimes(settledAfterMs.hour) };
  /** Rollups that are complete and stored nowhere yet. */
  let complete: StoredRollup[] = [];
  let committed: string | null = null;
  /** Whether what is in memory goes with the checkpoint in the store. */
  let isInStep = false;
  let filledInAtMs: number | null = null;
  /** Up to here there may be readings and rollups of which nothing was noted. */
  let unknownUptoMs: number | null = null;

  const hourOf = (boilerId: string, atMs: number) =>
    tierStartMs("hour", atMs, plant.boilers.get(boilerId)?.hourOffsetMs ?? 0);

  async function write(readings: readonly FrameToStore[], checkpoint: number): Promise<void> {
    if (!isInStep) await recall((await store.progress()).notes);
    const nowMs = world.clock.monotonicMs();
    complete = [];
    isInStep = false;
    const horizonMs = keptSinceMs(keep, world.clock.nowMs()).raw;
    for (const reading of readings) {
      if (reading.frame.takenAtMs < horizonMs) filledInAtMs = nowMs;
      see(reading, nowMs);
    }
    endSilent(nowMs);
    await store.write(readings, checkpoint, (stored) => consequences(stored, nowMs));
    isInStep = true;
  }

  function see({ origin, frame }: FrameToStore, nowMs: number): void {
    const { boilerId, takenAtMs } = frame;
    const minuteMs = tierStartMs("minute", takenAtMs, 0);
    const known = newest.get(boilerId);
    if (
      known !== undefined &&
      (minuteMs < known.minuteMs || (minuteMs === known.minuteMs && !known.isMinuteOpen))
    ) {
      late(known, boilerId, minuteMs, nowMs);
      return;
    }
    const boiler = known ?? begun(origin.siteId, boilerId, minuteMs);
    if (known !== undefined && minuteMs > known.minuteMs) goOn(known, boilerId, minuteMs);
    boiler.touchedMs = nowMs;
    if (boiler.minute?.add(frame) === false) boiler.minute = null;
  }

  function begun(siteId: string, boilerId: string, minuteMs: number): Newest {
    const hourMs = hourOf(boilerId, minuteMs);
    const boiler = {
      siteId,
      minuteMs,
      isMinuteOpen: true,
      minute: minuteFrom(siteId, boilerId, minuteMs),
      hourMs,
      isHourOpen: true,
      hour: hourFrom(siteId, boilerId, hourMs),
      touchedMs: 0,
    };
    newest.set(boilerId, boiler);
    return boiler;
  }

  /** `null`: something of it may be stored already. */
  function minuteFrom(siteId: string, boilerId: string, startMs: number): MinuteSums | null {
    return isKnown(startMs) ? minuteSums(siteId, boilerId, startMs, rates) : null;
  }
  function hourFrom(siteId: string, boilerId: string, startMs: number): HourSums | null {
    return isKnown(startMs) ? hourSums(siteId, boilerId, startMs, slots) : null;
  }
  function isKnown(startMs: number): boolean {
    return unknownUptoMs === null || startMs > unknownUptoMs;
  }

  function goOn(boiler: Newest, boilerId: string, minuteMs: number): void {
    endMinute(boiler, boilerId);
    const hourMs = hourOf(boilerId, minuteMs);
    if (hourMs > boiler.hourMs) {
      endHour(boiler, boilerId);
      Object.assign(boiler, {
        hourMs,
        isHourOpen: true,
        hour: hourFrom(boiler.siteId, boilerId, hourMs),
      });
    } else if (!boiler.isHourOpen) Object.assign(boiler, { isHourOpen: true, hour: null });
    const minute = minuteFrom(boiler.siteId, boilerId, minuteMs);
    Object.assign(boiler, { minuteMs, isMinuteOpen: true, minute });
  }

  function endMinute(boiler: Newest, boilerId: string): void {
    if (!boiler.isMinuteOpen) return;
    boiler.isMinuteOpen = false;
    if (boiler.minute === null) {
      stale.minute.addSettled(boilerId, boiler.minuteMs);
      boiler.hour = null;
      return;
    }
    const minute = boiler.minute.rollup();
    boiler.hour?.add(minute);
    complete.push({ ...minute, revision: 1 });
  }

  function endHour(boiler: Newest, boilerId: string): void {
    if (!boiler.isHourOpen) return;
    boiler.isHourOpen = false;
    if (boiler.hour === null) stale.hour.addSettled(boilerId, boiler.hourMs);
    else complete.push({ ...boiler.hour.rollup(), revision: 1 });
  }

  function late(boiler: Newest, boilerId: string, minuteMs: number, nowMs: number): void {
    stale.minute.add(boilerId, minuteMs, nowMs);
    const hourMs = hourOf(boilerId, minuteMs);
    if (hourMs === boiler.hourMs && boiler.isHourOpen) boiler.hour = null;
    else stale.hour.add(boilerId, hourMs, nowMs);
  }

  function endSilent(nowMs: number): void {
    for (const [boilerId, boiler] of newest) {
      if (nowMs - boiler.touchedMs < silentAfterMs) continue;
      endMinute(boiler, boilerId);
      if (boiler.hourMs + tierMs.hour + silentAfterMs <= world.clock.nowMs()) endHour(boiler, boilerId);
    }
  }

  async function consequences(stored: StoredInputs, nowMs: number): Promise<Consequences> {
    const minutes = await redone(
      stored,
      stale.minute,
      nowMs,
      async (boilerId, fromMs, toMs) => {
        const frames = await stored.frames({ boilerId, fromMs, toMs });
        return summedUp(
          frames,
          ({ frame }) => tierStartMs("minute", frame.takenAtMs, 0),
          ({ origin }, startMs) => {
            const sums = minuteSums(origin.siteId, boilerId, startMs, rates);
            return { add: ({ frame }) => void sums.add(frame), rollup: sums.rollup };
          },
        );
      },
      "minute",
    );
    const fresh = [...complete, ...minutes];
    const waiting = new Set(
      stale.minute.all().map(([boilerId, ms]) => `${boilerId} ${hourOf(boilerId, ms)}`),
    );
    const hours = await redone(
      stored,
      stale.hour,
      nowMs,
      async (boilerId, fromMs, toMs) => {
        const there = await stored.rollups("minute", { boilerId, fromMs, toMs });
        const own = fresh.filter((each) => each.tier === "minute" && each.boilerId === boilerId);
        const byStart = new Map([...there, ...own].map((minute) => [minute.startMs, minute]));
        const inOrder = [...byStart.values()]
          .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
          .sort((a, b) => a.startMs - b.startMs);
        return summedUp(
          inOrder,
          ({ startMs }) => hourOf(boilerId, startMs),
          ({ siteId }, startMs) => hourSums(siteId, boilerId, startMs, slots),
        );
      },
      "hour",
      (boilerId, startMs) => !waiting.has(`${boilerId} ${startMs}`),
    );
    const notes = JSON.stringify(notesNow());
    const changed = notes !== committed;
    committed = notes;
    return { rollups: [...complete, ...minutes, ...hours], notes: changed ? notes : null };
  }

  /** Makes again what is settled, and gives what differs from what stands. */
  async function redone(
    stored: StoredInputs,
    times: StaleTimes,
    nowMs: number,
    make: (boilerId: string, fromMs: number, toMs: number) => Promise<readonly Rollup[]>,
    tier: RollupTier,
    isReady: (boilerId: string, startMs: number) => boolean = () => true,
  ): Promise<readonly StoredRollup[]> {
    const finer = tier === "minute" ? "raw" : "minute";
    const horizonMs = keptSinceMs(keep, world.clock.nowMs())[finer];
    const done: StoredRollup[] = [];
    for (const { boilerId, starts } of times.takeSettled(nowMs, tierMs[tier], mostStretches, isReady)) {
      const [fromMs, toMs] = [starts[0] ?? 0, (starts.at(-1) ?? 0) + tierMs[tier]];
      const standing = await stored.rollups(tier, { boilerId, fromMs, toMs });
      const wanted = new Set(starts);
      for (const made of await make(boilerId, fromMs, toMs)) {
        if (!wanted.has(made.startMs)) continue;
        const stands = standing.find(({ startMs }) => startMs === made.startMs);
        // What was summed up in memory goes in by this commit, in the place of what stands.
        const summed = complete.find(
          (each) => each.tier === tier && each.boilerId === boilerId && each.startMs === made.startMs,
        );
        const before = summed ?? stands;
        // What it was made of may be gone: then it stays as it is.
        if (before !== undefined && (made.startMs < horizonMs || sameRollup(before, made))) continue;
        complete = complete.filter((each) => each !== summed);
        done.push({ ...made, revision: (stands?.revision ?? 0) + 1 });
      }
    }
    return done;
  }

  function notesNow(): Notes {
    const boilers = [...newest].map(([id, { siteId, minuteMs, isMinuteOpen, hourMs, isHourOpen }]) => [
      id,
      [siteId, minuteMs, isMinuteOpen, hourMs, isHourOpen],
    ]);
    return {
      boilers: Object.fromEntries(boilers),
      stale: { minute: stale.minute.all(), hour: stale.hour.all() },
      unknownUptoMs,
    };
  }

  /** What was under way is not known any more: it is made of what is stored. */
  async function recall(text: string | null): Promise<void> {
    const notes = text === null ? await nothingNoted() : (JSON.parse(text) as Notes);
    const { boilers, stale: left } = notes;
    unknownUptoMs = notes.unknownUptoMs;
    const nowMs = world.clock.monotonicMs();
    committed = text;
    newest.clear();
    for (const [id, [siteId, minuteMs, isMinuteOpen, hourMs, isHourOpen]] of Object.entries(boilers)) {
      const at = { siteId, minuteMs, isMinuteOpen, hourMs, isHourOpen };
      newest.set(id, { ...at, minute: null, hour: null, touchedMs: nowMs });
    }
    for (const tier of ["minute", "hour"] as const) {
      stale[tier].clear();
      for (const [boilerId, startMs] of left[tier]) stale[tier].addSettled(boilerId, startMs);
    }
  }

  async function nothingNoted(): Promise<Notes> {
    const tiers = ["raw", "minute", "hour"] as const;
    const times = (await Promise.all(tiers.map((tier) => store.newest(tier)))).filter((ms) => ms !== null);
    const unknown = times.length === 0 ? null : Math.max(...times);
    return { boilers: {}, stale: { minute: [], hour: [] }, unknownUptoMs: unknown };
  }

  /** What comes again meets rollups that stand, and what waited to be made again still does. */
  async function goBack(checkpoint: number, batches: readonly WrittenAgain[]): Promise<void> {
    isInStep = false;
    await recall((await store.progress()).notes);
    for (const [boilerId, { minuteMs, isMinuteOpen, hourMs, isHourOpen }] of newest) {
      if (isMinuteOpen) stale.minute.addSettled(boilerId, minuteMs);
      if (isHourOpen) stale.hour.addSettled(boilerId, hourMs);
    }
    newest.clear();
    ({ unknownUptoMs } = await nothingNoted());
    await store.goBack(checkpoint, batches, JSON.stringify(notesNow()));
  }

  return {
    progress: store.progress,
    get refusals() {
      return store.refusals ?? { count: 0, newest: null };
    },
    write,
    goBack,
    get filledInAtMs() {
      return filledInAtMs;
    },
  };
}

/** Rows, in the order of time, each added to the sums of its stretch. */
function summedUp<Row>(
  rows: readonly Row[],
  startOf: (row: Row) => number,
  sumsOf: (row: Row, startMs: number) => { add(row: Row): void; rollup(): Rollup },
): readonly Rollup[] {
  const sums = new Map<number, { add(row: Row): void; rollup(): Rollup }>();
  for (const row of rows) {
    const startMs = startOf(row);
    const there = sums.get(startMs) ?? sumsOf(row, startMs);
    sums.set(startMs, there);
    there.add(row);
  }
  return [...sums.values()].map((each) => each.rollup());
}
