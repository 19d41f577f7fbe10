import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { Tier } from "../../../domain/rollup.ts";
import { flawCountsOf } from "../flaws-text.ts";
import {
  type Buckets,
  beginsLow,
  type FlawCount,
  type TierQuery,
  type TierReader,
  type TierRow,
} from "../telemetry.ts";
import { quoted, rowsOf, tables } from "./tables.ts";

/** Columns of a point in a tier; `null`: the tier has none. */
type PartsOf = (
  tier: Tier,
  point: string,
) => { readonly min: string; readonly max: string; readonly mean: string } | null;

/** What charts are made of, read by SQL that touches only the columns of the points that were asked for. */
export function duckdbTierReader(
  reader: DuckDBConnection,
  hasPoint: (tier: Tier, point: string) => boolean,
): Omit<TierReader, "rollups"> {
  const partsOf: PartsOf = (tier, point) => {
    if (!hasPoint(tier, point)) return null;
    if (tier === "raw") return { min: quoted(point), max: quoted(point), mean: quoted(point) };
    return { min: quoted(`${point}_min`), max: quoted(`${point}_max`), mean: quoted(`${point}_mean`) };
  };
  const among = (tier: Tier) => {
    const { name, time } = tables[tier];
    return { name, time, where: `boiler = $1 AND ${time} >= $2 AND ${time} < $3` };
  };
  const range = ({ boilerId, fromMs, toMs }: TierQuery) => [boilerId, BigInt(fromMs), BigInt(toMs)];
  const bucketOf = (time: string, { fromMs, widthMs }: Buckets) => `(${time} - ${fromMs}) // ${widthMs}`;

  return {
    countRows: async (tier, query) => {
      const { name, where } = among(tier);
      const [row] = await rowsOf(reader, `SELECT count(*) FROM ${name} WHERE ${where}`, range(query));
      return Number(row?.[0] ?? 0);
    },
    rows: async (tier, query) => {
      const { name, time, where } = among(tier);
      const parts = query.points.map((point) => partsOf(tier, point));
      const columns = tier === "raw" ? 1 : 3;
      const list = parts.flatMap((part) =>
        part === null ? [] : [part.mean, part.min, part.max].slice(0, columns),
      );
      const order = tier === "raw" ? `${time}, tseg` : time;
      const rows = await rowsOf(
        reader,
        `SELECT ${[time, ...list].join(", ")} FROM ${name} WHERE ${where} ORDER BY ${order}`,
        range(query),
      );
      return rows.map((row) => {
        let at = 1;
        const read = parts.map((part) => {
          if (part === null) return noValue;
          const mean = numberOrNull(row[at]);
          const lowest = columns === 1 ? mean : numberOrNull(row[at + 1]);
          const highest = columns === 1 ? mean : numberOrNull(row[at + 2]);
          at += columns;
          return { lowest, highest, mean, rows: mean === null ? 0 : 1, lowestFirst: true };
        });
        return tierRow(Number(row[0]), read);
      });
    },
    bucketed: async (tier, query, buckets) => {
      const { name, time, where } = among(tier);
      const parts = query.points.map((point) => partsOf(tier, point));
      const list = parts.flatMap((part) => {
        if (part === null) return [];
        const { min, max, mean } = part;
        return [`min(${min})`, `max(${max})`, `avg(${mean})`, `count(${mean})`, `arg_min(${mean}, ${time})`];
      });
      const bucket = `${bucketOf(time, buckets)} AS bucket`;
      const rows = await rowsOf(
        reader,
        `SELECT ${[bucket, ...list].join(", ")} FROM ${name} WHERE ${where} GROUP BY bucket ORDER BY bucket`,
        range(query),
      );
      return rows.map((row) => {
        let at = 1;
        const read = parts.map((part) => {
          if (part === null) return noValue;
          at += 5;
          const [lowest, highest] = [numberOrNull(row[at - 5]), numberOrNull(row[at - 4])];
          return {
            lowest,
            highest,
            mean: numberOrNull(row[at - 3]),
            rows: Number(row[at - 2] ?? 0),
            lowestFirst: beginsLow(numberOrNull(row[at - 1]), lowest, highest),
          };
        });
        return tierRow(Number(row[0]), read);
      });
    },
    flawCounts: async (tier, query, buckets): Promise<readonly FlawCount[]> => {
      if (query.points.length === 0) return [];
      const { name, time, where } = among(tier);
      const at = buckets === null ? time : bucketOf(time, buckets);
      const named = query.points.map((_, index) => `contains(flaws, $${index + 4})`).join(" OR ");
      const rows = await rowsOf(
        reader,
        `SELECT ${at} AS place, flaws, count(*) FROM ${name}
         WHERE ${where} AND flaws IS NOT NULL AND (${named}) GROUP BY place, flaws ORDER BY place`,
        [...range(query), ...query.points.map((point) => `"${point}":`)],
      );
      return flawCountsOf(
        rows.map(([place, text, times]) => ({ at: Number(place), text: String(text), times: Number(times) })),
        query.points,
      );
    },
    newestRollup: async (tier, { boilerId, fromMs, toMs }) => {
      const { name, where } = among(tier);
      const query = { boilerId, fromMs, toMs, points: [] };
      const [row] = await rowsOf(reader, `SELECT max(startMs) FROM ${name} WHERE ${where}`, range(query));
      return typeof row?.[0] === "bigint" ? Number(row[0]) : null;
    },
  };
}

interface PointOfRow {
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly mean: number | null;
  readonly rows: number;
  readonly lowestFirst: boolean;
}

const noValue: PointOfRow = { lowest: null, highest: null, mean: null, rows: 0, lowestFirst: true };

function tierRow(at: number, points: readonly PointOfRow[]): TierRow {
  return {
    at,
    lowest: points.map(({ lowest }) => lowest),
    highest: points.map(({ highest }) => highest),
    mean: points.map(({ mean }) => mean),
    rows: points.map(({ rows }) => rows),
    lowestFirst: points.map(({ lowestFirst }) => lowestFirst),
  };
}

function numberOrNull(value: DuckDBValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
