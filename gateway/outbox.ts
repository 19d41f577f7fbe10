import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Batch, noHash, sealBatch } from "../contracts/batch.ts";
import { contiguousUpto, type SerialRanges, withRange } from "../domain/serial-ranges.ts";
import { readFileIfThere, replaceFile } from "../platform/data-folder.ts";
import { OperationalError } from "../platform/errors.ts";
import { folderFiles } from "../platform/log/files.ts";
import type { DamagedRange, LogReader } from "../platform/log/segment.ts";
import { openSegmentLog } from "../platform/log/segment-log.ts";
import type { World } from "../platform/world.ts";
import type { OutboxConfig } from "./config.ts";

/** What a batch says besides the identity that the outbox gives it. */
export type BatchContent = Omit<Batch, "v" | "sid" | "seq" | "boot" | "prev" | "h">;

/** Readings captured and scans declared missing in one UTC hour. */
export interface CapturedHour {
  readonly hourStartMs: number;
  readonly readings: number;
  readonly missedScans: number;
}

/** A gateway's memory on disk: captured means that it is here, and it stays until ingest says that it is there. */
export interface Outbox {
  readonly sid: string;
  readonly boot: number;
  /** Time of the last scan captured before this start; `null` for a new outbox. */
  readonly lastCapturedAtMs: number | null;
  /** Newest time in it. */
  readonly lastTakenAtMs: number | null;
  /** The time segment in force when the last scan was captured. */
  readonly timeSegment: number;
  readonly capturedUpto: number;
  readonly ackedUpto: number;
  readonly bytes: number;
  readonly trouble: OperationalError | null;
  /** Seqs that were skipped at this opening, since a damaged end may have held them. */
  readonly skipped: DamagedRange | null;
  readonly hours: readonly CapturedHour[];
  /** Resolves with the batch's seq once it is captured: on the disk, under a number of its own. */
  capture(content: BatchContent): Promise<number>;
  reader(fromSeq: number): LogReader;
  grown(seq: number, signal: AbortSignal): Promise<void>;
  /** Notes what ingest has; acknowledged batches are let go when their time is over. */
  acknowledged(ranges: SerialRanges): void;
  isAcknowledged(seq: number): boolean;
  close(): Promise<void>;
}

interface SavedState {
  readonly sid: string;
  readonly boot: number;
  readonly acked: SerialRanges;
  /** Hours are counted up to this seq. */
  readonly countedUpto: number;
  readonly hours: readonly CapturedHour[];
}

const hourMs = 3_600_000;
const hoursKept = 48;
const saveEveryMs = 5_000;
const mib = 1024 * 1024;

/**
 * Opens the outbox in a folder of its own; the identity of its log is made with it.
 * @throws OperationalError `outbox-unreadable`
 */
export async function openOutbox(folder: string, config: OutboxConfig, world: World): Promise<Outbox> {
  const files = await folderFiles(join(folder, "outbox"));
  const stateFile = join(folder, "outbox.json");
  const saved = savedState(stateFile);
  const log = await openSegmentLog(
    files,
    {
      name: "the outbox",
      segmentBytes: config.segmentMib * mib,
      pendingBytes: 8 * mib,
      gatherMs: 0,
      confirmedAtLeast: Math.max(saved?.countedUpto ?? 0, saved?.acked.at(-1)?.[1] ?? 0),
    },
    world,
  );
  const hours = new Map((saved?.hours ?? []).map((hour) => [hour.hourStartMs, hour]));
  let countedUpto = saved?.countedUpto ?? 0;
  let newest: Batch | null = null;
  const readFrom = Math.min(countedUpto, log.readableAtOpening);
  for await (const { seq, batch } of batchesFrom(log.reader(Math.max(1, readFrom)))) {
    newest = batch;
    if (seq > countedUpto) count(batch);
    countedUpto = Math.max(countedUpto, seq);
  }
  // Without its notes, the outbox takes its identity from what it holds.
  const sid = saved?.sid ?? newest?.sid ?? world.random.uuid();
  const boot = Math.max(saved?.boot ?? 0, newest?.boot ?? 0) + 1;
  const { t0: lastCapturedAtMs = null, tseg: timeSegment = 0 } = newest ?? {};
  let acked = saved?.acked ?? [];
  let previousHash = newest?.h ?? noHash;
  let lastSavedMs = Number.NEGATIVE_INFINITY;
  let capturing: Promise<unknown> = Promise.resolve();
  save();

  function count(batch: Pick<Batch, "t0" | "n" | "gap">): void {
    const hourStartMs = Math.floor(batch.t0 / hourMs) * hourMs;
    const before = hours.get(hourStartMs) ?? { hourStartMs, readings: 0, missedScans: 0 };
    const missedScans = before.missedScans + batch.gap.reduce((sum, [, , , scans]) => sum + scans, 0);
    hours.set(hourStartMs, { hourStartMs, readings: before.readings + batch.n, missedScans });
    for (const oldest of [...hours.keys()].sort((a, b) => a - b).slice(0, -hoursKept)) hours.delete(oldest);
  }

  function save(): void {
    const state: SavedState = { sid, boot, acked, countedUpto, hours: [...hours.values()] };
    replaceFile(stateFile, JSON.stringify(state));
    lastSavedMs = world.clock.monotonicMs();
  }

  async function capture(content: BatchContent): Promise<number> {
    // One after the other: the number and the hash of the batch before must be known.
    const captured = capturing.then(async () => {
      const seq = log.nextOffset;
      const body = { v: 1, ...content, sid, seq, boot, prev: previousHash } as const;
      const { text, hash } = sealBatch(body, sha256Hex);
      await log.append(Buffer.from(text));
      previousHash = hash;
      count(content);
      countedUpto = seq;
      return seq;
    });
    capturing = captured.catch(() => {});
    return captured;
  }

  return {
    sid,
    boot,
    lastCapturedAtMs,
    lastTakenAtMs: newest === null ? null : newestTimeOf(newest),
    timeSegment,
    get capturedUpto() {
      return log.durableOffset;
    },
    get ackedUpto() {
      return contiguousUpto(acked);
    },
    get bytes() {
      return log.bytes;
    },
    get trouble() {
      return log.trouble;
    },
    skipped: log.skippedAtOpening,
    get hours() {
      return [...hours.values()].sort((a, b) => a.hourStartMs - b.hourStartMs);
    },
    capture,
    reader: (fromSeq) => log.reader(fromSeq),
    grown: (seq, signal) => log.grown(seq, signal),
    acknowledged: (ranges) => {
      for (const [first, end] of ranges) acked = withRange(acked, first, end);
      if (world.clock.monotonicMs() - lastSavedMs < saveEveryMs) return;
      save();
      void log.retain({
        neededFrom: contiguousUpto(acked) + 1,
        maxBytes: config.keepAckedMib * mib,
        maxAgeMs: config.keepAckedHours * hourMs,
      });
    },
    isAcknowledged: (seq) => acked.some(([first, end]) => first <= seq && seq <= end),
    close: async () => {
      await capturing;
      await log.close();
      save();
    },
  };
}

/** The time of the newest reading of a batch; without one, that of the batch. */
function newestTimeOf({ t0, b }: Batch): number {
  return t0 + Math.max(0, ...b.flatMap(({ rows }) => rows.map(([dt]) => dt ?? 0)));
}

function savedState(file: string): SavedState | null {
  const text = readFileIfThere(file);
  try {
    return text === null ? null : (JSON.parse(text) as SavedState);
  } catch (cause) {
    throw new OperationalError(
      "outbox-unreadable",
      `${file} cannot be read; remove it, and the outbox takes its notes from its batches again`,
      { cause },
    );
  }
}

async function* batchesFrom(
  reader: LogReader,
): AsyncGenerator<{ readonly seq: number; readonly batch: Batch }> {
  for (;;) {
    const { records } = await reader.read();
    if (records.length === 0) return;
    for (const { offset, body } of records)
      yield { seq: offset, batch: JSON.parse(body.toString()) as Batch };
  }
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
