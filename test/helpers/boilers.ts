import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Boiler } from "../../domain/boiler.ts";
import type { Fuel } from "../../domain/fuel.ts";
import type { Fault } from "../../platform/yaml-file.ts";
import { type Rules, rulesFrom } from "../../settings/rules.ts";

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
  const found = shippedRules().fuels.get(id);
  if (found === undefined) throw new Error(`no fuel ${id}`);
  return found;
}

/** A gas-fired steam boiler of 12 t/h, changed as a test wants it. */
export function boiler(changes: Partial<Boiler> = {}): Boiler {
  return {
    id: "b-1",
    siteId: "works",
    name: "B-1",
    capacityTPerH: 12,
    heatCarrier: "steam",
    coalFiring: null,
    fuels: [fuel("natural-gas")],
    limits: "tw-boiler-tables",
    ownLimits: null,
    emissionStandard: "tw-boiler-emissions",
    standing: "existing",
    referenceO2Percent: 6,
    airHumidityKgPerKg: 0,
    combustionAirTempC: 25,
    simulated: false,
    ...changes,
  };
}
