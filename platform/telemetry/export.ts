import type { PointCatalogue } from "../../domain/points.ts";
import { integralUnit, type RollupTier, ratesOf, type Tier, tierMs } from "../../domain/rollup.ts";
import type { ReadingReader, Retention, StoredReading, StoredRollup, TierReader } from "./telemetry.ts";

export interface ExportQuery {
  readonly tier: Tier;
  readonly boilers: readonly { readonly id: string; readonly simulated: boolean }[];
  readonly points: readonly string[];
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

export type Cell = string | number | boolean | null;

export interface ExportColumn {
  readonly name: string;
  /** `null`: it is no quantity. */
  readonly unit: string | null;
  /** `instant`: ms since 1970. */
  readonly kind: "text" | "number" | "instant" | "boolean";
}

/** History to be written out: rows of one boiler after the other, each in the order of time, a portion at a time. */
export interface ExportTable {
  readonly columns: readonly ExportColumn[];
  /** The next portion is read from the store when this one has been taken. */
  rows(): AsyncGenerator<readonly (readonly Cell[])[]>;
}

/** So much of a boiler's time is read at once: some thousand rows. */
const portionMs = {
  raw: tierMs.hour,
  minute: 48 * tierMs.hour,
  hour: 2_000 * tierMs.hour,
} as const satisfies Record<Tier, number>;
const allRows = 10_000_000;

export function exportTable(
  store: TierReader & ReadingReader & Retention,
  query: ExportQuery,
  catalogue: PointCatalogue,
): ExportTable {
  const { tier, boilers, points } = query;
  const { columns, portion } =
    tier === "raw" ? readingsTable(store, points, catalogue) : rollupsTable(store, tier, points, catalogue);
  return {
    columns,
    rows: async function* () {
      const [oldestMs, newestMs] = [await store.oldest(tier), await store.newest(tier)];
      if (oldestMs === null || newestMs === null) return;
      const toMs = Math.min(query.toMs, newestMs + 1);
      for (const boiler of boilers) {
        for (let fromMs = Math.max(query.fromMs, oldestMs); fromMs < toMs; fromMs += portionMs[tier]) {
          const stretch = { boilerId: boiler.id, fromMs, toMs: Math.min(toMs, fromMs + portionMs[tier]) };
          const rows = await portion(stretch, boiler.simulated);
          if (rows.length > 0) yield rows;
        }
      }
    },
  };
}

/** History as a chart shows it; what of it is an extreme of its bucket, and what a reading, is the trend's to say. */
export function trendTable(
  trend: {
    readonly timesMs: readonly number[];
    readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  },
  points: readonly string[],
  simulated: boolean,
  catalogue: PointCatalogue,
): ExportTable {
  return {
    columns: [
      { name: "time", unit: null, kind: "instant" },
      { name: "simulated", unit: null, kind: "boolean" },
      ...points.map((point) => number(point, catalogue.get(point)?.unit ?? "")),
    ],
    rows: async function* () {
      yield trend.timesMs.map((atMs, index) => [
        ...[atMs, simulated],
        ...points.map((point) => trend.values[point]?.[index] ?? null),
      ]);
    },
  };
}

interface Source {
  readonly columns: readonly ExportColumn[];
  portion(
    stretch: { readonly boilerId: string; readonly fromMs: number; readonly toMs: number },
    simulated: boolean,
  ): Promise<readonly (readonly Cell[])[]>;
}

const text = (name: string): ExportColumn => ({ name, unit: null, kind: "text" });
const number = (name: string, unit: string | null = null): ExportColumn => ({ name, unit, kind: "number" });

function readingsTable(store: ReadingReader, points: readonly string[], catalogue: PointCatalogue): Source {
  const columns: readonly ExportColumn[] = [
    { name: "takenAt", unit: null, kind: "instant" },
    text("site"),
    text("boiler"),
    text("gateway"),
    text("sid"),
    number("seq"),
    { name: "simulated", unit: null, kind: "boolean" },
    ...points.map((point) => number(point, catalogue.get(point)?.unit ?? "")),
    text("flaws"),
  ];
  const row = (
    { takenAtMs, siteId, boilerId, gatewayId, sid, seq, values, flaws }: StoredReading,
    simulated: boolean,
  ) => [
    ...[takenAtMs, siteId, boilerId, gatewayId, sid, seq, simulated],
    ...points.map((point) => values[point] ?? null),
    points.flatMap((point) => (flaws[point] === undefined ? [] : [`${point}:${flaws[point]}`])).join(" "),
  ];
  return {
    columns,
    portion: async (stretch, simulated) => {
      const readings = await store.readings({ ...stretch, limit: allRows });
      return readings.map((reading) => row(reading, simulated));
    },
  };
}

function rollupsTable(
  store: TierReader,
  tier: RollupTier,
  points: readonly string[],
  catalogue: PointCatalogue,
): Source {
  const rates = ratesOf(catalogue);
  const known = points.map((point) => {
    const slot = catalogue.slotOf(point);
    const unit = catalogue.get(point)?.unit ?? "";
    return { point, slot, unit, amountUnit: rates[slot] ? integralUnit(unit) : null };
  });
  const columns: readonly ExportColumn[] = [
    { name: "start", unit: null, kind: "instant" },
    text("site"),
    text("boiler"),
    number("revision"),
    number("readings"),
    { name: "simulated", unit: null, kind: "boolean" },
    ...known.flatMap(({ point, unit, amountUnit }) => [
      ...["min", "max", "mean"].map((part) => number(`${point}_${part}`, unit)),
      number(`${point}_count`),
      number(`${point}_valid`),
      ...(amountUnit === null ? [] : [number(`${point}_integral`, amountUnit)]),
    ]),
    text("flaws"),
  ];
  const orNull = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  const row = (rollup: StoredRollup, simulated: boolean) => [
    ...[rollup.startMs, rollup.siteId, rollup.boilerId, rollup.revision, rollup.readings, simulated],
    ...known.flatMap(({ slot, amountUnit }) => [
      ...[rollup.lowest, rollup.highest, rollup.mean].map((column) => orNull(column[slot])),
      rollup.count[slot] ?? 0,
      orNull(rollup.validShare[slot]),
      ...(amountUnit === null ? [] : [orNull(rollup.integral[slot])]),
    ]),
    known
      .flatMap(({ point, slot }) =>
        [...(rollup.flaws.get(slot) ?? [])].map(([reason, scans]) => `${point}:${reason}:${scans}`),
      )
      .join(" "),
  ];
  return {
    columns,
    portion: async (stretch, simulated) =>
      (await store.rollups(tier, stretch, points)).map((rollup) => row(rollup, simulated)),
  };
}
