import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { DayRange, RetrofitPlan } from "../../contracts/http/retrofits.ts";
import type { EnergyBasis } from "../../domain/mv/energy.ts";
import {
  nextDay,
  plantDayBoundariesMs,
  plantHourBoundariesMs,
  plantSpan,
} from "../../domain/mv/plant-days.ts";
import { duplicateFault } from "../../domain/mv/point-sanity.ts";
import type { Refusal } from "../../domain/mv/refusal.ts";
import { type Regular, regularise, type Sample } from "../../domain/mv/regularise.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { SavingsRules } from "../registry.ts";
import { meteredSlots, type Slot } from "./metered-slots.ts";

/** The driver that every model has: heat that left the boundary, GJ per period. */
export const heatDriver = "usefulHeatGj";
const heatPoint = "usefulHeatKw";
const [o2, exhaust, indirect] = ["o2DryPercent", "exhaustTempC", "efficiencyIndirectLhvPercent"] as const;

/** Something in the plant's own record, which may be why a stretch of days is different. */
export interface LogLine {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** All that a result is reckoned from beside the plan: kept with it, so that it can be reckoned again. */
export interface RowSet {
  readonly timeZone: string;
  readonly rows: readonly RetrofitRow[];
  readonly coverage: {
    readonly baselineDays: number;
    readonly validBaselineDays: number;
    readonly reportingDays: number;
  };
  /** What was found of the points before any model: missing meters, copies of other signals. */
  readonly found: readonly Refusal[];
  readonly log: readonly LogLine[];
}

export interface PlanBoilers {
  readonly boilers: readonly BoilerText[];
  readonly siteId: string;
  readonly timeZone: string;
}

/** The boilers of a plan, all of one site. @throws OperationalError `retrofit-invalid` */
export function boilersOf(
  plan: Pick<RetrofitPlan, "boilers">,
  rules: SavingsRules,
  nowMs: number,
): PlanBoilers {
  const known = rules.boilers(nowMs);
  const boilers = plan.boilers.map((id) => {
    const boiler = known.find((each) => each.id === id);
    if (boiler !== undefined) return boiler;
    throw new OperationalError(
      "retrofit-invalid",
      `There is no boiler ${id}; known are ${known.map((each) => each.id).join(", ")}`,
    );
  });
  const siteIds = [...new Set(boilers.map(({ siteId }) => siteId))];
  const [siteId = ""] = siteIds;
  if (siteIds.length > 1)
    throw new OperationalError(
      "retrofit-invalid",
      `The boilers stand on several sites (${siteIds.join(", ")}); a project has one site: make one for each`,
    );
  const timeZone = rules.sites.find(({ id }) => id === siteId)?.timeZone ?? "UTC";
  return { boilers, siteId, timeZone };
}

/** Reads and regularises the two periods of a plan. */
export async function readRows(
  plan: RetrofitPlan,
  rules: SavingsRules,
  store: TierReader,
  log: readonly LogLine[],
  nowMs: number,
): Promise<RowSet> {
  const { boilers, timeZone } = boilersOf(plan, rules, nowMs);
  const baseline = await periodOf("baseline", plan, boilers, timeZone, rules, store);
  const reporting = await periodOf("reporting", plan, boilers, timeZone, rules, store);
  const perDay = plan.interval === "hourly" ? 24 : 1;
  return {
    timeZone,
    rows: [...baseline.rows, ...reporting.rows],
    coverage: {
      baselineDays: baseline.countedIntervals / perDay,
      validBaselineDays: baseline.rows.filter(({ used }) => used).length / perDay,
      reportingDays: reporting.countedIntervals / perDay,
    },
    found: [...baseline.found, ...reporting.found],
    log,
  };
}

/** The rows of days after a report, by its plan. */
export async function readRowsSince(
  plan: RetrofitPlan,
  range: DayRange,
  rules: SavingsRules,
  store: TierReader,
  nowMs: number,
): Promise<readonly RetrofitRow[]> {
  const { boilers, timeZone } = boilersOf(plan, rules, nowMs);
  const since = { ...plan, reporting: range };
  return (await periodOf("reporting", since, boilers, timeZone, rules, store)).rows;
}

async function periodOf(
  period: "baseline" | "reporting",
  plan: RetrofitPlan,
  boilers: readonly BoilerText[],
  timeZone: string,
  rules: SavingsRules,
  store: TierReader,
): Promise<{
  readonly rows: readonly RetrofitRow[];
  readonly found: readonly Refusal[];
  readonly countedIntervals: number;
}> {
  const range = plan[period];
  const { fromMs, toMs } = plantSpan(range, timeZone);
  const read = await Promise.all(
    boilers.map((boiler) =>
      boilerSlots(
        boiler,
        [...plan.drivers.map(({ point }) => point), ...(period === "baseline" ? sensorsOf(boiler) : [])],
        fromMs,
        toMs,
        timeZone,
        store,
      ),
    ),
  );
  const found = [
    ...read.flatMap((each) => each.missing),
    ...(period === "baseline" ? read.flatMap(copies) : []),
  ];
  const samples = joined(
    read,
    plan.basis,
    plan.drivers.map(({ point }) => point),
    rules,
  );
  const boundaries =
    plan.interval === "hourly"
      ? plantHourBoundariesMs(range, timeZone)
      : plantDayBoundariesMs(range, timeZone);
  const thresholds = rules.thresholds.filter(({ id }) => id === plan.thresholds).at(-1);
  const drivers = plan.drivers.map(({ point }) => point);
  const regular = regularise(
    plan.basis,
    samples.map(({ sample }) => sample),
    boundaries,
    plan.interval,
    [heatDriver, ...drivers],
    plan.exclusions.map(({ from, to, reason, author = "" }) => ({
      ...plantSpan({ from, to }, timeZone),
      reason,
      author,
    })),
    thresholds?.intervalCoveragePercentAtLeast ?? 90,
  );
  const excluded = regular.unused.filter(({ why }) => why === "excluded").length;
  return {
    rows: rowsOf(period, regular, samples),
    found,
    countedIntervals: boundaries.length - 1 - excluded,
  };
}

interface BoilerSlots {
  readonly boiler: BoilerText;
  readonly slots: ReadonlyMap<number, Slot>;
  readonly slotMs: number;
  readonly missing: readonly Refusal[];
}

/** Hours where the plant's days begin on one, quarters of them elsewhere. */
export function slotMsOf(timeZone: string, atMs: number): number {
  const { fromMs } = plantSpan({ from: isoDay(atMs), to: isoDay(atMs) }, timeZone);
  return fromMs % 3_600_000 === 0 ? 3_600_000 : 900_000;
}

const isoDay = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

async function boilerSlots(
  boiler: BoilerText,
  drivers: readonly string[],
  fromMs: number,
  toMs: number,
  timeZone: string,
  store: TierReader,
): Promise<BoilerSlots> {
  const names = new Set(boiler.points.map(({ name }) => name));
  const fuelPoints = [...new Set(boiler.fuels.map(({ flowPoint }) => flowPoint))].filter((point) =>
    names.has(point),
  );
  const missing: Refusal[] = [];
  if (fuelPoints.length === 0)
    missing.push({
      kind: "meter-missing",
      channel: `${boiler.id}: ${boiler.fuels.map(({ flowPoint }) => flowPoint).join(", ")}`,
    });
  if (!names.has(heatPoint)) missing.push({ kind: "meter-missing", channel: `${boiler.id}: ${heatPoint}` });
  const unknownDrivers = drivers.filter((point) => !names.has(point));
  for (const point of unknownDrivers)
    missing.push({ kind: "meter-missing", channel: `${boiler.id}: ${point}` });
  const slotMs = slotMsOf(timeZone, fromMs);
  if (missing.length > 0) return { boiler, slots: new Map(), slotMs, missing };
  const levels = [...new Set([o2, exhaust, indirect, ...drivers])].filter((point) => names.has(point));
  const needed = [...fuelPoints, heatPoint];
  const slots = await meteredSlots(store, {
    boilerId: boiler.id,
    needed,
    levels,
    fuelPoints,
    fromMs,
    toMs,
    slotMs,
  });
  return { boiler, slots: new Map(slots.map((each) => [each.fromMs, each])), slotMs, missing };
}

/** A sample of all boilers together, with what of it no model asks for. */
interface Joined {
  readonly sample: Sample;
  readonly fuels: Readonly<Record<string, { readonly quantity: number; readonly lhvGj: number }>>;
  readonly means: Readonly<Record<string, { readonly sum: number; readonly weight: number }>>;
}

/** Boilers of one boundary, over the time that is covered for each of them. */
function joined(
  read: readonly BoilerSlots[],
  basis: EnergyBasis,
  drivers: readonly string[],
  rules: SavingsRules,
): readonly Joined[] {
  const [first, ...others] = read;
  const wanted = [o2, exhaust, indirect, ...drivers];
  if (first === undefined || read.some(({ missing }) => missing.length > 0)) return [];
  return [...first.slots.values()].flatMap((slot): readonly Joined[] => {
    const together = [slot, ...others.map(({ slots }) => slots.get(slot.fromMs))];
    if (!together.every((each) => each !== undefined && each.coveredMs > 0)) return [];
    const all = together as readonly Slot[];
    const coveredMs = Math.min(...all.map((each) => each.coveredMs));
    const fuels: Record<string, { quantity: number; lhvGj: number }> = {};
    const means: Record<string, { sum: number; weight: number }> = {};
    let energyGj = 0;
    let heatGj = 0;
    for (const [k, each] of all.entries()) {
      const { boiler } = read[k] as BoilerSlots;
      // What one boiler is known for longer than the others counts for the common time.
      const share = coveredMs / each.coveredMs;
      for (const { id, flowPoint } of boiler.fuels) {
        const quantity = share * (each.amounts[flowPoint] ?? 0);
        const fuel = rules.fuel(id, each.fromMs);
        if (fuel === null) continue;
        const of = fuels[id] ?? { quantity: 0, lhvGj: 0 };
        of.quantity += quantity;
        of.lhvGj += (quantity * fuel.ncvMjPerUnit) / 1_000;
        fuels[id] = of;
        energyGj += (quantity * (basis === "lhv" ? fuel.ncvMjPerUnit : fuel.gcvMjPerUnit)) / 1_000;
      }
      heatGj += (share * (each.amounts[heatPoint] ?? 0) * 3.6) / 1_000;
      if (each.running)
        for (const point of wanted) {
          const value = each.means[point];
          if (value === undefined) continue;
          const of = means[point] ?? { sum: 0, weight: 0 };
          of.sum += value * coveredMs;
          of.weight += coveredMs;
          means[point] = of;
        }
    }
    const levels = Object.fromEntries(
      drivers.map((point) => {
        const of = means[point];
        return [point, of === undefined ? null : of.sum / of.weight] as const;
      }),
    );
    const sample: Sample = {
      fromMs: slot.fromMs,
      toMs: slot.fromMs + coveredMs,
      energyGj,
      amounts: { [heatDriver]: heatGj },
      levels,
      running: all.some(({ running }) => running),
    };
    return [{ sample, fuels, means }];
  });
}

function rowsOf(
  period: "baseline" | "reporting",
  regular: Regular<"lhv" | "hhv">,
  samples: readonly Joined[],
): readonly RetrofitRow[] {
  const { boundariesMs, granularity } = regular;
  const stepMs = granularity === "hourly" ? 3_600_000 : 86_400_000;
  const used = new Map(regular.intervals.map((each) => [each.index, each]));
  const unused = new Map(regular.unused.map((each) => [each.index, each]));
  const firstMs = boundariesMs[0] ?? 0;
  const firstIndex = Math.floor(firstMs / stepMs);
  let place = 0;
  return boundariesMs.slice(0, -1).map((fromMs, k): RetrofitRow => {
    const toMs = boundariesMs[k + 1] as number;
    const index = firstIndex + Math.round((fromMs - firstMs) / stepMs);
    while (place < samples.length && (samples[place] as Joined).sample.fromMs < fromMs) place += 1;
    const within: Joined[] = [];
    for (let next = place; next < samples.length && (samples[next] as Joined).sample.fromMs < toMs; next += 1)
      within.push(samples[next] as Joined);
    const interval = used.get(index) ?? null;
    const fuels: Record<string, { quantity: number; lhvGj: number }> = {};
    for (const each of within)
      for (const [id, { quantity, lhvGj }] of Object.entries(each.fuels)) {
        const of = fuels[id] ?? { quantity: 0, lhvGj: 0 };
        fuels[id] = { quantity: of.quantity + quantity, lhvGj: of.lhvGj + lhvGj };
      }
    const mean = (point: string): number | null => {
      const [sum, weight] = within.reduce(
        ([s, w], { means }) => [s + (means[point]?.sum ?? 0), w + (means[point]?.weight ?? 0)],
        [0, 0],
      );
      return weight > 0 ? sum / weight : null;
    };
    const coveredMs = within.reduce((sum, { sample }) => sum + sample.toMs - sample.fromMs, 0);
    return {
      index,
      fromMs,
      toMs,
      period,
      used: interval !== null,
      why: unused.get(index)?.why ?? null,
      coveragePercent: (100 * coveredMs) / (toMs - fromMs),
      periods: interval?.periods ?? 0,
      energyGj: interval?.energyGj ?? null,
      usefulHeatGj: interval === null ? null : (interval.drivers[heatDriver] ?? 0) * interval.periods,
      drivers: interval?.drivers ?? {},
      fuels: interval === null ? {} : fuels,
      o2DryPercent: mean(o2),
      exhaustTempC: mean(exhaust),
      indirectEfficiencyPercent: mean(indirect),
    };
  });
}

/** Each fuel meter held against every other sensor of its boiler: is it a signal of its own? */
function copies({ boiler, slots }: BoilerSlots): readonly Refusal[] {
  const sensors = sensorsOf(boiler);
  const all = [...slots.values()];
  const channels = Object.fromEntries(
    sensors.map((point) => [point, all.map(({ means }) => means[point] ?? null)]),
  );
  return [...new Set(boiler.fuels.map(({ flowPoint }) => flowPoint))].flatMap((meter) => {
    const fault = sensors.includes(meter) ? duplicateFault(channels, meter) : null;
    return fault === null ? [] : [fault];
  });
}

function sensorsOf({ points }: BoilerText): readonly string[] {
  return points.filter(({ from }) => from === "sensor").map(({ name }) => name);
}

/** How much of each day of a range is there, for the calendar. */
export async function coverageOf(
  range: DayRange,
  boilerIds: readonly string[],
  rules: SavingsRules,
  store: TierReader,
  nowMs: number,
) {
  const { boilers, timeZone } = boilersOf({ boilers: [...boilerIds] }, rules, nowMs);
  const { fromMs, toMs } = plantSpan(range, timeZone);
  const read = await Promise.all(
    boilers.map((boiler) => boilerSlots(boiler, [], fromMs, toMs, timeZone, store)),
  );
  const samples = joined(read, "lhv", [], rules);
  const boundaries = plantDayBoundariesMs(range, timeZone);
  let place = 0;
  return boundaries.slice(0, -1).map((dayFromMs, k) => {
    const dayToMs = boundaries[k + 1] as number;
    let [coveredMs, energyGj, heatGj] = [0, 0, 0];
    for (; place < samples.length; place += 1) {
      const { sample } = samples[place] as Joined;
      if (sample.fromMs >= dayToMs) break;
      if (sample.fromMs < dayFromMs) continue;
      coveredMs += sample.toMs - sample.fromMs;
      energyGj += sample.energyGj ?? 0;
      heatGj += sample.amounts[heatDriver] ?? 0;
    }
    return {
      date: nextDay(range.from, k),
      coveragePercent: (100 * coveredMs) / (dayToMs - dayFromMs),
      energyGj: coveredMs > 0 ? energyGj : null,
      usefulHeatGj: coveredMs > 0 ? heatGj : null,
    };
  });
}
