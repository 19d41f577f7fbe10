import { type Batch, type BoilerRows, noHash } from "../contracts/batch.ts";
import {
  hasSerial,
  missingIn,
  type SerialRanges,
  withoutSerial,
  withRange,
} from "../domain/serial-ranges.ts";
import type { BatchIdentity } from "./journal.ts";

/** One gateway's log, as far as ingest has it. */
export interface AcceptedLog {
  readonly siteId: string;
  readonly gatewayId: string;
  readonly sid: string;
  readonly ranges: SerialRanges;
  /** Newest time taken in, per boiler, within the newest time segment: times may only grow. */
  readonly newestMs: Readonly<Record<string, number>>;
  readonly timeSegment: number;
  readonly newestSeq: number;
  /** Of the ranges: set aside, not taken in. Absent in what was saved before it was kept. */
  readonly dead?: SerialRanges;
}

export type Identity = "new" | "duplicate" | "conflict";

/** What has been accepted of every gateway: known after a restart from a saved copy and the journal behind it. */
export interface AcceptedBatches {
  identityOf(batch: Batch): Identity;
  /** Takes a batch in; the order is that of the journal. Gives how many batches it declares lost for the first time. */
  add(batch: Batch): number;
  /** Notes a seq that is durable, but not as a batch. */
  addDead(batch: BatchIdentity): void;
  /** Whether it was set aside, and waits. */
  isDead(batch: BatchIdentity): boolean;
  /** Whether it says another hash of a neighbour than that neighbour has; what is not known contradicts nothing. */
  breaksChain(batch: Batch): boolean;
  /** Whether all that it leans on is there. */
  canStand(batch: Batch): boolean;
  /** The boiler of a batch whose times do not grow, or `null`. */
  timeFault(batch: Batch): string | null;
  of(siteId: string, gatewayId: string): readonly AcceptedLog[];
  all(): readonly AcceptedLog[];
}

/** So many hashes of a log are remembered, to tell a batch sent twice from another one under its number. */
const hashesKept = 10_000;

export function acceptedBatches(saved: readonly AcceptedLog[] = []): AcceptedBatches {
  const logs = new Map<string, AcceptedLog>(
    saved.map((log) => [keyOf(log.siteId, log.gatewayId, log.sid), log]),
  );
  const hashes = new Map<string, Map<number, { readonly h: string; readonly prev: string }>>();

  function logOf({ site, gw, sid }: Omit<BatchIdentity, "seq">): AcceptedLog {
    const fresh = {
      siteId: site,
      gatewayId: gw,
      sid,
      ranges: [],
      newestMs: {},
      timeSegment: 0,
      newestSeq: 0,
    };
    return logs.get(keyOf(site, gw, sid)) ?? fresh;
  }

  function keep(log: AcceptedLog): void {
    logs.set(keyOf(log.siteId, log.gatewayId, log.sid), log);
  }

  return {
    identityOf: (batch) => {
      const { site, gw, sid, seq, h } = batch;
      if (!hasSerial(logOf(batch).ranges, seq)) return "new";
      const known = hashes.get(keyOf(site, gw, sid))?.get(seq)?.h;
      return known === undefined || known === h ? "duplicate" : "conflict";
    },
    add: (batch) => {
      const { site, gw, sid, seq, h, prev, lost = [] } = batch;
      const log = logOf(batch);
      let ranges = withRange(log.ranges, seq, seq);
      let newlyLost = 0;
      for (const [first, last] of lost) {
        for (const [from, to] of missingIn(ranges, first, last)) newlyLost += to - from + 1;
        ranges = withRange(ranges, first, last);
      }
      const newest = seq > log.newestSeq;
      keep({
        ...log,
        ranges,
        dead: withoutSerial(log.dead ?? [], seq),
        ...(newest && {
          newestSeq: seq,
          timeSegment: batch.tseg,
          newestMs: { ...(batch.tseg === log.timeSegment ? log.newestMs : {}), ...newestTimes(batch) },
        }),
      });
      const key = keyOf(site, gw, sid);
      const known = hashes.get(key) ?? new Map<number, { readonly h: string; readonly prev: string }>();
      hashes.set(key, known.set(seq, { h, prev }));
      for (const oldest of known.keys()) {
        if (known.size <= hashesKept) break;
        known.delete(oldest);
      }
      return newlyLost;
    },
    addDead: (batch) => {
      const log = logOf(batch);
      if (hasSerial(log.ranges, batch.seq)) return; // another content under a number that is taken
      keep({
        ...log,
        ranges: withRange(log.ranges, batch.seq, batch.seq),
        dead: withRange(log.dead ?? [], batch.seq, batch.seq),
      });
    },
    isDead: (batch) => hasSerial(logOf(batch).dead ?? [], batch.seq),
    breaksChain: ({ site, gw, sid, seq, prev, h }) => {
      const known = hashes.get(keyOf(site, gw, sid));
      const before = known?.get(seq - 1)?.h;
      const saidByNext = known?.get(seq + 1)?.prev;
      const differ = (said: string | undefined, hash: string | undefined) =>
        said !== undefined && hash !== undefined && said !== noHash && said !== hash;
      return differ(prev, before) || differ(saidByNext, h);
    },
    canStand: (batch) =>
      batch.lean === undefined || missingIn(logOf(batch).ranges, batch.lean, batch.seq - 1).length === 0,
    timeFault: (batch) => {
      const log = logOf(batch);
      const isNext = batch.tseg === log.timeSegment && batch.seq >= log.newestSeq;
      /** Of the boilers of this batch: the last time of each. */
      const last = new Map<string, number>();
      for (const { boiler, rows } of batch.b) {
        const known = isNext ? log.newestMs[boiler] : undefined;
        let before = last.get(boiler) ?? (known === undefined ? -1 : Math.max(-1, known - batch.t0));
        for (const row of rows) {
          if (rowMs(row) <= before) return boiler;
          before = rowMs(row);
        }
        last.set(boiler, before);
      }
      return null;
    },
    of: (siteId, gatewayId) =>
      [...logs.values()].filter((log) => log.siteId === siteId && log.gatewayId === gatewayId),
    all: () => [...logs.values()],
  };
}

function newestTimes({ t0, b }: Batch): Readonly<Record<string, number>> {
  return Object.fromEntries(b.map(({ boiler, rows }) => [boiler, t0 + rowMs(rows.at(-1))]));
}

/** A row's time, in ms after the batch's. */
function rowMs(row: BoilerRows["rows"][number] | undefined): number {
  const ms = row?.[0];
  return typeof ms === "number" ? ms : 0;
}

function keyOf(siteId: string, gatewayId: string, sid: string): string {
  return `${siteId}/${gatewayId}/${sid}`;
}
