import type { PointCatalogue } from "../../../domain/points.ts";
import type { RollupTier } from "../../../domain/rollup.ts";
import { flawsOfRollup, rollupFlawsText } from "../flaws-text.ts";
import type { StoredRollup } from "../telemetry.ts";
import { quoted } from "./query-text.ts";

/**
 * A rollup as fields, `o2DryPercent_min` and so on, all of them floats. A field that a revision has no value for would
 * keep the older one, but readings are only ever added: what had a value keeps having one.
 */
export function rollupFields(
  rollup: StoredRollup,
  catalogue: PointCatalogue,
  rates: readonly boolean[],
): Record<string, number | string> {
  const fields: Record<string, number | string> = { revision: rollup.revision, readings: rollup.readings };
  const put = (name: string, value: number | undefined) => {
    if (value !== undefined && !Number.isNaN(value)) fields[name] = value;
  };
  for (const [slot, point] of catalogue.names.entries()) {
    const share = rollup.validShare[slot];
    if (share === undefined || Number.isNaN(share)) continue;
    put(`${point}_min`, rollup.lowest[slot]);
    put(`${point}_max`, rollup.highest[slot]);
    put(`${point}_mean`, rollup.mean[slot]);
    put(`${point}_count`, rollup.count[slot]);
    put(`${point}_valid`, share);
    if (rates[slot]) put(`${point}_integral`, rollup.integral[slot]);
  }
  const flaws = rollupFlawsText(rollup, catalogue);
  if (flaws !== null) fields["flaws"] = flaws;
  return fields;
}

/** What to select for these points. */
export function rollupFieldNames(
  points: readonly string[],
  catalogue: PointCatalogue,
  rates: readonly boolean[],
): readonly string[] {
  const parts = points.flatMap((point) => [
    ...["min", "max", "mean", "count", "valid"].map((part) => `${point}_${part}`),
    ...(rates[catalogue.slotOf(point)] ? [`${point}_integral`] : []),
  ]);
  return ["site", "boiler", "revision", "readings", "flaws", ...parts].map(quoted);
}

export function storedRollup(
  tier: RollupTier,
  row: Readonly<Record<string, number | string | null>>,
  catalogue: PointCatalogue,
  rates: readonly boolean[],
): StoredRollup {
  const column = (part: string, none = Number.NaN) =>
    catalogue.names.map((point) => {
      const value = row[`${point}_${part}`];
      return typeof value === "number" ? value : none;
    });
  return {
    tier,
    siteId: String(row["site"]),
    boilerId: String(row["boiler"]),
    startMs: Number(row["time"]),
    revision: Number(row["revision"]),
    readings: Number(row["readings"]),
    lowest: column("min"),
    highest: column("max"),
    mean: column("mean"),
    count: column("count", 0),
    validShare: column("valid"),
    integral: column("integral").map((value, slot) => (rates[slot] ? value : Number.NaN)),
    flaws: flawsOfRollup(row["flaws"], catalogue),
  };
}
