import type { Tier } from "../../../domain/rollup.ts";
import { flawCountsOf } from "../flaws-text.ts";
import { type Buckets, beginsLow, type TierQuery, type TierReader, type TierRow } from "../telemetry.ts";
import { measurements, quoted, text } from "./query-text.ts";

type Row = Readonly<Record<string, number | string | null>>;
type Select = <T>(query: string) => Promise<readonly T[]>;

/** What charts are made of, by InfluxQL. */
export function influxTierReader(select: Select): Omit<TierReader, "rollups"> {
  const field = (tier: Tier, point: string, part: string) =>
    quoted(tier === "raw" ? point : `${point}_${part}`);
  const where = ({ boilerId, fromMs, toMs }: TierQuery) =>
    `boiler = ${text(boilerId)} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
  const bucketOf = ({ fromMs, widthMs }: Buckets, atMs: number) => Math.floor((atMs - fromMs) / widthMs);

  return {
    countRows: async (tier, query) => {
      const counted = tier === "raw" ? "seq" : "readings";
      const [row] = await select<{ n: number | null }>(
        `SELECT count(${counted}) AS n FROM ${measurements[tier]} WHERE ${where(query)}`,
      );
      return row?.n ?? 0;
    },
    rows: async (tier, query) => {
      const always = tier === "raw" ? "seq" : "readings";
      const fields = query.points.flatMap((point, index) => [
        `${field(tier, point, "min")} AS low${index}`,
        `${field(tier, point, "max")} AS high${index}`,
        `${field(tier, point, "mean")} AS mean${index}`,
      ]);
      const rows = await select<Row>(
        `SELECT ${[always, ...fields].join(", ")} FROM ${measurements[tier]} WHERE ${where(query)} ORDER BY time`,
      );
      return rows.map((row) => tierRow(Number(row["time"]), row, query.points.length));
    },
    bucketed: async (tier, query, buckets) => {
      if (query.points.length === 0) return [];
      const fields = query.points.flatMap((point, index) => [
        `min(${field(tier, point, "min")}) AS low${index}`,
        `max(${field(tier, point, "max")}) AS high${index}`,
        `mean(${field(tier, point, "mean")}) AS mean${index}`,
        `count(${field(tier, point, "mean")}) AS rows${index}`,
        `first(${field(tier, point, "mean")}) AS first${index}`,
      ]);
      const rows = await select<Row>(
        `SELECT ${fields.join(", ")} FROM ${measurements[tier]} WHERE ${where(query)}
         GROUP BY time(${buckets.widthMs}ms, ${buckets.fromMs % buckets.widthMs}ms) fill(none)`,
      );
      return rows.map((row) => tierRow(bucketOf(buckets, Number(row["time"])), row, query.points.length));
    },
    flawCounts: async (tier, query, buckets) => {
      if (query.points.length === 0) return [];
      const rows = await select<Row>(
        `SELECT flaws FROM ${measurements[tier]} WHERE ${where(query)} ORDER BY time`,
      );
      const place = (atMs: number) => (buckets === null ? atMs : bucketOf(buckets, atMs));
      const texts = new Map<string, { readonly at: number; readonly text: string; times: number }>();
      for (const { time, flaws } of rows) {
        if (typeof flaws !== "string") continue;
        const at = place(Number(time));
        const known = texts.get(`${at} ${flaws}`);
        if (known === undefined) texts.set(`${at} ${flaws}`, { at, text: flaws, times: 1 });
        else known.times += 1;
      }
      return flawCountsOf([...texts.values()], query.points);
    },
    newestRollup: async (tier, { boilerId, fromMs, toMs }) => {
      const query = { boilerId, fromMs, toMs, points: [] };
      const [row] = await select<{ time: number }>(
        `SELECT readings FROM ${measurements[tier]} WHERE ${where(query)} ORDER BY time DESC LIMIT 1`,
      );
      return row?.time ?? null;
    },
  };
}

function tierRow(at: number, row: Row, points: number): TierRow {
  const column = (name: string) =>
    Array.from({ length: points }, (_, index) => {
      const value = row[`${name}${index}`];
      return typeof value === "number" ? value : null;
    });
  const [lowest, highest, mean] = [column("low"), column("high"), column("mean")];
  const [counted, first] = [column("rows"), column("first")];
  return {
    at,
    lowest,
    highest,
    mean,
    rows: mean.map((value, index) => counted[index] ?? (value === null ? 0 : 1)),
    lowestFirst: first.map((value, point) => beginsLow(value, lowest[point] ?? null, highest[point] ?? null)),
  };
}
