import type { BoilerText } from "../contracts/http/boilers.ts";
import type { OverviewBoiler } from "../contracts/http/socket.ts";
import type { Priority } from "../domain/alarms/alarm.ts";
import { points } from "../domain/points.ts";
import { type Condition, toneOf } from "./condition.ts";
import { formatNumber, formatPoint, missing } from "./format.ts";
import { emissionLimit, rowName, tableLimit } from "./limits.ts";
import { text } from "./texts/texts.ts";

/** One strip of the live trend: what is drawn, against what, and what is said of it. */
export interface Lane {
  readonly point: string;
  readonly kind: "airRatio" | "exhaustTempC" | "emission" | "other";
  readonly name: string;
  readonly unit: string;
  readonly value: number | null;
  readonly shown: string;
  readonly sentence: string;
  readonly limit: number | null;
  readonly limitLabel: string | null;
  readonly tone: Priority | null;
  readonly title: string | undefined;
}

type Reading = Pick<OverviewBoiler, "values" | "verdicts">;

/** The points that the trend of a boiler shows, of those that it has. */
export function lanePoints(boiler: BoilerText): readonly string[] {
  const flow = boiler.fuels[0]?.flowPoint;
  const wanted = [
    "airRatio",
    "exhaustTempC",
    "noxAtRefO2Ppm",
    ...(flow === undefined ? [] : [flow]),
    "efficiencySiegertLhvPercent",
    "loadPercent",
  ];
  return wanted.filter((point) => boiler.points.some(({ name }) => name === point));
}

export function laneOf(
  boiler: BoilerText,
  reading: Reading | null,
  condition: Condition | null,
  point: string,
): Lane {
  const { boiler: t, points: names, hourMean } = text();
  const value = reading?.values[point] ?? null;
  const described = boiler.points.find(({ name }) => name === point);
  const base = {
    point,
    name: point in names ? names[point as keyof typeof names] : point,
    unit: described?.unit ?? "",
    value,
    shown: value === null ? missing : formatPoint(point, value, described?.decimals),
    limit: null,
    limitLabel: null,
    tone: null,
    title: undefined,
  };
  switch (point) {
    case "airRatio":
    case "exhaustTempC": {
      const limit = tableLimit(boiler, reading, point);
      const inForce = boiler.limits[point];
      const tone = condition === null ? null : toneOf(condition, point);
      const written = limit === null ? "" : formatPoint(point, limit);
      return {
        ...base,
        kind: point,
        limit,
        limitLabel:
          limit === null
            ? null
            : point === "airRatio" && inForce !== null
              ? t.limitLine(written, rowName(inForce.row, inForce.tablesId))
              : t.limitOnly(written),
        tone,
        sentence: headroom(point, value, limit, tone !== null),
      };
    }
    case "noxAtRefO2Ppm": {
      const limit = emissionLimit(boiler, point);
      return {
        ...base,
        kind: "emission",
        name: t.noxAt(String(boiler.referenceO2Percent)),
        limit,
        limitLabel: limit === null ? null : t.limitOnly(formatPoint(point, limit)),
        sentence: headroom(point, value, limit, false),
        title: hourMean,
      };
    }
    case "efficiencySiegertLhvPercent":
      return {
        ...base,
        kind: "other",
        name: t.efficiency,
        sentence: amount(reading, "stackLossSiegertLhvPercent", t.stackLoss),
        title: text().fleet.efficiencyTitle,
      };
    case "loadPercent":
      return { ...base, kind: "other", sentence: "" };
    default:
      return {
        ...base,
        kind: "other",
        sentence: amount(reading, "loadPercent", (load) => text().fleet.load(`${load} %`)),
      };
  }
}

/** How far from its limit a value is; beyond it without a verdict is said to be so. */
function headroom(point: string, value: number | null, limit: number | null, isJudged: boolean): string {
  const { boiler: t, missing: why } = text();
  if (limit === null) return why.noLimitShort;
  if (value === null) return "";
  const decimals = point in points ? points[point as keyof typeof points].decimals : 1;
  const by = formatNumber(Math.abs(limit - value), decimals);
  if (Number(by) === 0) return t.atLimit;
  if (value < limit) return t.below(by);
  return isJudged ? t.over(by) : t.overUnjudged(by);
}

function amount(reading: Reading | null, point: string, say: (value: string) => string): string {
  const value = reading?.values[point] ?? null;
  return value === null ? "" : say(formatPoint(point, value));
}
