import type { Registry } from "../api/registry.ts";
import type { AdviceText } from "../contracts/http/advice.ts";
import type { BoilerText } from "../contracts/http/boilers.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import type { BoilerConfig, SiteConfig } from "../contracts/registry.ts";
import { boilersOfThirdParty, pointsOfThirdParty } from "../contracts/third-party.ts";
import { advise } from "../domain/advice/advise.ts";
import { type AlarmLevel, type AlarmRule, appliesTo, sourceKindOf } from "../domain/alarms/rule.ts";
import { assert } from "../domain/assert.ts";
import type { Boiler } from "../domain/boiler.ts";
import { derivedFrom } from "../domain/derivation.ts";
import { type EmissionQuantity, emissionQuantities } from "../domain/emissions/emission-quantity.ts";
import {
  bindingOf,
  type Dated,
  emissionLimitInForce,
  inForceAt,
  isoDayOf,
  limitInForce,
  nearestEdition,
  turnsOf,
} from "../domain/limits.ts";
import { type Point, type PointCatalogue, pointCatalogue } from "../domain/points.ts";
import { defaultSteadySettings, type SteadySettings } from "../domain/steady-state.ts";
import { saturatedEnthalpyKjPerKg } from "../domain/steam/if97.ts";
import type {
  BoilerEdition,
  Editions,
  Plant,
  PlantBoiler,
  PlantGateway,
  PlantSite,
  RulesEdition,
} from "../ingest/plant.ts";
import { recipientsIn } from "../notifications/config.ts";
import type { Config } from "./config.ts";
import { limitsText } from "./limits-text.ts";
import { alarmRuleTexts } from "./rule-texts.ts";
import { type LabelledFuel, plausibilityOf } from "./rules.ts";
import type { Settings } from "./settings.ts";

/** The points that Fluewatch knows and those that the configuration adds; of several versions of it, the last one's word counts. */
export function catalogueOf(...versions: readonly [Settings, ...Settings[]]): PointCatalogue {
  const points = Object.assign({}, ...versions.map(({ config }) => config.points)) as Config["points"];
  const further = Object.entries(points).map(([name, { unit, decimals = 0, range }]): [string, Point] => [
    name,
    { unit, decimals, range: [range[0], range[1]], from: "sensor" },
  ]);
  return pointCatalogue(Object.fromEntries(further));
}

/** The data of each fuel as of now. */
export function fuelsNow({ rules }: Settings, nowMs: number): ReadonlyMap<string, LabelledFuel> {
  return new Map(
    [...rules.fuels].flatMap(([id, editions]) => {
      const edition = nearestEdition(editions, nowMs);
      return edition === undefined ? [] : [[id, edition.fuel] as const];
    }),
  );
}

/** What ingest needs of the settings, in every edition of it: the time of an event decides which counts. */
export function plantOf(settings: Settings, catalogue = catalogueOf(settings)): Plant {
  const { config, rules } = settings;
  const boilers = new Map<string, PlantBoiler>();
  const gateways = new Map<string, PlantGateway>();
  const sites = new Map<string, PlantSite>();
  for (const site of config.sites) {
    const rulesOf = (kind: SourceKind): Editions<RulesEdition> => {
      const [first, ...later] = daysOf([...rules.alarmRules.values()].flat());
      const edition = (fromMs: number) => ({ fromMs, rules: rulesOfKind(kind, fromMs, site, settings) });
      return [edition(first), ...later.map(edition)];
    };
    const offsetMs = hourOffsetMs(site.timeZone);
    for (const boiler of site.boilers) {
      boilers.set(boiler.id, {
        id: boiler.id,
        siteId: site.id,
        gatewayId: gatewayIdOf(boiler.id, settings) ?? "",
        editions: editionsOf(boiler, site, settings),
        steady: steadyOf(site),
        hourOffsetMs: offsetMs,
      });
    }
    for (const { id, site: siteId, scanMs } of config.gateways) {
      if (siteId === site.id) gateways.set(id, { id, siteId, scanMs, editions: rulesOf("gateway") });
    }
    for (const { id, site: siteId, everySeconds } of config.thirdParty) {
      if (siteId === site.id)
        gateways.set(id, { id, siteId, scanMs: 1_000 * everySeconds, editions: rulesOf("gateway") });
    }
    const { id, name, place, timeZone } = site;
    sites.set(id, { id, name, place, timeZone, editions: rulesOf("site") });
  }
  return { sites, boilers, gateways, catalogue };
}

/** A plant beside which stand others of which only a past is known: they are taken in and stored, and never alarm. */
export function withRecorded(plant: Plant, recorded: readonly Settings[]): Plant {
  const others = recorded.map((each) => plantOf(each));
  const quiet = <T extends { readonly rules: readonly AlarmRule[] }>([first, ...rest]: readonly [
    T,
    ...T[],
  ]) => {
    const silent = (edition: T): T => ({ ...edition, rules: [] });
    return [silent(first), ...rest.map(silent)] as const satisfies readonly [T, ...T[]];
  };
  return {
    ...plant,
    sites: new Map([
      ...plant.sites,
      ...others.flatMap(({ sites }) =>
        [...sites].map(
          ([id, site]) => [id, { ...site, editions: quiet(site.editions), recorded: true }] as const,
        ),
      ),
    ]),
    boilers: new Map([
      ...plant.boilers,
      ...others.flatMap(({ boilers }) =>
        [...boilers].map(([id, each]) => [id, { ...each, editions: quiet(each.editions) }] as const),
      ),
    ]),
    gateways: new Map([
      ...plant.gateways,
      ...others.flatMap(({ gateways }) =>
        [...gateways].map(([id, each]) => [id, { ...each, editions: quiet(each.editions) }] as const),
      ),
    ]),
  };
}

/** What the API tells of the settings. */
export function registryOf(settings: Settings): Registry {
  const { config, rules } = settings;
  const siteOf = new Map<string, string>();
  for (const { id, boilers } of config.sites) {
    siteOf.set(id, id);
    for (const boiler of boilers) siteOf.set(boiler.id, id);
  }
  for (const { id, site } of [...config.gateways, ...config.thirdParty]) siteOf.set(id, site);
  const today = describedByDay(settings);
  return {
    sites: config.sites.map(({ id, name, place, timeZone, simulated }) => ({
      id,
      name,
      place,
      timeZone,
      simulated,
    })),
    boilers: (atMs) => [...today(atMs).values()],
    boiler: (boilerId, atMs) => today(atMs).get(boilerId) ?? null,
    limits: (atMs) => limitsText(settings, atMs),
    prices: config.sites.flatMap(({ id, prices }) => prices.map((price) => ({ siteId: id, ...price }))),
    advice: (reading) => adviceOn(reading, settings),
    ledgerFuels: (boilerId) => ledgerFuels(boilerId, settings),
    gateways: [
      ...config.gateways.map(({ id, site, scanMs }) => ({
        id,
        siteId: site,
        scanMs,
        delivery: "acknowledged" as const,
      })),
      ...config.thirdParty.map(({ id, site, everySeconds }) => ({
        id,
        siteId: site,
        scanMs: 1_000 * everySeconds,
        delivery: "broker" as const,
      })),
    ],
    siteOf: (sourceId) => siteOf.get(sourceId) ?? null,
    alarmRules: (atMs) => alarmRuleTexts(settings, atMs),
    recipients: recipientsIn(
      config.notifications.destinations,
      config.sites.map(({ id }) => id),
    ).map(({ siteId: _site, ...recipient }) => recipient),
    // Also of rules that are over, or still to come: an alarm of theirs may be in the records.
    rule: (ruleId, atMs) => nearestEdition(rules.alarmRules.get(ruleId) ?? [], atMs)?.rule ?? null,
  };
}

/** All boilers as they are described on a day: what is dated turns at its beginning, and at no other time. */
function describedByDay(settings: Settings): (atMs: number) => ReadonlyMap<string, BoilerText> {
  let known: { readonly day: string; readonly boilers: ReadonlyMap<string, BoilerText> } | null = null;
  return (atMs) => {
    const day = isoDayOf(atMs);
    if (known?.day === day) return known.boilers;
    const texts = settings.config.sites.flatMap((site) =>
      site.boilers.map((boiler) => boilerText(boiler, site, settings, atMs)),
    );
    known = { day, boilers: new Map(texts.map((text) => [text.id, text])) };
    return known.boilers;
  };
}

/** The days on which something begins or has ended, after the time before all of them. */
function daysOf(dated: readonly Dated[]): [number, ...number[]] {
  return [0, ...[...new Set(dated.flatMap(turnsOf))].filter((day) => day > 0).sort((a, b) => a - b)];
}

type SourceKind = ReturnType<typeof sourceKindOf>;

/** The alarm rules in force at a moment for one kind of source, with the delays of the site. */
function rulesOfKind(
  kind: SourceKind,
  atMs: number,
  site: SiteConfig,
  { rules }: Settings,
): readonly AlarmRule[] {
  return [...rules.alarmRules.values()].flatMap((editions) => {
    const rule = inForceAt(editions, atMs)?.rule;
    return rule === undefined || sourceKindOf(rule) !== kind ? [] : [withSiteTiming(rule, site)];
  });
}

/** The boiler anew from each day on which something of it changed: a fuel's data, a price, a floor, an alarm rule. */
function editionsOf(config: BoilerConfig, site: SiteConfig, settings: Settings): Editions<BoilerEdition> {
  const { fuels, files, emissionStandards, limitTables } = settings.rules;
  const tables = limitTables.filter(({ id }) => id === config.limits);
  const standards = emissionStandards.filter(({ id }) => id === config.emissionStandard);
  const dated: readonly Dated[] = [
    ...[...settings.rules.alarmRules.values()].flat(),
    ...config.fuels.flatMap((id) => fuels.get(id) ?? []),
    ...bindingOf(standingOf(config), standards),
    ...site.prices,
    ...files["dew-floors"].filter(({ id }) => id === site.rules.dewFloors),
    ...files["surface-loss"].filter(({ id }) => id === site.rules.surfaceLoss),
    ...files.plausibility.filter(({ id }) => id === site.rules.plausibility),
  ];
  const [first, ...later] = daysOf(dated);
  const edition = (fromMs: number): BoilerEdition => {
    const boiler = boilerAt(fromMs, config, site, settings);
    const points = new Set(pointsOf(boiler, settings).map(({ name }) => name));
    return {
      fromMs,
      boiler,
      plausibility: plausibilityOf(pick(settings.rules.files.plausibility, site.rules.plausibility, fromMs)),
      tables,
      standards,
      rules: rulesOfKind("boiler", fromMs, site, settings).filter((rule) => appliesTo(rule, boiler, points)),
    };
  };
  return [edition(first), ...later.map(edition)];
}

/** What of a boiler decides when a standard binds it. */
function standingOf({ standing, boundFrom }: BoilerConfig): Pick<Boiler, "standing" | "boundFrom"> {
  return { standing, boundFrom: boundFrom ?? null };
}

function ledgerFuels(boilerId: string, { config, rules }: Settings): ReturnType<Registry["ledgerFuels"]> {
  const site = config.sites.find(({ boilers }) => boilers.some(({ id }) => id === boilerId));
  const boiler = site?.boilers.find(({ id }) => id === boilerId);
  if (site === undefined || boiler === undefined) return null;
  const meters = boiler.fuels.flatMap((fuelId) => {
    const flowPoint = rules.fuels.get(fuelId)?.at(-1)?.fuel.flowPoint;
    return flowPoint === undefined ? [] : [{ fuelId, flowPoint }];
  });
  const potentials = rules.files["warming-potentials"].filter(
    ({ id }) => id === site.rules.warmingPotentials,
  );
  return { meters, rules: { fuels: rules.fuels, potentials } };
}

function pick<T extends Dated & { readonly id: string }>(files: readonly T[], id: string, atMs: number): T {
  const found = nearestEdition(
    files.filter((file) => file.id === id),
    atMs,
  );
  assert(found !== undefined, `the rules have "${id}": the configuration was checked for it`);
  return found;
}

function boilerAt(
  atMs: number,
  config: BoilerConfig,
  site: SiteConfig,
  { rules }: Settings,
): Omit<Boiler, "fuels"> & { readonly fuels: readonly LabelledFuel[] } {
  const { ownLimits, coalFiring = null } = config;
  const fuels = config.fuels.flatMap((id) => nearestEdition(rules.fuels.get(id) ?? [], atMs)?.fuel ?? []);
  const standard = nearestEdition(
    bindingOf(
      standingOf(config),
      rules.emissionStandards.filter(({ id }) => id === config.emissionStandard),
    ),
    atMs,
  )?.standard;
  assert(
    standard !== undefined,
    "the rules have the emission standard: the configuration was checked for it",
  );
  const floors = pick(rules.files["dew-floors"], site.rules.dewFloors, atMs);
  const { factors } = pick(rules.files["surface-loss"], site.rules.surfaceLoss, atMs);
  const priced = config.fuels.flatMap((fuel) => {
    const price = priceAt(site, fuel, atMs);
    return price === null ? [] : [[fuel, { perUnit: price.perUnit, currency: price.currency }] as const];
  });
  return {
    id: config.id,
    siteId: site.id,
    name: config.name,
    capacityTPerH: config.capacityTPerH,
    ratedHeatKw: config.ratedHeatKw ?? heatOfCapacityKw(config.capacityTPerH),
    heatCarrier: config.heatCarrier,
    coalFiring,
    fuels,
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
    ...standingOf(config),
    referenceO2Percent: config.referenceO2Percent ?? standard.referenceO2Percent,
    averagingOrder: config.averagingOrder ?? standard.averagingOrder,
    startUp: config.startUp ?? standard.startUp,
    airHumidityKgPerKg: config.airHumidityKgPerKg,
    combustionAirTempC: config.combustionAirTempC,
    steamDryness: config.steamDryness,
    thermalOil: config.thermalOil,
    carbonInAshPercent: config.carbonInAshPercent ?? null,
    tunedO2: config.tunedO2,
    prices: Object.fromEntries(priced),
    // Which of several fuels will burn is not known beforehand: the most cautious of their figures counts.
    surfaceLossFactor: Math.max(
      ...fuels.map(
        ({ fuelClass }) =>
          factors[fuelClass === "coal" ? (`coal-${coalFiring ?? "fixed-bed"}` as const) : fuelClass],
      ),
    ),
    dewFloor: {
      practicalMinimumC: Math.max(
        ...fuels.map(({ fuelClass }) => floors.floors[fuelClass].practicalMinimumC),
      ),
      marginK: floors.marginK,
      so3ConversionPercent: floors.so3ConversionPercent,
    },
    simulated: site.simulated,
  };
}

/** Heat that a capacity in t/h of steam stands for: evaporation from and at 100 °C, as boilers are rated. */
function heatOfCapacityKw(capacityTPerH: number): number {
  const atmosphere = { absoluteMpa: 0.101325 };
  const steam = saturatedEnthalpyKjPerKg(atmosphere, 1) ?? 0;
  const water = saturatedEnthalpyKjPerKg(atmosphere, 0) ?? 0;
  return (capacityTPerH * 1_000 * (steam - water)) / 3_600;
}

/** By how much a zone's hours begin off the UTC ones. */
function hourOffsetMs(timeZone: string): number {
  const [minutes = ""] = new Intl.DateTimeFormat("en", { timeZone, minute: "numeric" })
    .formatToParts(0)
    .map(({ value }) => value);
  return Number(minutes) * 60_000;
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
  const timed = (level: AlarmLevel): AlarmLevel => ({
    ...level,
    onDelayMs: onDelaySeconds === undefined ? level.onDelayMs : onDelaySeconds * 1_000,
    offDelayMs: offDelaySeconds === undefined ? level.offDelayMs : offDelaySeconds * 1_000,
  });
  const [first, ...others] = rule.levels;
  return { ...rule, levels: [timed(first), ...others.map(timed)] };
}

/** Who reads a boiler: its gateway or another sender, how often, and which points. */
interface Reader {
  readonly gatewayId: string;
  readonly scanMs: number;
  readonly points: readonly string[];
}

/** Settings never change: who reads each boiler is looked up once, among all devices of all gateways. */
const readers = new WeakMap<Settings, ReadonlyMap<string, Reader>>();

function readersOf(settings: Settings): ReadonlyMap<string, Reader> {
  const known = readers.get(settings);
  if (known !== undefined) return known;
  const found = new Map<string, Reader & { readonly points: string[] }>();
  for (const { id, scanMs, devices } of settings.config.gateways) {
    for (const { boiler, map } of devices) {
      const of = found.get(boiler) ?? { gatewayId: id, scanMs, points: [] };
      of.points.push(...(settings.maps.get(map)?.registers.map(({ point }) => point) ?? []));
      found.set(boiler, of);
    }
  }
  for (const source of settings.config.thirdParty) {
    for (const boiler of boilersOfThirdParty(source)) {
      const points = [...pointsOfThirdParty(source, boiler)];
      found.set(boiler, { gatewayId: source.id, scanMs: 1_000 * source.everySeconds, points });
    }
  }
  readers.set(settings, found);
  return found;
}

function gatewayIdOf(boilerId: string, settings: Settings): string | null {
  return readersOf(settings).get(boilerId)?.gatewayId ?? null;
}

function boilerText(config: BoilerConfig, site: SiteConfig, settings: Settings, atMs: number): BoilerText {
  const { rules } = settings;
  const boiler = boilerAt(atMs, config, site, settings);
  const reader = readersOf(settings).get(config.id) ?? null;
  const fuel = boiler.fuels[0];
  const tables = rules.limitTables.filter(({ id }) => id === config.limits);
  const limit = (quantity: "airRatio" | "exhaustTempC") =>
    fuel === undefined ? null : limitInForce(quantity, boiler, fuel, tables, atMs);
  const standards = rules.emissionStandards.filter(({ id }) => id === config.emissionStandard);
  const emission = (quantity: EmissionQuantity) => emissionLimitInForce(quantity, boiler, standards, atMs);
  const standard = emission("noxAtRefO2Ppm");
  const steady = steadyOf(site);
  const {
    ch4,
    n2o,
    source: potentials,
    validFrom: potentialsFrom,
  } = pick(rules.files["warming-potentials"], site.rules.warmingPotentials, atMs);
  return {
    id: config.id,
    siteId: site.id,
    name: config.name,
    capacityTPerH: config.capacityTPerH,
    heatCarrier: config.heatCarrier,
    coalFiring: boiler.coalFiring,
    fuels: boiler.fuels.map(({ id, label, fuelClass, flowPoint, ncvMjPerUnit, emissionFactors }) => {
      const inForceFrom = nearestEdition(rules.fuels.get(id) ?? [], atMs)?.validFrom ?? "";
      return {
        id,
        label,
        fuelClass,
        flowPoint,
        ncvMjPerUnit,
        emissionFactors: { ...emissionFactors, inForceFrom },
      };
    }),
    warmingPotentials: { ch4, n2o, source: potentials, inForceFrom: potentialsFrom },
    referenceO2Percent: boiler.referenceO2Percent,
    simulated: site.simulated,
    gatewayId: reader?.gatewayId ?? null,
    scanMs: reader?.scanMs ?? null,
    points: pointsOf(boiler, settings),
    limits: { airRatio: limit("airRatio"), exhaustTempC: limit("exhaustTempC") },
    emissionLimits:
      standard === null
        ? null
        : {
            source: standard.source,
            inForceFrom: standard.inForceFrom,
            averagingOrder: standard.averagingOrder,
            startUp: standard.startUp,
            pmAtRefO2MgPerNm3: emission("pmAtRefO2MgPerNm3")?.limit ?? null,
            soxAtRefO2Ppm: emission("soxAtRefO2Ppm")?.limit ?? null,
            noxAtRefO2Ppm: standard.limit,
          },
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

function adviceOn(reading: LiveBoiler, settings: Settings): readonly AdviceText[] {
  const { boilerId, takenAtMs, values, flaws, verdicts } = reading;
  const site = settings.config.sites.find(({ boilers }) => boilers.some(({ id }) => id === boilerId));
  const config = site?.boilers.find(({ id }) => id === boilerId);
  if (site === undefined || config === undefined) return [];
  const { files, fuels } = settings.rules;
  const gas = nearestEdition(fuels.get(site.rules.switchTo) ?? [], takenAtMs)?.fuel ?? null;
  const rules = {
    savingHints: pick(files["saving-hints"], site.rules.savingHints, takenAtMs),
    dewFloors: pick(files["dew-floors"], site.rules.dewFloors, takenAtMs),
    wallTemperature: pick(files["wall-temperature"], site.rules.wallTemperature, takenAtMs),
    abatementCosts: pick(files["abatement-costs"], site.rules.abatementCosts, takenAtMs),
    gas,
    gasPrice: priceAt(site, site.rules.switchTo, takenAtMs),
  };
  const advice = advise(boilerAt(takenAtMs, config, site, settings), rules, {
    value: (point) => (flaws[point] === undefined ? (values[point] ?? Number.NaN) : Number.NaN),
    hoursAbove: emissionQuantities.filter((quantity) => verdicts[quantity].kind === "above"),
  });
  return advice.flatMap((each): AdviceText[] => {
    if (each.kind !== "fuel-switch") return [each];
    return gas === null ? [] : [{ ...each, toFuelLabel: gas.label }];
  });
}

function priceAt({ prices }: SiteConfig, fuel: string, atMs: number) {
  return inForceAt(
    prices.filter((each) => each.fuel === fuel),
    atMs,
  );
}

export interface SimulatedGateway {
  readonly id: string;
  readonly site: string;
  readonly boilers: readonly { readonly id: string; readonly points: readonly string[] }[];
}

/** The gateways whose boilers are simulated, with the points that their devices give. */
export function simulatedGateways({ config, maps }: Settings): readonly SimulatedGateway[] {
  const simulated = new Set(config.simulators.boilers.map(({ id }) => id));
  return config.gateways
    .map(({ id, site, devices }) => {
      const boilers = new Map<string, Set<string>>();
      for (const { boiler, map } of devices) {
        if (!simulated.has(boiler)) continue;
        const points = boilers.get(boiler) ?? new Set();
        boilers.set(boiler, points);
        for (const { point, type } of maps.get(map)?.registers ?? [])
          if (type !== "string") points.add(point);
      }
      return {
        id,
        site,
        boilers: [...boilers].map(([boiler, points]) => ({ id: boiler, points: [...points] })),
      };
    })
    .filter(({ boilers }) => boilers.length > 0);
}

/** What a boiler's devices give, and what follows from that. */
function pointsOf(boiler: Boiler, settings: Settings): BoilerText["points"] {
  const { config } = settings;
  const measured = readersOf(settings).get(boiler.id)?.points ?? [];
  const names = new Set<string>([...measured, ...derivedFrom(boiler, measured)]);
  const catalogue = catalogueOf(settings);
  return [...names].flatMap((name) => {
    const point = catalogue.get(name);
    if (point === undefined) return [];
    const { unit, decimals } = point;
    const from = measured.includes(name) ? ("sensor" as const) : ("formula" as const);
    return [{ name, unit, decimals, from, label: config.points[name]?.label ?? null }];
  });
}
