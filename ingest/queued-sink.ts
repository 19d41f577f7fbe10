import { rmSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { OperationalError } from "../platform/errors.ts";
import { folderFiles } from "../platform/log/files.ts";
import type { LogReader } from "../platform/log/segment.ts";
import { openSegmentLog, type SegmentLog } from "../platform/log/segment-log.ts";
import { backgroundLoop } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { batchOf } from "./pass.ts";
import type { Outcome, Sink } from "./sink.ts";

export interface QueueSettings {
  /** Events that may wait in memory. */
  readonly events: number;
  /** So long a full queue waits for its sink; then what follows waits on the disk. */
  readonly patienceMs: number;
  readonly spillBytes: number;
}

export const queueSettings: QueueSettings = { events: 10_000, patienceMs: 1_000, spillBytes: 8 * 1024 ** 3 };

/** A sink with a queue before it. */
export interface QueuedSink extends Sink {
  /** Outcomes that wait in memory, and bytes of those that wait on the disk. */
  readonly waiting: number;
  readonly spilledBytes: number;
}

const mib = 1024 * 1024;
/** Of the ten seconds that a stop may take. */
const drainWithinMs = 2_000;

/**
 * Puts a queue before a sink, so that a store that stalls holds up nobody else: what does not fit in memory goes into
 * a log of its own, and is taken from there in order when the store is back. A sink that is only slower than the pass
 * slows it down for a moment, and no longer. The log is no promise: after a restart, the journal gives it all again.
 */
export function queuedSink(
  sink: Sink,
  folder: string,
  world: World,
  settings: QueueSettings = queueSettings,
): QueuedSink {
  const spillFolder = join(folder, "spill", sink.name);
  rmSync(spillFolder, { recursive: true, force: true });
  let waiting: Outcome[] = [];
  let taken = 0;
  let events = 0;
  let spill: { readonly log: SegmentLog; readonly reader: LogReader } | null = null;
  /** Outcomes that are on their way to the disk, or wait there. */
  let spilled = 0;
  let stir = new AbortController();
  /** It sleeps, and has to be woken: an abort costs more than handing an outcome over. */
  let isAsleep = false;
  /** Whoever hands over waits for room. */
  let isFull = false;
  let room = new AbortController();
  let isOver = false;

  async function take(outcome: Outcome): Promise<void> {
    if (outcome.entry.offset <= sink.checkpoint) return;
    if (spilled === 0) {
      if (events >= settings.events) {
        isFull = true;
        await world.clock.sleep(settings.patienceMs, room.signal);
        isFull = false;
      }
      if (events < settings.events) {
        waiting.push(outcome);
        events += costOf(outcome);
        wake();
        return;
      }
      world.log.warn({ sink: sink.name }, "its store stalls; what comes waits on the disk");
    }
    await putAside(outcome);
  }

  async function putAside({ entry, batch, newlyLost, events: all }: Outcome): Promise<void> {
    spill ??= await openSpill();
    const { log } = spill;
    // The batch is in the entry's bytes; what the sink passes over need not wait.
    const bytes = serialize({ entry, hasBatch: batch !== null, newlyLost, events: all.filter(sink.takes) });
    while (!isOver && (!log.hasRoom(bytes.length) || log.bytes > settings.spillBytes))
      await world.clock.sleep(100);
    spilled += 1;
    log.append(bytes).then(wake, (error: unknown) => {
      if (!(error instanceof OperationalError)) throw error; // it is being closed: the journal has it
    });
  }

  async function openSpill() {
    const log = await openSegmentLog(
      await folderFiles(spillFolder),
      {
        name: `what waits for ${sink.name}`,
        segmentBytes: 16 * mib,
        pendingBytes: 16 * mib,
        gatherMs: 20,
        confirmedAtLeast: 0,
      },
      world,
    );
    return { log, reader: log.reader(1) };
  }

  async function hand(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", wake);
    while (!isOver) {
      const next = waiting[taken];
      if (next !== undefined) {
        await sink.take(next);
        taken += 1;
        events -= costOf(next);
        if (taken >= 1_024 || taken === waiting.length) {
          waiting = waiting.slice(taken);
          taken = 0;
        }
        if (isFull && events < settings.events) madeRoom();
      } else if (signal.aborted) return;
      else if (spill === null || spilled === 0 || !(await handFromDisk(spill))) {
        isAsleep = true;
        await world.clock.sleep(1_000, stir.signal);
        isAsleep = false;
      }
    }
  }

  /** Hands over some of what waits on the disk; says whether there was any. */
  async function handFromDisk({ log, reader }: NonNullable<typeof spill>): Promise<boolean> {
    const { records, damaged } = await reader.read();
    // To go on would leave a hole in the store: the next start takes it all from the journal.
    if (damaged.length > 0)
      throw new OperationalError("spill-damaged", `What waited for ${sink.name} cannot be read; start again`);
    for (const { body } of records) {
      if (isOver) return true;
      const { entry, hasBatch, newlyLost, events: kept } = deserialize(body) as PutAside;
      await sink.take({ entry, batch: hasBatch ? batchOf(entry) : null, newlyLost, events: kept });
      spilled -= 1;
    }
    const reached = records.at(-1)?.offset ?? 0;
    await log.retain({ neededFrom: reached + 1, maxBytes: 0, maxAgeMs: 0 });
    if (spilled === 0) world.log.info({ sink: sink.name }, "nothing waits on the disk any more");
    return records.length > 0;
  }

  function wake(): void {
    if (!isAsleep) return;
    isAsleep = false;
    stir.abort();
    stir = new AbortController();
  }

  function madeRoom(): void {
    room.abort();
    room = new AbortController();
  }

  const handing = backgroundLoop(`queue of ${sink.name}`, hand);
  return {
    name: sink.name,
    takes: sink.takes,
    get checkpoint() {
      return sink.checkpoint;
    },
    get waiting() {
      return waiting.length - taken;
    },
    get spilledBytes() {
      return spilled === 0 ? 0 : (spill?.log.bytes ?? 0);
    },
    take,
    stop: async () => {
      // What waits in memory is handed over, unless the store stalls; the journal has the rest.
      const over = new AbortController();
      await Promise.race([handing.stop(), world.clock.sleep(drainWithinMs, over.signal)]);
      over.abort();
      isOver = true;
      wake();
      await sink.stop();
      await handing.finished;
      await spill?.log.close();
    },
  };
}

type PutAside = Omit<Outcome, "batch"> & { readonly hasBatch: boolean };

function costOf({ events }: Outcome): number {
  return 1 + events.length;
}
