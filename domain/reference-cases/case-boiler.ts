import type { Boiler } from "../boiler.ts";
import type { Fuel, FuelClass } from "../fuel.ts";

/** Fuels that limits can be asked for: they look at the class, and at nothing else of it. */
const flowPoints = {
  coal: "coalFlowKgPerH",
  oil: "heavyOilFlowLPerH",
  gas: "naturalGasFlowNm3PerH",
} as const;

export function caseFuel(fuelClass: FuelClass): Fuel {
  return {
    id: fuelClass,
    fuelClass,
    flowPoint: flowPoints[fuelClass],
    ncvMjPerUnit: 1,
    gcvMjPerUnit: 1,
    kgPerUnit: 1,
    composition: { basis: "mass", c: 100, h: 0, s: 0, o: 0, n: 0, moisture: 0, ash: 0 },
    siegert: { a2: 0, b: 0 },
    emissionFactors: { co2KgPerTj: 0, ch4KgPerTj: 0, n2oKgPerTj: 0, edition: "", biogenicPercent: 0 },
    fdM3PerJ: 0,
    fo: null,
  };
}

/** The boiler of a case that asks for a limit: what the limit depends on comes from the case. */
export function caseBoiler(changes: Partial<Boiler>): Boiler {
  return {
    id: "case",
    siteId: "case",
    name: "case",
    capacityTPerH: 0,
    ratedHeatKw: 0,
    heatCarrier: "steam",
    coalFiring: null,
    fuels: [],
    limits: "",
    ownLimits: null,
    emissionStandard: "",
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
    surfaceLossFactor: 0,
    dewFloor: { practicalMinimumC: 0, marginK: 0, so3ConversionPercent: 0 },
    simulated: false,
    ...changes,
  };
}
