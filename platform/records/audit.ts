import { createHash } from "node:crypto";
import type { Kysely, Transaction } from "kysely";
import { sql } from "kysely";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";

/** What somebody did, to what: `alarm.acknowledge` of `alarm:low-o2--cfb-01--5`. */
export interface AuditEntry {
  readonly atMs: number;
  /** A user's name, `token:<id>` of a program, or `console` of the command line on this machine. */
  readonly by: string;
  /** What it was done to, a dot, and what was done: `user.remove`, `limits.change`, `readings.export`. */
  readonly action: `${string}.${string}`;
  /** What it was done to: kind, a colon, and its id. */
  readonly subject: `${string}:${string}`;
  /** `null`: of no one site, and seen by nobody who is bound to some. */
  readonly siteId: string | null;
  /** What else there is to say: reason, before and after. Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export type AuditRecord = Readonly<RecordsTables["audit"]>;

/** The chain's end as somebody keeps it elsewhere: what was cut off after it is missed. */
export interface AuditAnchor {
  readonly seq: number;
  readonly hash: string;
}

export type AuditVerdict =
  | { readonly kind: "whole"; readonly entries: number; readonly head: AuditAnchor }
  | { readonly kind: "broken"; readonly seq: number; readonly why: string };

const startHash = "0".repeat(64);
const pageOfVerify = 1_000;

/**
 * The audit trail: append-only, each entry chained to the one before by SHA-256, so that none can be changed,
 * taken out, put in or moved without `verify` naming the place. Written in the transaction of what it tells of:
 * what cannot be written down is not done.
 */
export const audit = { write, page, verify, head };

/** Appends an entry; given the transaction of the action itself, both happen or neither. */
async function write(
  db: Kysely<RecordsTables> | Transaction<RecordsTables>,
  entry: AuditEntry,
): Promise<void> {
  if (db.isTransaction) return append(db, entry);
  await db.transaction().execute((tx) => append(tx, entry));
}

async function append(tx: Kysely<RecordsTables>, entry: AuditEntry): Promise<void> {
  const before = await head(tx);
  const { atMs, by, action, subject, siteId, detail = {} } = entry;
  const told = { seq: before.seq + 1, atMs, by, action, subject, siteId, detail: JSON.stringify(detail) };
  await tx
    .insertInto("audit")
    .values({ ...told, hash: hashOf(before.hash, told) })
    .execute();
}

/** The newest entry's place and hash; zeros before the first. */
async function head(db: Kysely<RecordsTables>): Promise<AuditAnchor> {
  const row = await db
    .selectFrom("audit")
    .select(["seq", "hash"])
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ?? { seq: 0, hash: startHash };
}

/**
 * Entries before one of them, newest first.
 * @param sites `null`: all; else entries of these sites alone
 */
async function page(
  db: RecordsDb,
  wanted: {
    readonly beforeSeq: number | null;
    readonly limit: number;
    readonly sites: readonly string[] | null;
    readonly action: string | null;
  },
): Promise<readonly AuditRecord[]> {
  const { beforeSeq, limit, sites, action } = wanted;
  let query = db.selectFrom("audit").selectAll().orderBy("seq", "desc").limit(limit);
  if (beforeSeq !== null) query = query.where("seq", "<", beforeSeq);
  if (sites !== null) query = query.where("siteId", "in", [...sites]);
  if (action !== null) query = query.where(sql`substr("action", 1, ${action.length})`, "=", action);
  const rows = await query.execute();
  return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
}

/**
 * Follows the chain from its first entry on.
 * @param anchors what was kept elsewhere of earlier ends of the chain
 */
async function verify(db: RecordsDb, anchors: readonly AuditAnchor[] = []): Promise<AuditVerdict> {
  const chain = chainCheck(anchors);
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom("audit")
      .selectAll()
      .where("seq", ">", after)
      .orderBy("seq")
      .limit(pageOfVerify)
      .execute();
    for (const row of rows) {
      const fault = chain.see({ ...row, atMs: Number(row.atMs) });
      if (fault !== null) return fault;
      after = row.seq;
    }
    if (rows.length < pageOfVerify) return chain.end();
  }
}

/** Checks entries one after the other, from the first one on. */
export function chainCheck(anchors: readonly AuditAnchor[]) {
  const anchored = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  const broken = (seq: number, why: string): AuditVerdict => ({ kind: "broken", seq, why });
  let before: AuditAnchor = { seq: 0, hash: startHash };

  function see({ hash, ...told }: AuditRecord): AuditVerdict | null {
    const { seq } = told;
    if (seq !== before.seq + 1) return broken(before.seq + 1, `entry ${before.seq + 1} is missing`);
    if (hashOf(before.hash, told) !== hash)
      return broken(seq, `entry ${seq} is not what was written, or does not follow entry ${before.seq}`);
    const known = anchored.get(seq);
    if (known !== undefined && known !== hash)
      return broken(seq, `entry ${seq} is another one than an anchor knows`);
    before = { seq, hash };
    return null;
  }

  function end(): AuditVerdict {
    const beyond = [...anchored.keys()].filter((seq) => seq > before.seq);
    if (beyond.length === 0) return { kind: "whole", entries: before.seq, head: before };
    const [first, last] = [before.seq + 1, Math.max(...beyond)];
    return broken(first, `entries ${first} to ${last} are missing: an anchor knows of them`);
  }

  return { see, end };
}

/** Of a text in which every part has its place and its quotes: no two entries have the same. */
function hashOf(before: string, told: Omit<AuditRecord, "hash">): string {
  const { seq, atMs, by, action, subject, siteId, detail } = told;
  const text = JSON.stringify([seq, atMs, by, action, subject, siteId, detail]);
  return createHash("sha256").update(before).update(text).digest("hex");
}
