import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Boiler } from "../../domain/boiler.ts";
import type { Fuel } from "../../domain/fuel.ts";
import type { Plausibility } from "../../domain/screening.ts";
import type { Fault } from "../../platform/yaml-file.ts";
import { plausibilityOf, type Rules, rulesFrom } from "../../settings/rules.ts";

const folder = resolve(import.meta.dirname, "../../config/rules");

/** The rule files that come with Fluewatch, as it reads them. */
export function shippedRules(): Rules {
  const faults: Fault[] = [];
  const rules = rulesFrom(
    readdirSync(folder).map((name) => resolve(folder, name)),
    faults,
  );
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return rules;
}

export function fuel(id: string): Fuel {
  const found = shippedRules().fuels.get(id)?.at(-1);
  if (found === undefined) throw new Error(`no fuel ${id}`);
  return found.fuel;
}

/** A gas-fired steam boiler of 12 t/h, changed as a test wants it. */
export function boiler(changes: Partial<Boiler> = {}): Boiler {
  return {
    id: "b-1",
    siteId: "works",
    name: "B-1",
    capacityTPerH: 12,
    ratedHeatKw: 7_500,
    heatCarrier: "steam",
    coalFiring: null,
    fuels: [fuel("natural-gas")],
    limits: "tw-boiler-tables",
    ownLimits: null,
    emissionStandard: "tw-boiler-emissions",
    standing: "existing",
    boundFrom: null,
    referenceO2Percent: 6,
    averagingOrder: "correct-then-average",
    startUp: "left-out",
    airHumidityKgPerKg: 0,
    combustionAirTempC: 25,
    steamDryness: 1,
    thermalOil: [],
    carbonInAshPercent: 0,
    tunedO2: [],
    prices: {},
    surfaceLossFactor: 0.0113,
    dewFloor: { practicalMinimumC: 120, marginK: 15, so3ConversionPercent: 3 },
    simulated: false,
    ...changes,
  };
}

export function shippedPlausibility(): Plausibility {
  const file = shippedRules().files.plausibility.find(({ id }) => id === "plausibility");
  if (file === undefined) throw new Error("no plausibility rules");
  return plausibilityOf(file);
}
