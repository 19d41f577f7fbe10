import { OperationalError } from "../platform/errors.ts";
import type { ExportQuery } from "../platform/telemetry/export.ts";
import { type ExportFormat, exportFormats } from "../platform/telemetry/export-files.ts";
import { registryOf } from "./registry.ts";
import type { Settings } from "./settings.ts";

/** The options of `fluewatch export` as they were typed. */
export interface ExportOptions {
  readonly out?: string | undefined;
  readonly boilers?: string | undefined;
  readonly points?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly tier?: string | undefined;
  readonly format?: string | undefined;
}

export interface ExportWish {
  readonly out: string;
  readonly format: ExportFormat;
  readonly query: ExportQuery;
}

const tiers = ["raw", "minute", "hour"] as const;

/** @throws OperationalError `usage`, naming the option and what it may be */
export function exportWish(options: ExportOptions, settings: Settings, nowMs: number): ExportWish {
  const refuse = (name: keyof ExportOptions, allowed: string): never => {
    const given = options[name];
    throw new OperationalError(
      "usage",
      given === undefined
        ? `--${name} is missing; it must be ${allowed}`
        : `--${name} is "${given}"; it must be ${allowed}`,
    );
  };
  const out = options.out ?? refuse("out", "the file to write");
  const ending = options.format ?? out.slice(out.lastIndexOf(".") + 1);
  const format = exportFormats.find((each) => each === ending) ?? refuse("format", exportFormats.join(", "));
  const tier = tiers.find((each) => each === (options.tier ?? "raw")) ?? refuse("tier", tiers.join(", "));
  const all = registryOf(settings).boilers(nowMs);
  const chosen = <T>(name: "boilers" | "points", known: ReadonlyMap<string, T>): readonly T[] => {
    const wanted = options[name]?.split(",") ?? [...known.keys()];
    return wanted.map((each) => known.get(each) ?? refuse(name, `of ${[...known.keys()].join(", ")}`));
  };
  const boilers = chosen("boilers", new Map(all.map((boiler) => [boiler.id, boiler])));
  const names = boilers.flatMap(({ points }) => points.map(({ name }) => name));
  const instant = (name: "from" | "to", otherwise: number) => {
    const text = options[name];
    if (text === undefined) return otherwise;
    const ms = /[zZ]|[+-]\d\d:\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isFinite(ms) ? ms : refuse(name, "a time with a zone, like 2026-03-01T00:00:00+08:00");
  };
  const fromMs = instant("from", 0);
  const toMs = instant("to", nowMs);
  if (toMs <= fromMs) refuse("to", "later than --from");
  return {
    out,
    format,
    query: {
      tier,
      boilers,
      points: chosen("points", new Map(names.map((name) => [name, name]))),
      fromMs,
      toMs,
    },
  };
}
