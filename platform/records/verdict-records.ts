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

/** Keeps what an hour came to, in the place of what was known of it before. */
export async function saveVerdictHour(
  tx: Transaction<RecordsTables>,
  { siteId, boilerId, quantity, hourStartMs, hour }: VerdictHour,
  writtenAtMs: number,
): Promise<void> {
  const row = await tx
    .selectFrom("verdictHours")
    .select(["verdict", "rev"])
    .where("boilerId", "=", boilerId)
    .where("quantity", "=", quantity)
    .where("hourStartMs", "=", hourStartMs)
    .executeTakeFirst();
  const verdict = JSON.stringify(hour);
  if (row?.verdict === verdict) return;
  // An hour under way that goes on is no other judgement; another mean is.
  const rev = row === undefined ? 1 : row.rev + (hour.kind === "mean" ? 1 : 0);
  const above = outcomeNumber[hourOutcome(hour).kind];
  await tx
    .insertInto("verdictHours")
    .values({ siteId, boilerId, quantity, hourStartMs, verdict, above, rev, writtenAtMs })
    .onConflict((conflict) =>
      conflict
        .columns(["boilerId", "quantity", "hourStartMs"])
        .doUpdateSet({ siteId, verdict, above, rev, writtenAtMs }),
    )
    .execute();
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
