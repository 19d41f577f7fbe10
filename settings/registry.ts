import type { Registry } from "../api/registry.ts";
import type { BoilerText } from "../contracts/http.ts";
import type { BoilerConfig, SiteConfig } from "../contracts/registry.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Boiler } from "../domain/boiler.ts";
import { formulas } from "../domain/formula.ts";
import { inForceAt, limitInForce } from "../domain/limits.ts";
import { type Point, type PointCatalogue, pointCatalogue } from "../domain/points.ts";
import { defaultSteadySettings, type SteadySettings } from "../domain/steady-state.ts";
import type { Plant, PlantBoiler, PlantGateway } from "../ingest/plant.ts";
import type { Settings } from "./settings.ts";

/** The points that Fluewatch knows and those that the configuration adds. */
export function catalogueOf({ config }: Settings): PointCatalogue {
  const further = Object.entries(config.points).map(
    ([name, { unit, decimals = 0, range }]): [string, Point] => [
      name,
      { unit, decimals, range: [range[0], range[1]], from: "sensor" },
    ],
  );
  return pointCatalogue(Object.fromEntries(further));
}

/** What ingest needs of the settings. */
export function plantOf(settings: Settings): Plant {
  const { config, rules } = settings;
  const boilers = new Map<string, PlantBoiler>();
  const gateways = new Map<string, PlantGateway>();
  for (const site of config.sites) {
    const siteRules = rules.alarmRules.map((rule) => withSiteTiming(rule, site));
    for (const boiler of site.boilers) {
      boilers.set(boiler.id, {
        boiler: boilerOf(boiler, site, settings),
        gatewayId: gatewayIdOf(boiler.id, settings) ?? "",
        steady: steadyOf(site),
        tables: rules.limitTables.filter(({ id }) => id === boiler.limits),
        rules: siteRules,
      });
    }
    for (const { id, site: siteId, scanMs } of config.gateways) {
      if (siteId === site.id) gateways.set(id, { id, siteId, scanMs, rules: siteRules });
    }
  }
  const sites = new Map(
    config.sites.map(({ id, name, place, timeZone }) => [id, { id, name, place, timeZone }]),
  );
  return { sites, boilers, gateways, catalogue: catalogueOf(settings) };
}

/** What the API tells of the settings. */
export function registryOf(settings: Settings): Registry {
  const { config, rules } = settings;
  return {
    sites: config.sites.map(({ id, name, place, timeZone, simulated }) => ({
      id,
      name,
      place,
      timeZone,
      simulated,
    })),
    boilers: (atMs) =>
      config.sites.flatMap((site) => site.boilers.map((boiler) => boilerText(boiler, site, settings, atMs))),
    gateways: config.gateways.map(({ id, site, scanMs }) => ({ id, siteId: site, scanMs })),
    rules: new Map(rules.alarmRules.map((rule) => [rule.id, rule])),
  };
}

function boilerOf(config: BoilerConfig, site: SiteConfig, { rules }: Settings): Boiler {
  const { ownLimits } = config;
  return {
    id: config.id,
    siteId: site.id,
    name: config.name,
    capacityTPerH: config.capacityTPerH,
    heatCarrier: config.heatCarrier,
    coalFiring: config.coalFiring ?? null,
    fuels: config.fuels.flatMap((id) => rules.fuels.get(id) ?? []),
    limits: config.limits,
    ownLimits:
      ownLimits === undefined
        ? null
        : {
            ...ownLimits,
            airRatio: ownLimits.airRatio ?? null,
            exhaustTempC: ownLimits.exhaustTempC ?? null,
          },
    emissionStandard: config.emissionStandard,
    standing: config.standing,
    referenceO2Percent: config.referenceO2Percent,
    airHumidityKgPerKg: config.airHumidityKgPerKg,
    combustionAirTempC: config.combustionAirTempC,
    simulated: site.simulated,
  };
}

function steadyOf({ steady }: SiteConfig): SteadySettings {
  const { stepSeconds, windowSeconds, afterLightOffSeconds, ...drifts } = steady;
  return {
    ...drifts,
    stepMs: stepSeconds * 1_000,
    windowMs: windowSeconds * 1_000,
    afterLightOffMs: afterLightOffSeconds * 1_000,
  };
}

function withSiteTiming(rule: AlarmRule, { alarms }: SiteConfig): AlarmRule {
  const { onDelaySeconds, offDelaySeconds } = alarms[rule.id] ?? {};
  return {
    ...rule,
    onDelayMs: onDelaySeconds === undefined ? rule.onDelayMs : onDelaySeconds * 1_000,
    offDelayMs: offDelaySeconds === undefined ? rule.offDelayMs : offDelaySeconds * 1_000,
  };
}

function gatewayIdOf(boilerId: string, { config }: Settings): string | null {
  return config.gateways.find(({ devices }) => devices.some(({ boiler }) => boiler === boilerId))?.id ?? null;
}

function boilerText(config: BoilerConfig, site: SiteConfig, settings: Settings, atMs: number): BoilerText {
  const { rules } = settings;
  const boiler = boilerOf(config, site, settings);
  const gatewayId = gatewayIdOf(config.id, settings);
  const fuel = boiler.fuels[0];
  const tables = rules.limitTables.filter(({ id }) => id === config.limits);
  const limit = (quantity: "airRatio" | "exhaustTempC") =>
    fuel === undefined ? null : limitInForce(quantity, boiler, fuel, tables, atMs);
  const standards = rules.emissionStandards.filter(({ id }) => id === config.emissionStandard);
  const standard = inForceAt(
    standards.map((each) => ({ ...each, validFrom: each.inForceFrom[config.standing] })),
    atMs,
  );
  const steady = steadyOf(site);
  return {
    id: config.id,
    siteId: site.id,
    name: config.name,
    capacityTPerH: config.capacityTPerH,
    heatCarrier: config.heatCarrier,
    coalFiring: boiler.coalFiring,
    fuels: config.fuels.flatMap((id) => {
      const known = rules.fuels.get(id);
      return known === undefined
        ? []
        : [{ id, label: known.label, fuelClass: known.fuelClass, flowPoint: known.flowPoint }];
    }),
    referenceO2Percent: config.referenceO2Percent,
    simulated: site.simulated,
    gatewayId,
    scanMs: settings.config.gateways.find(({ id }) => id === gatewayId)?.scanMs ?? null,
    points: pointsOf(config.id, settings),
    limits: { airRatio: limit("airRatio"), exhaustTempC: limit("exhaustTempC") },
    emissionLimits:
      standard === null
        ? null
        : { source: standard.source, inForceFrom: standard.validFrom, ...standard.limits },
    steady: {
      windowSeconds: site.steady.windowSeconds,
      stepSeconds: site.steady.stepSeconds,
      afterLightOffSeconds: site.steady.afterLightOffSeconds,
      shortened:
        steady.windowMs < defaultSteadySettings.windowMs ||
        steady.afterLightOffMs < defaultSteadySettings.afterLightOffMs,
    },
  };
}

/** What a boiler's devices give, and what follows from that. */
function pointsOf(boilerId: string, settings: Settings): BoilerText["points"] {
  const { config, maps } = settings;
  const measured = config.gateways
    .flatMap(({ devices }) => devices.filter(({ boiler }) => boiler === boilerId))
    .flatMap(({ map }) => maps.get(map)?.registers.map(({ point }) => point) ?? []);
  const names = new Set<string>([...measured, "firing"]);
  for (const { gives, needs } of formulas) if (needs.every((need) => names.has(need))) names.add(gives);
  const catalogue = catalogueOf(settings);
  return [...names].flatMap((name) => {
    const point = catalogue.get(name);
    if (point === undefined) return [];
    const { unit, decimals, from } = point;
    return [{ name, unit, decimals, from, label: config.points[name]?.label ?? null }];
  });
}
