import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { Label } from "../../domain/boiler.ts";
import { inForceAt } from "../../domain/limits.ts";
import { carbonLedger, type FuelCarbon } from "../../domain/mv/carbon.ts";
import { plantSpan } from "../../domain/mv/plant-days.ts";
import { type Refusal, sentenceOf } from "../../domain/mv/refusal.ts";
import { avoidedEnergy } from "../../domain/mv/savings.ts";
import { validity } from "../../domain/mv/validity.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { SavingsRules } from "../registry.ts";
import { modelsOf } from "../retrofits/follow-up.ts";
import { meteredSlots } from "../retrofits/metered-slots.ts";
import { meteredOf, meterUncertaintyOf } from "../retrofits/periods.ts";
import type { Projects, StoredResult } from "../retrofits/projects.ts";
import { readRowsSince, slotMsOf } from "../retrofits/rows.ts";

const [heatPoint, steamPoint] = ["usefulHeatKw", "steamFlowKgPerH"] as const;

/** What one boiler burnt and gave in a month, over the time in which its meters were known. */
export interface BoilerMonth {
  readonly boilerId: string;
  readonly name: string;
  readonly carrier: BoilerText["heatCarrier"];
  /** Of the month; amounts are of this time alone, nothing is scaled up. */
  readonly coveragePercent: number;
  readonly fuels: readonly (FuelCarbon & {
    readonly label: Label;
    readonly quantity: number;
    readonly unit: string;
  })[];
  readonly fuelGj: number;
  /** `null`: the boiler has no such meter. */
  readonly heatGj: number | null;
  readonly steamT: number | null;
  readonly co2T: number;
  readonly co2eT: number;
  readonly missing: readonly string[];
}

/** A boundary with a released baseline, held against it under the month's own conditions. */
export interface AgainstBaseline {
  readonly retrofitId: string;
  readonly title: Label;
  readonly boilers: readonly string[];
  readonly equation: string;
  readonly drivers: readonly {
    readonly driver: string;
    readonly from: number;
    readonly to: number;
    readonly validFrom: number;
    readonly validTo: number;
  }[];
  readonly found:
    | {
        readonly kind: "held";
        readonly intervals: number;
        readonly expectedGj: number;
        readonly meteredGj: number;
        readonly savedGj: number;
        readonly halfWidthGj: number;
        readonly savedPercent: number;
        readonly coveredPercent: number;
      }
    | { readonly kind: "refused"; readonly says: Label };
}

export interface EnergyMonth {
  readonly siteId: string;
  readonly siteName: Label;
  readonly simulated: boolean;
  readonly timeZone: string;
  readonly from: string;
  readonly to: string;
  readonly potentials: string;
  readonly boilers: readonly BoilerMonth[];
  readonly baselines: readonly AgainstBaseline[];
}

/** The month's first and last day. @param month as 2019-09 */
export function daysOfMonth(month: string): { readonly from: string; readonly to: string } {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { from: `${month}-01`, to: `${month}-${last}` };
}

/** A site's month by its meters. @returns `null` for a site that nobody knows */
export async function energyMonth(
  siteId: string,
  month: string,
  rules: SavingsRules,
  store: TierReader,
  projects: Pick<Projects, "list" | "get" | "stored">,
  nowMs: number,
): Promise<EnergyMonth | null> {
  const site = rules.sites.find(({ id }) => id === siteId);
  if (site === undefined) return null;
  const range = daysOfMonth(month);
  const { fromMs, toMs } = plantSpan(range, site.timeZone);
  const potentials = inForceAt(rules.potentials, toMs - 1) ?? rules.potentials.at(-1);
  const boilers: BoilerMonth[] = [];
  for (const boiler of rules.boilers(Math.min(nowMs, toMs)).filter((each) => each.siteId === siteId))
    boilers.push(await boilerMonth(boiler, fromMs, toMs, site.timeZone, rules, store));
  const baselines: AgainstBaseline[] = [];
  for (const line of await projects.list()) {
    if (line.siteId !== siteId) continue;
    const { versions } = await projects.get(line.id);
    const released = versions.find(({ state }) => state === "released");
    if (released === undefined) continue;
    const stored = await projects.stored(line.id, released.version);
    baselines.push(await against(stored, range, rules, store, nowMs));
  }
  return {
    siteId,
    siteName: site.name,
    simulated: site.simulated,
    timeZone: site.timeZone,
    ...range,
    potentials: potentials?.source ?? "",
    boilers,
    baselines,
  };
}

async function boilerMonth(
  boiler: BoilerText,
  fromMs: number,
  toMs: number,
  timeZone: string,
  rules: SavingsRules,
  store: TierReader,
): Promise<BoilerMonth> {
  const names = new Set(boiler.points.map(({ name }) => name));
  const flows = [...new Set(boiler.fuels.map(({ flowPoint }) => flowPoint))];
  const fuelPoints = flows.filter((point) => names.has(point));
  const given = [heatPoint, steamPoint].filter((point) => names.has(point));
  const slots =
    fuelPoints.length === 0
      ? []
      : await meteredSlots(store, {
          boilerId: boiler.id,
          needed: [...fuelPoints, ...given],
          levels: [],
          fuelPoints,
          fromMs,
          toMs,
          slotMs: slotMsOf(timeZone, fromMs),
        });
  const sum = (point: string) => slots.reduce((total, { amounts }) => total + (amounts[point] ?? 0), 0);
  const potentials = inForceAt(rules.potentials, toMs - 1) ?? rules.potentials.at(-1);
  const uses = boiler.fuels.flatMap(({ id, flowPoint }) => {
    const fuel = rules.fuel(id, fromMs);
    if (fuel === null || !names.has(flowPoint)) return [];
    const quantity = sum(flowPoint);
    const energy = { basis: "lhv", gj: (quantity * fuel.ncvMjPerUnit) / 1_000 } as const;
    const unit = flowPoint.endsWith("LPerH") ? "L" : flowPoint.endsWith("Nm3PerH") ? "Nm³" : "kg";
    return [{ fuelId: id, energy, factors: fuel.emissionFactors, quantity, unit, label: fuel.label }];
  });
  const ledger = potentials === undefined ? null : carbonLedger(uses, null, potentials);
  const fuels = uses.map(({ quantity, unit, label }, k) => ({
    ...(ledger?.fuels[k] as FuelCarbon),
    quantity,
    unit,
    label,
  }));
  return {
    boilerId: boiler.id,
    name: boiler.name,
    carrier: boiler.heatCarrier,
    coveragePercent: (100 * slots.reduce((total, { coveredMs }) => total + coveredMs, 0)) / (toMs - fromMs),
    fuels,
    fuelGj: uses.reduce((total, { energy }) => total + energy.gj, 0),
    heatGj: names.has(heatPoint) ? (sum(heatPoint) * 3.6) / 1_000 : null,
    steamT: names.has(steamPoint) ? sum(steamPoint) / 1_000 : null,
    co2T: fuels.reduce((total, { co2T }) => total + co2T, 0),
    co2eT: ledger?.co2eT ?? 0,
    missing: [...flows, heatPoint].filter((point) => !names.has(point)),
  };
}

async function against(
  stored: StoredResult,
  range: { readonly from: string; readonly to: string },
  rules: SavingsRules,
  store: TierReader,
  nowMs: number,
): Promise<AgainstBaseline> {
  const { document, outcome, project } = stored;
  const { plan } = document;
  const head = {
    retrofitId: project.id,
    title: document.title,
    boilers: plan.boilers,
    equation: outcome.kind === "figures" ? outcome.model.equation : "",
  };
  const no = (fault: Refusal): AgainstBaseline => ({
    ...head,
    drivers: [],
    found: { kind: "refused", says: sentenceOf(fault) },
  });
  const models = modelsOf(stored, rules);
  if ("kind" in models) return no(models);
  const metered = meteredOf(
    "reporting",
    await readRowsSince(plan, range, rules, store, nowMs),
    plan,
    plan.basis,
  );
  const held = avoidedEnergy(models.before, metered, {
    confidence: plan.confidence,
    meters: meterUncertaintyOf(plan),
    reportingMonths: 1,
  });
  if (held.kind !== "avoided-energy") return no(held);
  const valid = validity(models.before, metered, models.thresholds.rangeMargin);
  return {
    ...head,
    drivers:
      valid.kind === "validity"
        ? valid.drivers.map(({ driver, reporting, valid: { from, to } }) => ({
            driver,
            ...reporting,
            validFrom: from,
            validTo: to,
          }))
        : [],
    found: {
      kind: "held",
      intervals: metered.intervals.length,
      expectedGj: held.adjustedBaselineGj,
      meteredGj: held.meteredGj,
      savedGj: held.savedGj,
      halfWidthGj: held.interval.halfWidthGj,
      savedPercent: held.savedPercent,
      coveredPercent: valid.kind === "validity" ? valid.coveredEnergyPercent : 0,
    },
  };
}
