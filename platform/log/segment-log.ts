import { messageOf, OperationalError, systemCode } from "../errors.ts";
import type { World } from "../world.ts";
import type { LogFile, LogFiles } from "./files.ts";
import { encodeRecord, headerBytes } from "./record.ts";
import type { DamagedRange, LogReader, Segment } from "./segment.ts";
import { endOfSegment, segmentReader } from "./segment-reader.ts";

export interface SegmentLogOptions {
  /** Names the log in messages. */
  readonly name: string;
  /** A segment is closed once it holds this much. */
  readonly segmentBytes: number;
  /** What may wait for the disk; beyond it `append` refuses. */
  readonly pendingBytes: number;
  /** Gathers appends for so long before one write and one fsync serve them all. */
  readonly gatherMs: number;
  /** Offsets known elsewhere to have been confirmed: never given again, even if the files have lost them. */
  readonly confirmedAtLeast: number;
}

/** Keeps what it confirmed, serves nothing that it did not write, and says what it lost. */
export interface SegmentLog {
  /** The oldest offset still kept (equal to `nextOffset` when the log is empty). */
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** The first offset of each segment, oldest first. */
  readonly segmentStarts: readonly number[];
  /** Those that are not written any more, oldest first. */
  readonly closedSegments: readonly ClosedSegment[];
  /** Everything up to here is on the disk. */
  readonly durableOffset: number;
  readonly bytes: number;
  /** What the disk says when it refuses; appends wait and are tried again each second. */
  readonly trouble: OperationalError | null;
  /** The newest record that could be read at opening; 0 for none. */
  readonly readableAtOpening: number;
  /** Offsets skipped at opening, because a damaged end may have held records that were confirmed. */
  readonly skippedAtOpening: DamagedRange | null;
  /**
   * Resolves with the record's offset once it is durable.
   * @throws OperationalError `log-full` when `pendingBytes` are waiting for the disk, `log-closed` after closing
   */
  append(body: Buffer): Promise<number>;
  /** Whether `append` would take so many bytes now. */
  hasRoom(bytes: number): boolean;
  reader(fromOffset: number): LogReader;
  /** Resolves when something beyond `offset` is durable, or when `signal` is aborted. */
  grown(offset: number, signal: AbortSignal): Promise<void>;
  /** Deletes whole segments from the oldest on, all of whose records lie before `neededFrom` and that are too old or too many. */
  retain(keep: {
    readonly neededFrom: number;
    readonly maxBytes: number;
    readonly maxAgeMs: number;
  }): Promise<void>;
  /** Deletes one whole segment, wherever it stands; a reader that comes there reports its offsets as damaged. */
  drop(segment: ClosedSegment): Promise<void>;
  close(): Promise<void>;
}

export interface ClosedSegment {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly bytes: number;
  readonly changedAtMs: number;
}

interface Waiting {
  readonly offset: number;
  readonly body: Buffer;
  readonly appendedAtMs: number;
  readonly confirm: (offset: number) => void;
  readonly refuse: (error: OperationalError) => void;
}

const retryAfterMs = 1_000;
/** A disk that refuses is complained about so often. */
const complainEveryMs = 60_000;

/**
 * An append-only log of numbered records in segment files, the one place where delivery becomes durable.
 *
 * Appends are gathered and confirmed by one fsync. A segment is never written again after the log was opened
 * anew, or after a write or fsync failed: the same records go into a fresh segment, because an fsync that
 * failed once says nothing about the next. Only the last segment is scanned at opening; damage inside older
 * ones is found, skipped and reported by the reader that comes across it.
 */
export async function openSegmentLog(
  files: LogFiles,
  options: SegmentLogOptions,
  world: World,
): Promise<SegmentLog> {
  const segments = await existingSegments(files);
  const opening = await nextOffsetAfter(files, segments, options.confirmedAtLeast);
  let nextOffset = opening.nextOffset;
  let durableOffset = nextOffset - 1;
  let current: { readonly segment: Segment; readonly file: LogFile } | null = null;
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let trouble: OperationalError | null = null;
  let complainedMs = Number.NEGATIVE_INFINITY;
  let closing = false;
  let draining: Promise<void> | null = null;
  const closed = new AbortController();
  const growth = new Set<() => void>();

  function append(body: Buffer): Promise<number> {
    if (closing) return Promise.reject(new OperationalError("log-closed", `${options.name} is closed`));
    if (!hasRoom(body.length)) {
      const why = trouble === null ? "the disk is too slow" : trouble.message;
      return Promise.reject(new OperationalError("log-full", `${options.name} takes no more: ${why}`));
    }
    const offset = nextOffset;
    nextOffset += 1;
    waitingBytes += body.length;
    const durable = new Promise<number>((confirm, refuse) => {
      waiting.push({ offset, body, appendedAtMs: world.clock.nowMs(), confirm, refuse });
    });
    draining ??= drain();
    return durable;
  }

  function hasRoom(bytes: number): boolean {
    return !closing && (waitingBytes === 0 || waitingBytes + bytes <= options.pendingBytes);
  }

  async function drain(): Promise<void> {
    if (options.gatherMs > 0) await world.clock.sleep(options.gatherMs, closed.signal);
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      if (await written(group)) {
        for (const { body } of group) waitingBytes -= body.length;
        durableOffset = group[group.length - 1]?.offset ?? durableOffset;
        for (const { offset, confirm } of group) confirm(offset);
        for (const wake of growth) wake();
        continue;
      }
      waiting = [...group, ...waiting];
      if (closing) break;
      await world.clock.sleep(retryAfterMs, closed.signal);
    }
    draining = null;
  }

  /** One write and one fsync for the group; after a failure once more in a fresh segment. */
  async function written(group: readonly Waiting[]): Promise<boolean> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      try {
        current ??= await createSegment(group[0]?.offset ?? nextOffset);
        const { segment, file } = current;
        const bytes = Buffer.concat(group.map((record) => encodeRecord(record, segment.salt)));
        await file.append(bytes);
        await file.sync();
        segment.bytes += bytes.length;
        segment.changedAtMs = world.clock.nowMs();
        trouble = null;
        if (segment.bytes >= options.segmentBytes) await leaveSegment();
        return true;
      } catch (error) {
        const code = systemCode(error) === "ENOSPC" ? "disk-full" : "log-write-failed";
        trouble = new OperationalError(code, `${options.name} cannot write: ${messageOf(error)}`, {
          cause: error,
        });
        if (world.clock.monotonicMs() - complainedMs >= complainEveryMs) {
          complainedMs = world.clock.monotonicMs();
          world.log.error({ log: options.name, code }, trouble.message);
        }
        await leaveSegment();
      }
    }
    return false;
  }

  async function createSegment(baseOffset: number): Promise<{ segment: Segment; file: LogFile }> {
    const salt = Number.parseInt(world.random.secretHex(4), 16);
    const name = segmentName(baseOffset, salt);
    const file = await files.create(name);
    await files.syncNames();
    const segment = { name, baseOffset, salt, bytes: 0, changedAtMs: world.clock.nowMs() };
    segments.push(segment);
    return { segment, file };
  }

  async function leaveSegment(): Promise<void> {
    const left = current;
    current = null;
    if (left === null) return;
    const { segment, file } = left;
    try {
      await file.close();
      if (segment.bytes > 0) return;
      // Nothing in it was ever confirmed; on a full disk such files would pile up.
      segments.splice(segments.indexOf(segment), 1);
      await files.remove(segment.name);
    } catch (error) {
      world.log.warn({ log: options.name, error: messageOf(error) }, "a segment was not put away");
    }
  }

  return {
    get firstOffset() {
      return segments[0]?.baseOffset ?? nextOffset;
    },
    get nextOffset() {
      return nextOffset;
    },
    get segmentStarts() {
      return segments.map(({ baseOffset }) => baseOffset);
    },
    get durableOffset() {
      return durableOffset;
    },
    get bytes() {
      return segments.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    get trouble() {
      return trouble;
    },
    readableAtOpening: opening.readable,
    skippedAtOpening: opening.skipped,
    append,
    hasRoom,
    reader: (fromOffset) => segmentReader(files, segments, fromOffset, () => durableOffset),
    grown: (offset, signal) =>
      new Promise((resolve) => {
        if (durableOffset > offset || signal.aborted) {
          resolve();
          return;
        }
        const wake = () => {
          if (durableOffset <= offset && !signal.aborted) return;
          growth.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        growth.add(wake);
        signal.addEventListener("abort", wake);
      }),
    retain: async ({ neededFrom, maxBytes, maxAgeMs }) => {
      let kept = segments.reduce((sum, { bytes }) => sum + bytes, 0);
      for (let next = segments[1]; next !== undefined; next = segments[1]) {
        const oldest = segments[0];
        if (oldest === undefined || next.baseOffset > neededFrom) break;
        if (kept <= maxBytes && world.clock.nowMs() - oldest.changedAtMs <= maxAgeMs) break;
        segments.shift();
        kept -= oldest.bytes;
        await files.remove(oldest.name);
      }
    },
    get closedSegments() {
      return segments.slice(0, -1).map(({ baseOffset, bytes, changedAtMs }, index) => ({
        firstOffset: baseOffset,
        lastOffset: (segments[index + 1]?.baseOffset ?? nextOffset) - 1,
        bytes,
        changedAtMs,
      }));
    },
    drop: async ({ firstOffset, lastOffset }) => {
      const dropped = segments
        .slice(0, -1)
        .filter(({ baseOffset }) => baseOffset >= firstOffset && baseOffset <= lastOffset);
      for (const segment of dropped) {
        segments.splice(segments.indexOf(segment), 1);
        await files.remove(segment.name);
      }
    },
    close: async () => {
      closing = true;
      closed.abort();
      await draining;
      for (const { refuse } of waiting)
        refuse(new OperationalError("log-closed", `${options.name} is closed`));
      waiting = [];
      await leaveSegment();
    },
  };
}

function segmentName(baseOffset: number, salt: number): string {
  return `${String(baseOffset).padStart(16, "0")}-${salt.toString(16).padStart(8, "0")}.log`;
}

/** The segments of a folder in the order of their records; nothing is touched. */
export async function segmentsIn(files: LogFiles): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of await files.list()) {
    const parts = /^(\d{16})-([0-9a-f]{8})\.log$/.exec(name);
    if (parts === null) continue;
    const { bytes, changedAtMs } = await files.describe(name);
    segments.push({
      name,
      baseOffset: Number(parts[1]),
      salt: Number.parseInt(parts[2] ?? "", 16),
      bytes,
      changedAtMs,
    });
  }
  // A segment whose first group had to go into a fresh one shares its base; the fresh one is the younger.
  return segments.sort((a, b) => a.baseOffset - b.baseOffset || a.changedAtMs - b.changedAtMs);
}

async function existingSegments(files: LogFiles): Promise<Segment[]> {
  const segments = await segmentsIn(files);
  // An empty file at the end was opened and not written. Elsewhere it is a segment that lost its bytes.
  for (let last = segments.at(-1); last !== undefined && last.bytes === 0; last = segments.at(-1)) {
    segments.pop();
    await files.remove(last.name);
  }
  return segments;
}

/** Reads a log as it stands, also while another process writes to it; nothing is touched. */
export async function standingLog(
  files: LogFiles,
): Promise<{ readonly firstOffset: number; readonly lastOffset: number; readonly reader: LogReader }> {
  const segments = (await segmentsIn(files)).filter(({ bytes }) => bytes > 0);
  const firstOffset = segments[0]?.baseOffset ?? 1;
  const lastBase = segments.at(-1)?.baseOffset ?? firstOffset;
  let lastOffset = lastBase - 1;
  for (const segment of segments.filter(({ baseOffset }) => baseOffset === lastBase))
    lastOffset = Math.max(lastOffset, (await endOfSegment(files, segment)).offset ?? 0);
  return { firstOffset, lastOffset, reader: segmentReader(files, segments, firstOffset, () => lastOffset) };
}

/**
 * Where to go on. A write cut short by a crash was never confirmed, so its number is free again. Any other
 * garbage at the end may have been confirmed records: their numbers are skipped, as many as could have fitted.
 */
async function nextOffsetAfter(
  files: LogFiles,
  segments: readonly Segment[],
  confirmedAtLeast: number,
): Promise<{
  readonly nextOffset: number;
  readonly readable: number;
  readonly skipped: DamagedRange | null;
}> {
  const lastBase = segments[segments.length - 1]?.baseOffset ?? 1;
  let readable = lastBase - 1;
  let lostBytes = 0;
  for (const segment of segments.filter(({ baseOffset }) => baseOffset === lastBase)) {
    const end = await endOfSegment(files, segment);
    readable = Math.max(readable, end.offset ?? 0);
    lostBytes = Math.max(lostBytes, end.lostBytes);
  }
  const used = Math.max(readable + Math.ceil(lostBytes / headerBytes), confirmedAtLeast);
  const skipped = used > readable ? { from: readable + 1, to: used } : null;
  return { nextOffset: used + 1, readable, skipped };
}
