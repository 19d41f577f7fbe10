import type { Kysely, Transaction } from "kysely";
import { type HourRecord, hourOutcome, type LimitedQuantity } from "../../domain/compliance.ts";
import type { RecordsTables } from "./tables.ts";
import type { SiteScope } from "./user-records.ts";

export interface VerdictHour {
  readonly siteId: string;
  readonly boilerId: string;
  readonly quantity: LimitedQuantity;
  readonly hourStartMs: number;
  readonly hour: HourRecord;
}

export interface StoredVerdictHour extends VerdictHour {
  /** 1 at first; one more each time that it was judged otherwise than before. */
  readonly rev: number;
  readonly writtenAtMs: number;
}

/** How `verdictHours.above` is written, so that days can be counted without reading each verdict. */
const outcomeNumber = { above: 1, within: 0, "not-judged": -1 } as const;

/** So many rows a statement, for what a statement may bind. */
const rowsAtOnce = 500;

/**
 * Keeps what hours came to, each in the place of what was known of it before, in the order in which they are given.
 *
 * A past that is filled in brings thousands at once; they go in as few statements as keep that order.
 */
export async function saveVerdictHours(
  tx: Transaction<RecordsTables>,
  hours: readonly VerdictHour[],
  writtenAtMs: number,
): Promise<void> {
  for (const { isMean, told } of inTurns(hours)) {
    for (let at = 0; at < told.length; at += rowsAtOnce) {
      const rows = told
        .slice(at, at + rowsAtOnce)
        .map(({ siteId, boilerId, quantity, hourStartMs, hour }) => ({
          ...{ siteId, boilerId, quantity, hourStartMs },
          verdict: JSON.stringify(hour),
          above: outcomeNumber[hourOutcome(hour).kind],
          rev: 1,
          writtenAtMs,
        }));
      await tx
        .insertInto("verdictHours")
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .columns(["boilerId", "quantity", "hourStartMs"])
            .doUpdateSet(({ ref, eb }) => ({
              siteId: ref("excluded.siteId"),
              verdict: ref("excluded.verdict"),
              above: ref("excluded.above"),
              // An hour under way that goes on is no other judgement; another mean is.
              rev: eb("verdictHours.rev", "+", isMean ? 1 : 0),
              writtenAtMs,
            }))
            .whereRef("verdictHours.verdict", "!=", "excluded.verdict"),
        )
        .execute();
    }
  }
}

/** One statement may write a row once: what is told of an hour again is of the next turn. */
function* inTurns(
  hours: readonly VerdictHour[],
): Generator<{ readonly isMean: boolean; readonly told: readonly VerdictHour[] }> {
  let left = hours;
  while (left.length > 0) {
    const seen = new Set<string>();
    const now: VerdictHour[] = [];
    const again: VerdictHour[] = [];
    for (const each of left) {
      const key = `${each.boilerId} ${each.quantity} ${each.hourStartMs}`;
      (seen.has(key) ? again : now).push(each);
      seen.add(key);
    }
    for (const isMean of [true, false])
      yield { isMean, told: now.filter(({ hour }) => (hour.kind === "mean") === isMean) };
    left = again;
  }
}

/** How many hours of each boiler and outcome there are in a stretch of time. */
export async function countVerdictHours(
  db: Kysely<RecordsTables>,
  siteId: string,
  fromMs: number,
  toMs: number,
): Promise<readonly { readonly boilerId: string; readonly above: number; readonly hours: number }[]> {
  const rows = await db
    .selectFrom("verdictHours")
    .select(({ fn }) => ["boilerId", "above", fn.countAll().as("hours")])
    .where("siteId", "=", siteId)
    .where("hourStartMs", ">=", fromMs)
    .where("hourStartMs", "<", toMs)
    .groupBy(["boilerId", "above"])
    .execute();
  return rows.map(({ hours, ...row }) => ({ ...row, hours: Number(hours) }));
}

/** Hours above their limit, newest first. */
export async function exceedanceHours(
  db: Kysely<RecordsTables>,
  {
    fromMs,
    toMs,
    sites,
    limit,
  }: { readonly fromMs: number; readonly toMs: number; readonly sites: SiteScope; readonly limit: number },
): Promise<readonly StoredVerdictHour[]> {
  const all = db.selectFrom("verdictHours").selectAll().where("above", "=", 1);
  const rows = await (sites === null ? all : all.where("siteId", "in", [...sites]))
    .where("hourStartMs", ">=", fromMs)
    .where("hourStartMs", "<", toMs)
    .orderBy("hourStartMs", "desc")
    .orderBy("boilerId")
    .orderBy("quantity")
    .limit(limit)
    .execute();
  return rows.map(stored);
}

/** Every hour of a boiler in a stretch of time, oldest first. */
export async function verdictHoursOf(
  db: Kysely<RecordsTables>,
  boilerId: string,
  fromMs: number,
  toMs: number,
): Promise<readonly StoredVerdictHour[]> {
  const rows = await db
    .selectFrom("verdictHours")
    .selectAll()
    .where("boilerId", "=", boilerId)
    .where("hourStartMs", ">=", fromMs)
    .where("hourStartMs", "<", toMs)
    .orderBy("hourStartMs")
    .orderBy("quantity")
    .execute();
  return rows.map(stored);
}

function stored(row: RecordsTables["verdictHours"]): StoredVerdictHour {
  const { verdict, above: _above, quantity, hourStartMs, writtenAtMs, ...rest } = row;
  return {
    ...rest,
    quantity: quantity as LimitedQuantity,
    hourStartMs: Number(hourStartMs),
    writtenAtMs: Number(writtenAtMs),
    hour: JSON.parse(verdict) as HourRecord,
  };
}
