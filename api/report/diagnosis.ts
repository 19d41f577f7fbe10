import type { AdviceText } from "../../contracts/http/advice.ts";
import type { BoilerText, SiteText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";

/** What a boiler did over the days that are looked at. */
export interface Observed {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tier: "hour" | "minute";
  /** With any reading, and those of them in which it fired. */
  readonly hours: number;
  readonly firingHours: number;
  /** Means over the firing time; a point that was never known is not in it. */
  readonly means: Readonly<Record<string, number>>;
}

export interface Diagnosis {
  readonly boiler: BoilerText;
  readonly site: SiteText;
  readonly observed: Observed;
  readonly airRatio: number | null;
  readonly advice: readonly AdviceText[];
  /** What a measure costs, by its kind, as somebody typed it in. */
  readonly costs: Readonly<Record<string, number>>;
}

const hoursPerYear = 8_760;
const leastHours = 24;

/** If it goes on so; `null`: less than a day says nothing of a year. */
export function firingHoursAYear({ hours, firingHours }: Observed): number | null {
  return hours >= leastHours ? (firingHours / hours) * hoursPerYear : null;
}

/** Sums the stored hours of a boiler up, or its minutes where there is no whole hour yet. */
export async function observed(
  boiler: BoilerText,
  fromMs: number,
  toMs: number,
  store: TierReader,
): Promise<Observed> {
  const points = boiler.points.map(({ name }) => name);
  const query = { boilerId: boiler.id, points, fromMs, toMs };
  const hours = await store.rows("hour", query);
  const tier = hours.length > 0 ? "hour" : "minute";
  const rows = hours.length > 0 ? hours : await store.rows("minute", query);
  const flows = boiler.fuels.map(({ flowPoint }) => points.indexOf(flowPoint)).filter((at) => at >= 0);
  const flame = points.indexOf("firing");
  const firing = rows.filter(({ mean }) =>
    flame >= 0 ? (mean[flame] ?? 0) >= 0.5 : flows.some((at) => (mean[at] ?? 0) > 0),
  );
  const means: Record<string, number> = {};
  for (const [k, point] of points.entries()) {
    const known = firing.flatMap(({ mean }) => {
      const value = mean[k] ?? null;
      return value === null || !Number.isFinite(value) ? [] : [value];
    });
    if (known.length > 0) means[point] = known.reduce((sum, value) => sum + value, 0) / known.length;
  }
  const perHour = tier === "hour" ? 1 : 60;
  return { fromMs, toMs, tier, hours: rows.length / perHour, firingHours: firing.length / perHour, means };
}

const notJudged = { kind: "not-judged", reason: "no-data" } as const;

/** The mean of the firing time as one reading, so that the same advice is asked of it as of a live one. */
export function asReading(
  { means, toMs }: Observed,
  boilerId: string,
  verdicts: LiveBoiler["verdicts"],
): LiveBoiler {
  return {
    boilerId,
    n: 1,
    takenAtMs: toMs - 1,
    values: { ...means, ...("firing" in means ? { firing: 1 } : {}) },
    flaws: {},
    verdicts,
  };
}

export function airRatioOf({ means }: Observed): number | null {
  const o2 = means["o2DryPercent"];
  return o2 === undefined || o2 < 0 ? null : airRatio(o2);
}

/** Of a boiler of which nothing is live: nothing is said of its limits. */
export const nothingJudged: LiveBoiler["verdicts"] = {
  airRatio: notJudged,
  exhaustTempC: notJudged,
  pmAtRefO2MgPerNm3: notJudged,
  soxAtRefO2Ppm: notJudged,
  noxAtRefO2Ppm: notJudged,
};
