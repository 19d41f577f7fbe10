import {
  boilersOfThirdParty,
  filterOf,
  type JsonSource,
  type SparkplugSource,
  topicsOf,
} from "../contracts/third-party.ts";
import { points } from "../domain/points.ts";
import { conversion, unitsInto } from "../domain/units.ts";
import { serverUser } from "../platform/mqtt/config.ts";
import type { Config } from "./config.ts";

type Path = readonly (string | number)[];
type Wrong = (path: Path, message: string) => unknown;

/** What contradicts itself, or the rest of the plant, in what is said of other senders. */
export function thirdPartyFaults(config: Config, wrong: Wrong): void {
  const siteOfBoiler = new Map(
    config.sites.flatMap(({ id, boilers }) => boilers.map((boiler) => [boiler.id, id])),
  );
  const givers = new Map(
    config.gateways.flatMap(({ id, devices }) => devices.map(({ boiler }) => [boiler, id])),
  );
  const ids = new Set(config.gateways.map(({ id }) => id));
  const filters: { readonly filter: string; readonly id: string }[] = [];
  for (const [s, source] of config.thirdParty.entries()) {
    const at: Path = ["thirdParty", s];
    if (ids.has(source.id)) wrong([...at, "id"], `is "${source.id}", which another sender has already`);
    ids.add(source.id);
    if (source.id === "live" || source.id === serverUser)
      wrong([...at, "id"], `is "${source.id}", a word that stands for something else`);
    if (!config.sites.some(({ id }) => id === source.site))
      wrong([...at, "site"], `is "${source.site}", which is no site`);
    for (const boiler of boilersOfThirdParty(source)) {
      const site = siteOfBoiler.get(boiler);
      const giver = givers.get(boiler);
      if (site === undefined) wrong(at, `gives "${boiler}", which is no boiler`);
      else if (site !== source.site)
        wrong(at, `gives ${boiler}, a boiler of ${site}; this sender is at ${source.site}`);
      if (giver !== undefined)
        wrong(at, `gives ${boiler}, which ${giver} gives already; a boiler has one sender`);
      givers.set(boiler, source.id);
    }
    for (const filter of topicsOf(source).says) {
      const other = filters.find((each) => overlap(each.filter, filter));
      if (other !== undefined)
        wrong(at, `listens to ${filter}, where ${other.id} speaks; give each its own topics`);
    }
    filters.push(...topicsOf(source).says.map((filter) => ({ filter, id: source.id })));
    if (source.kind === "json") jsonFaults(source, at, config, wrong);
    else sparkplugFaults(source, at, config, wrong);
  }
}

function jsonFaults({ topics }: JsonSource, at: Path, config: Config, wrong: Wrong): void {
  for (const [t, { pattern, boiler, boilers, values }] of topics.entries()) {
    const here: Path = [...at, "topics", t];
    const places = pattern.split("/").filter((level) => level === "{device}").length;
    if (filterOf(pattern).startsWith("fluewatch/"))
      wrong([...here, "pattern"], "begins with fluewatch/, which is our gateways' own");
    if (places > 1) wrong([...here, "pattern"], "has {device} more than once");
    if (pattern.replaceAll(/(^|\/)\{device\}(?=\/|$)/g, "").includes("{"))
      wrong([...here, "pattern"], "may hold {device} as a whole level, and no other { }");
    if ((boiler === undefined) === (boilers === undefined))
      wrong(here, "needs exactly one of boiler and boilers");
    if (boilers !== undefined && places === 0)
      wrong([...here, "boilers"], "needs {device} in the pattern, to tell them apart");
    mappedFaults(values, [...here, "values"], config, wrong);
  }
}

function sparkplugFaults({ boilers }: SparkplugSource, at: Path, config: Config, wrong: Wrong): void {
  const given = new Map<string, Set<string>>();
  for (const [b, { boiler, metrics }] of boilers.entries()) {
    mappedFaults(metrics, [...at, "boilers", b, "metrics"], config, wrong, given.get(boiler));
    given.set(boiler, new Set([...(given.get(boiler) ?? []), ...metrics.map(({ point }) => point)]));
  }
}

function mappedFaults(
  mapped: readonly { readonly point: string; readonly unit?: string }[],
  at: Path,
  config: Config,
  wrong: Wrong,
  before: ReadonlySet<string> = new Set(),
): void {
  const seen = new Set(before);
  for (const [index, { point: name, unit }] of mapped.entries()) {
    const point =
      (points as Readonly<Record<string, { readonly unit: string }>>)[name] ?? config.points[name] ?? null;
    if (point === null) {
      wrong(
        [...at, index, "point"],
        `is "${name}", which is no point; add it under points: in the configuration`,
      );
    } else if (unit !== undefined && conversion(unit, point.unit) === null) {
      wrong(
        [...at, index, "unit"],
        `is "${unit}", which cannot become "${point.unit}"; known are ${unitsInto(point.unit).join(", ")}`,
      );
    }
    if (seen.has(name)) wrong([...at, index, "point"], `is ${name}, which is given already`);
    seen.add(name);
  }
}

/** Whether a topic could be meant by both filters; neither has a `#`. */
function overlap(one: string, other: string): boolean {
  const [left, right] = [one.split("/"), other.split("/")];
  return (
    left.length === right.length &&
    left.every((level, index) => level === right[index] || level === "+" || right[index] === "+")
  );
}
