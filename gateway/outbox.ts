import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Batch, noHash, sealBatch } from "../contracts/batch.ts";
import {
  contiguousUpto,
  hasSerial,
  missingIn,
  type SerialRanges,
  withRange,
} from "../domain/serial-ranges.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import { folderFiles } from "../platform/log/files.ts";
import type { LogReader } from "../platform/log/segment.ts";
import { type ClosedSegment, openSegmentLog } from "../platform/log/segment-log.ts";
import { reserveFile } from "../platform/reserve.ts";
import { backgroundLoop } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { OutboxConfig } from "./config.ts";
import {
  type CapturedHour,
  type Declared,
  type OutboxNotes,
  savedNotes,
  saveNotes,
  type Undeclared,
} from "./outbox-notes.ts";

/** What a batch says besides the identity that the outbox gives it, and the losses that it has to declare. */
export type BatchContent = Omit<Batch, "v" | "sid" | "seq" | "boot" | "prev" | "h" | "lost" | "dropped">;

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
  /** The seq of the next batch that is handed over. */
  readonly nextSeq: number;
  readonly ackedUpto: number;
  readonly bytes: number;
  readonly droppedBatches: number;
  /** What stands in the way of capturing, or soon will. */
  readonly trouble: OperationalError | null;
  /** The disk is full: only what declares losses is captured, into the space that was held for it. */
  readonly isDiskFull: boolean;
  readonly hours: readonly CapturedHour[];
  /** Resolves with the batch's seq once it is captured: on the disk, under a number of its own. */
  capture(content: BatchContent): Promise<number>;
  reader(fromSeq: number): LogReader;
  grown(seq: number, signal: AbortSignal): Promise<void>;
  /** Losses are said, or to be said, in a batch that ingest has not confirmed. */
  readonly owesLosses: boolean;
  /** What is captured next says again what was said by batches that ingest has not confirmed: they may come last. */
  declareAgain(): void;
  /** Notes what ingest has, besides what it had. */
  acknowledged(ranges: SerialRanges): void;
  /** Nobody says any more what ingest has: nothing counts as acknowledged. */
  unsure(): void;
  /** Notes that ingest has this and nothing else: what it has lost since is to be sent again, as far as it is kept. */
  restated(ranges: SerialRanges): void;
  isAcknowledged(seq: number): boolean;
  /** Batches turned out unreadable: those that ingest does not have will be declared lost. */
  unreadable(first: number, last: number): void;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hoursKept = 48;
const tendEveryMs = 1_000;
const saveEveryMs = 5_000;
const mib = 1024 * 1024;
const nearlyFull = 0.9;
const declaredAtOnce = 500;

/**
 * Opens the outbox in a folder of its own; the identity of its log is made with it.
 * @throws OperationalError `outbox-unreadable`
 */
export async function openOutbox(folder: string, config: OutboxConfig, world: World): Promise<Outbox> {
  const files = await folderFiles(join(folder, "outbox"));
  const saved = savedNotes(folder);
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
  const reserve = reserveFile(join(folder, "reserve"), config.reserveMib * mib);
  const hours = new Map((saved?.hours ?? []).map((hour) => [hour.hourStartMs, hour]));
  let acked = saved?.acked ?? [];
  let gone = saved?.gone ?? [];
  let undeclared: readonly Undeclared[] = saved?.undeclared ?? [];
  /** Losses that a batch of this outbox has declared, while ingest has not confirmed that one. */
  let declaredIn: readonly Declared[] = saved?.declaredIn ?? [];
  let droppedBatches = saved?.droppedBatches ?? 0;
  let countedUpto = saved?.countedUpto ?? 0;
  let newest: Batch | null = null;
  const readFrom = Math.min(countedUpto, log.readableAtOpening);
  for await (const { seq, batch } of batchesFrom(log.reader(Math.max(1, readFrom)))) {
    newest = batch;
    if (seq <= countedUpto) continue;
    count(batch);
    // The notes may be older than the batch that declared it.
    const isIn = ({ first, last }: Undeclared) =>
      (batch.lost ?? []).some(([from, to]) => from === first && to === last);
    declaredIn = [
      ...declaredIn,
      ...undeclared.filter(isIn).map((loss) => ({ seq, loss: { ...loss, saidIn: loss.saidIn ?? seq } })),
    ];
    undeclared = undeclared.filter((loss) => !isIn(loss));
    countedUpto = seq;
  }
  // Without its notes, the outbox takes its identity from what it holds.
  const sid = saved?.sid ?? newest?.sid ?? world.random.uuid();
  const boot = Math.max(saved?.boot ?? 0, newest?.boot ?? 0) + 1;
  const { t0: lastCapturedAtMs = null, tseg: timeSegment = 0 } = newest ?? {};
  let previousHash = newest?.h ?? noHash;
  let lastSavedMs = Number.NEGATIVE_INFINITY;
  let notesTrouble: OperationalError | null = null;
  let isDiskFull = false;
  let capturing: Promise<unknown> = Promise.resolve();
  let handedOver = 0;
  if (log.skippedAtOpening !== null) unreadable(log.skippedAtOpening.from, log.skippedAtOpening.to);
  save();

  function count({ t0, n, gap }: Pick<Batch, "t0" | "n" | "gap">): void {
    const hourStartMs = hourOf(t0);
    const before = hours.get(hourStartMs) ?? { hourStartMs, readings: 0, missedScans: 0 };
    const missedScans = before.missedScans + gap.reduce((sum, [, , , scans]) => sum + scans, 0);
    hours.set(hourStartMs, { hourStartMs, readings: before.readings + n, missedScans });
    for (const oldest of [...hours.keys()].sort((a, b) => a - b).slice(0, -hoursKept)) hours.delete(oldest);
  }

  /** Writes the notes; on a full disk, into the space that is held for them. */
  function save(): void {
    const notes: OutboxNotes = {
      ...{ sid, boot, acked, gone, undeclared, declaredIn, droppedBatches, countedUpto },
      hours: [...hours.values()],
    };
    lastSavedMs = world.clock.monotonicMs();
    for (const attempt of [1, 2]) {
      try {
        saveNotes(folder, notes);
        notesTrouble = null;
        return;
      } catch (error) {
        const isFull = systemCode(error) === "ENOSPC";
        notesTrouble = new OperationalError(
          isFull ? "disk-full" : "outbox-notes-unsaved",
          `The outbox cannot save its notes: ${messageOf(error)}`,
          { cause: error },
        );
        if (attempt === 1 && isFull) diskFull();
      }
    }
  }

  async function capture(content: BatchContent): Promise<number> {
    handedOver += 1;
    // One after the other: the number and the hash of the batch before must be known.
    const captured = capturing.then(async () => {
      handedOver -= 1;
      const seq = log.nextOffset;
      // What was said before is said by itself, and whole: whichever of the two comes first is counted, the other is known.
      const again = undeclared[0]?.saidIn;
      const declared = undeclared.filter(({ saidIn }) => saidIn === again).slice(0, declaredAtOnce);
      const body = {
        ...{ v: 1, ...content, sid, seq, boot, prev: previousHash },
        ...(declared.length > 0 && {
          lost: declared.map(({ first, last, reason }): [number, number, typeof reason] => [
            first,
            last,
            reason,
          ]),
          dropped: perHour(declared.flatMap((each) => each.hours)),
        }),
      } as const;
      const { text, hash } = sealBatch(body as Omit<Batch, "h">, sha256Hex);
      await log.append(Buffer.from(text));
      previousHash = hash;
      undeclared = undeclared.filter((each) => !declared.includes(each));
      declaredIn = [
        ...declaredIn,
        ...declared.map((loss) => ({ seq, loss: { ...loss, saidIn: again ?? seq } })),
      ];
      count(content);
      countedUpto = seq;
      if (declared.length > 0) save();
      return seq;
    });
    capturing = captured.catch(() => {});
    return captured;
  }

  function unreadable(first: number, last: number): void {
    declareLost(first, last, "log-damage", new Map());
  }

  /** Notes batches that can never be sent, save those that ingest has and those that were noted before; gives how many. */
  function declareLost(
    first: number,
    last: number,
    reason: Undeclared["reason"],
    readingsOfSeq: ReadonlyMap<number, readonly [hourStartMs: number, readings: number]>,
  ): number {
    let noted = 0;
    const known = gone.reduce((all, [from, to]) => withRange(all, from, to), allOf(acked, undeclared));
    gone = withRange(gone, first, last);
    for (const [from, to] of missingIn(known, first, last)) {
      const counted = [...readingsOfSeq].filter(([seq]) => seq >= from && seq <= to).map(([, each]) => each);
      undeclared = [...undeclared, { first: from, last: to, reason, hours: perHour(counted) }];
      noted += to - from + 1;
    }
    return noted;
  }

  function declareAgain(): void {
    undeclared = [...declaredIn.map(({ loss }) => loss), ...undeclared];
    declaredIn = [];
  }

  async function tend(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (log.trouble?.code === "disk-full") diskFull();
      if (
        isDiskFull &&
        log.trouble === null &&
        notesTrouble?.code !== "disk-full" &&
        (await reserve.hold())
      ) {
        isDiskFull = false;
        world.log.info({}, "the disk has room again; the outbox goes on");
      }
      if (!isDiskFull && !reserve.isHeld) await reserve.hold();
      await keepWithinQuota();
      if (world.clock.monotonicMs() - lastSavedMs >= saveEveryMs) save();
      await world.clock.sleep(tendEveryMs, signal);
    }
  }

  /** Gives up what was held, so that the batch that waits and the notes find room; nothing more is captured till there is. */
  function diskFull(): void {
    if (!isDiskFull)
      world.log.error({ code: "disk-full" }, "the disk is full; losses are declared from now on");
    isDiskFull = true;
    reserve.release();
  }

  /** Lets go of acknowledged batches when their time is over, and of more where they are too many or the disk is full. */
  async function keepWithinQuota(): Promise<void> {
    const upto = contiguousUpto(acked);
    await log.retain({
      neededFrom: upto + 1,
      maxBytes: isDiskFull ? 0 : config.keepAckedMib * mib,
      maxAgeMs: config.keepAckedHours * hourMs,
    });
    for (;;) {
      const segments = log.closedSegments;
      const [oldest] = segments;
      if (oldest === undefined) return;
      const isTooOld = world.clock.nowMs() - oldest.changedAtMs > config.quotaDays * dayMs;
      const isTooMuch = log.bytes > config.quotaMib * mib;
      if (!isTooOld && !isTooMuch) return;
      await drop(isTooOld ? oldest : (segments.find(isAllAcked) ?? oldest));
      if (notesTrouble !== null) return;
    }
  }

  function isAllAcked({ firstOffset, lastOffset }: ClosedSegment): boolean {
    return missingIn(acked, firstOffset, lastOffset).length === 0;
  }

  /** First what is lost is written down, then it is lost. */
  async function drop(segment: ClosedSegment): Promise<void> {
    const { firstOffset, lastOffset } = segment;
    if (isAllAcked(segment)) gone = withRange(gone, firstOffset, lastOffset);
    else {
      const readings = new Map<number, readonly [number, number]>();
      for await (const { seq, batch } of batchesFrom(log.reader(firstOffset))) {
        if (seq > lastOffset) break;
        readings.set(seq, [hourOf(batch.t0), batch.n]);
      }
      droppedBatches += declareLost(firstOffset, lastOffset, "quota", readings);
      world.log.error(
        { from: firstOffset, to: lastOffset },
        "the outbox is at its quota; batches are dropped",
      );
      save();
      if (notesTrouble !== null) return;
    }
    await log.drop(segment);
  }

  const tending = backgroundLoop("outbox", tend);
  return {
    sid,
    boot,
    lastCapturedAtMs,
    lastTakenAtMs: newest === null ? null : newestTimeOf(newest),
    timeSegment,
    get capturedUpto() {
      return log.durableOffset;
    },
    get nextSeq() {
      return log.nextOffset + handedOver;
    },
    get ackedUpto() {
      return contiguousUpto(acked);
    },
    get bytes() {
      return log.bytes;
    },
    get droppedBatches() {
      return droppedBatches;
    },
    get trouble() {
      if (log.trouble !== null || notesTrouble !== null) return log.trouble ?? notesTrouble;
      if (isDiskFull)
        return new OperationalError("disk-full", "The disk is full; readings are declared lost");
      if (log.bytes < nearlyFull * config.quotaMib * mib || contiguousUpto(acked) >= log.durableOffset)
        return null;
      return new OperationalError(
        "outbox-nearly-full",
        `The outbox holds ${Math.round(log.bytes / mib)} of ${config.quotaMib} MiB; at its quota the oldest readings are dropped`,
      );
    },
    get isDiskFull() {
      return isDiskFull;
    },
    get hours() {
      return [...hours.values()].sort((a, b) => a.hourStartMs - b.hourStartMs);
    },
    get owesLosses() {
      return undeclared.length > 0 || declaredIn.length > 0;
    },
    declareAgain,
    capture,
    reader: (fromSeq) => log.reader(fromSeq),
    grown: (seq, signal) => log.grown(seq, signal),
    acknowledged: (ranges) => {
      for (const [first, end] of ranges) acked = withRange(acked, first, end);
      declaredIn = declaredIn.filter(({ seq }) => !hasSerial(acked, seq));
    },
    unsure: () => {
      acked = [];
    },
    restated: (ranges) => {
      acked = ranges.reduce((all: SerialRanges, [first, end]) => withRange(all, first, end), []);
      declaredIn = declaredIn.filter(({ seq }) => !hasSerial(acked, seq));
      declareAgain();
      // What is not kept any more cannot be sent again, though it was once acknowledged: a loss that is said.
      const firstKept = log.segmentStarts[0] ?? log.nextOffset;
      const notKept = firstKept > 1 ? withRange(gone, 1, firstKept - 1) : gone;
      const known = allOf(acked, undeclared);
      for (const [first, last] of notKept)
        for (const [from, to] of missingIn(known, first, last))
          undeclared = [...undeclared, { first: from, last: to, reason: "quota", hours: [] }];
      save();
    },
    isAcknowledged: (seq) => hasSerial(acked, seq),
    unreadable,
    close: async () => {
      await tending.stop();
      await capturing;
      await log.close();
      save();
    },
  };
}

/** The time of the newest reading of a batch; without one, that of the batch. */
function newestTimeOf({ t0, b }: Batch): number {
  return t0 + Math.max(0, ...b.flatMap(({ rows }) => rows.map(([dt]) => Number(dt ?? 0))));
}

function hourOf(atMs: number): number {
  return Math.floor(atMs / hourMs) * hourMs;
}

function perHour(counted: readonly (readonly [number, number])[]): [number, number][] {
  const sums = new Map<number, number>();
  for (const [hour, readings] of counted) sums.set(hour, (sums.get(hour) ?? 0) + readings);
  return [...sums];
}

function allOf(acked: SerialRanges, undeclared: readonly Undeclared[]): SerialRanges {
  return undeclared.reduce((all, { first, last }) => withRange(all, first, last), acked);
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
