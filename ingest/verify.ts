import { createHash } from "node:crypto";
import { type Batch, hashedBytes, noHash } from "../contracts/batch.ts";
import { OperationalError, systemCode } from "../platform/errors.ts";
import { folderFiles } from "../platform/log/files.ts";
import type { DamagedRange } from "../platform/log/segment.ts";
import { standingLog } from "../platform/log/segment-log.ts";
import { entryOf, type JournalEntry, segmentsFolder } from "./journal.ts";

/** A batch, or a stretch of the journal, that is not what was written. */
export interface BadPlace {
  readonly offset: number;
  readonly why: string;
}

/** A gateway's log, as far as the journal holds it. */
export interface VerifiedLog {
  readonly siteId: string;
  readonly gatewayId: string;
  readonly sid: string;
  readonly batches: number;
  readonly readings: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Numbers between the two that are not there, and were not declared lost. */
  readonly missing: number;
}

export interface ChainReport {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly batches: number;
  readonly readings: number;
  readonly quarantined: number;
  readonly logs: readonly VerifiedLog[];
  /** In the order of the journal; `null`: there is none. */
  readonly firstBad: BadPlace | null;
  readonly bad: number;
}

/** Batches that follow each other without a hole; only the hashes at its two ends are still needed. */
interface Run {
  first: number;
  last: number;
  readonly firstPrev: string;
  lastHash: string;
}

interface OpenLog {
  readonly siteId: string;
  readonly gatewayId: string;
  readonly sid: string;
  runs: Run[];
  batches: number;
  readings: number;
  /** Numbers that are spoken for without a batch: declared lost, or set aside. */
  accounted: Set<number>;
}

/**
 * Follows the chain of every gateway's batches through the journal: each one's content against its hash, and its hash
 * against what the next one says of it. It reads what stands there, also beside a Fluewatch that runs.
 * @throws OperationalError `journal-unreadable`
 */
export async function verifyJournal(folder: string): Promise<ChainReport> {
  try {
    const { firstOffset, lastOffset, reader } = await standingLog(await folderFiles(segmentsFolder(folder)));
    const check = chainCheck();
    for (;;) {
      const { records, damaged } = await reader.read();
      for (const range of damaged) check.damage(range);
      if (records.length === 0) break;
      for (const record of records) check.see(entryOf(record));
    }
    return { firstOffset, lastOffset, ...check.end() };
  } catch (error) {
    if (systemCode(error) === null) throw error;
    const message = `The journal in ${folder} cannot be read (${systemCode(error)}); if Fluewatch runs, it may just have let go of its oldest part: ask again`;
    throw new OperationalError("journal-unreadable", message, { cause: error });
  }
}

/** Checks entries one after the other; it remembers the ends of what hangs together, however much that is. */
export function chainCheck() {
  const logs = new Map<string, OpenLog>();
  let firstBad: BadPlace | null = null;
  let bad = 0;
  let quarantined = 0;

  function complain(offset: number, why: string): void {
    bad += 1;
    if (firstBad === null || offset < firstBad.offset) firstBad = { offset, why };
  }

  function see(entry: JournalEntry): void {
    if (entry.kind === "quarantine") {
      quarantined += 1;
      if (entry.batch !== null) logOf(entry.batch).accounted.add(entry.batch.seq);
    }
    if (entry.kind !== "batch" && entry.kind !== "requeue") return;
    const why = faultOf(entry.bytes);
    if (why !== null) complain(entry.offset, why);
  }

  function faultOf(bytes: Buffer): string | null {
    const sealed = hashedBytes(bytes);
    const batch = parsed(bytes);
    if (sealed === null || batch === null) return "it cannot be read as a batch";
    const name = `batch ${batch.seq} of ${batch.site}/${batch.gw} (log ${batch.sid})`;
    if (createHash("sha256").update(sealed).digest("hex") !== batch.h)
      return `${name} is not what was sealed: its hash differs`;
    const log = logOf(batch);
    for (const [from, to] of batch.lost ?? [])
      for (let seq = from; seq <= to; seq += 1) log.accounted.add(seq);
    const why = linked(log, batch);
    return why === null ? null : `${name} ${why}`;
  }

  function logOf({ site, gw, sid }: Pick<Batch, "site" | "gw" | "sid">): OpenLog {
    const key = `${site}/${gw}/${sid}`;
    const log = logs.get(key) ?? {
      ...{ siteId: site, gatewayId: gw, sid, runs: [], batches: 0, readings: 0 },
      accounted: new Set<number>(),
    };
    logs.set(key, log);
    return log;
  }

  /** Puts a batch in its place; says what contradicts it there. */
  function linked(log: OpenLog, { seq, prev, h, n }: Batch): string | null {
    if (log.runs.some(({ first, last }) => seq >= first && seq <= last)) return null; // there already
    log.batches += 1;
    log.readings += n;
    log.accounted.delete(seq);
    const before = log.runs.find(({ last }) => last === seq - 1);
    const after = log.runs.find(({ first }) => first === seq + 1);
    const contradicts = (said: string, hash: string) => said !== noHash && said !== hash;
    const why =
      before !== undefined && contradicts(prev, before.lastHash)
        ? `does not follow batch ${seq - 1}: it names another hash`
        : after !== undefined && contradicts(after.firstPrev, h)
          ? `is not the one that batch ${seq + 1} follows: that names another hash`
          : null;
    if (before !== undefined && after !== undefined) {
      before.last = after.last;
      before.lastHash = after.lastHash;
      log.runs = log.runs.filter((run) => run !== after);
    } else if (before !== undefined) {
      before.last = seq;
      before.lastHash = h;
    } else {
      const run = { first: seq, last: after?.last ?? seq, firstPrev: prev, lastHash: after?.lastHash ?? h };
      log.runs = [...log.runs.filter((each) => each !== after), run];
    }
    return why;
  }

  function damage({ from, to }: DamagedRange): void {
    complain(from, `entries ${from} to ${to} cannot be read`);
  }

  function end(): Omit<ChainReport, "firstOffset" | "lastOffset"> {
    const verified = [...logs.values()].map(({ runs, accounted, ...log }): VerifiedLog => {
      const ordered = [...runs].sort((a, b) => a.first - b.first);
      const [firstSeq, lastSeq] = [ordered[0]?.first ?? 0, ordered.at(-1)?.last ?? 0];
      const there = ordered.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      const told = [...accounted].filter((seq) => seq > firstSeq && seq < lastSeq).length;
      return { ...log, firstSeq, lastSeq, missing: Math.max(0, lastSeq - firstSeq + 1 - there - told) };
    });
    const logsInOrder = verified.filter(({ batches }) => batches > 0);
    return {
      batches: logsInOrder.reduce((sum, { batches }) => sum + batches, 0),
      readings: logsInOrder.reduce((sum, { readings }) => sum + readings, 0),
      quarantined,
      logs: logsInOrder,
      firstBad,
      bad,
    };
  }

  return { see, damage, end };
}

function parsed(bytes: Buffer): Batch | null {
  try {
    const batch: unknown = JSON.parse(bytes.toString());
    const { sid, seq, prev, h } = (batch ?? {}) as Partial<Batch>;
    const isOne = typeof sid === "string" && Number.isSafeInteger(seq) && typeof prev === "string";
    return isOne && typeof h === "string" ? (batch as Batch) : null;
  } catch {
    return null;
  }
}
