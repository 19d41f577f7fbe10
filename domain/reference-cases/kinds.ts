import { exhaustThumbSavingPercent, o2ThumbSavingPercent } from "../advice/rules-of-thumb.ts";
import type { CoalFiring } from "../boiler.ts";
import { airRatio } from "../combustion/air-ratio.ts";
import {
  acidDewPointOkkesC,
  acidDewPointVerhoffBancheroC,
  partialPressures,
  so3WetPpm,
  waterDewPointC,
} from "../combustion/dew-point.ts";
import { o2DryFromWetPercent } from "../combustion/dry-oxygen.ts";
import { excessAirRatio, expectedCo2DryPercent, flueGas } from "../combustion/excess-air.ts";
import { heatLosses } from "../combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "../combustion/siegert.ts";
import { type Composition, type FuelGas, fuelGases, stoichiometry } from "../combustion/stoichiometry.ts";
import { concentrationOfPpm, massRateKgPerH, normalLitrePerMol } from "../emissions/concentration.ts";
import { co2Kg, fuelSwitch } from "../emissions/greenhouse-gas.ts";
import { averagingOrders, hourlyMean } from "../emissions/hourly-mean.ts";
import { flowAtReferenceO2, referenceO2Factor } from "../emissions/reference-oxygen.ts";
import {
  dryFlow,
  fdFromAnalysis,
  method19Flow,
  moistureFromFlowsPercent,
  pitotFlow,
} from "../emissions/stack-flow.ts";
import { type FuelClass, fuelClasses } from "../fuel.ts";
import { type EmissionStandard, inForceAt, type LimitTables, tableLimit } from "../limits.ts";
import {
  absolutePressure,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
  saturationTempC,
  steamEnthalpyKjPerKg,
} from "../steam/if97.ts";
import { efficiencyDirectPercent, steamHeatKw, thermalOilHeatKw } from "../steam/useful-heat.ts";
import { type CaseData, CaseFault, type Inputs, type Results } from "./case.ts";

/** Rules that cases are judged by, and the moment for which they ask. */
export interface CaseRules {
  readonly limitTables: readonly LimitTables[];
  readonly emissionStandards: readonly EmissionStandard[];
  readonly thumb: {
    readonly o2: { readonly savingPercent: number; readonly o2Points: number };
    readonly exhaust: { readonly savingPercent: number; readonly perK: number };
  };
  readonly atMs: number;
}

/** One kind of case: the keys it knows, and how its results come about, by the same functions that run live. */
export interface CaseKind {
  readonly inputs: readonly string[];
  readonly expected: readonly string[];
  /** Figures among the expected ones that a case states, for others to be held against. */
  readonly stated?: readonly string[];
  /** Whether a result is one of a family whose names carry their figures. */
  readonly knows?: (result: string) => boolean;
  readonly compute: (inputs: Inputs, rules: CaseRules, data: CaseData) => Results;
}

const wetInputs = ["o2Basis", "h2o"] as const;
const normalLitre = 22.414;

/** Dry oxygen, also where the case gives it wet with the moisture of the gas; NaN where there is none. */
function o2Dry(inputs: Inputs): number {
  const o2 = inputs.number("o2");
  const wet = inputs.textOr("o2Basis", inputs.unitOf("o2").includes("wet") ? "wet" : "dry") === "wet";
  if (!wet) return o2;
  return o2DryFromWetPercent(o2, inputs.number("h2o")) ?? Number.NaN;
}

function dryFlowNm3PerMin(inputs: Inputs): number {
  if (inputs.has("dryFlow")) return inputs.number("dryFlow", "Nm3/min");
  return dryFlow({ basis: "wet", nm3PerH: inputs.number("wetFlow", "Nm3/min") }, inputs.number("h2o"))
    .nm3PerH;
}

function compositionOf(inputs: Inputs): Composition {
  const shares = inputs.shares("composition");
  if (inputs.textOr("compositionBasis", "mass%").startsWith("mol")) {
    const unknown = Object.keys(shares).find((name) => !fuelGases.some((gas) => gas === name));
    if (unknown !== undefined)
      throw new CaseFault(`composition has ${unknown}; known gases are ${fuelGases.join(", ")}`);
    return { basis: "mole", gases: shares as Partial<Record<FuelGas, number>> };
  }
  const part = (...names: string[]) =>
    names.map((name) => shares[name] ?? 0).reduce((sum, share) => sum + share, 0);
  return {
    basis: "mass",
    c: part("C"),
    h: part("H"),
    s: part("S"),
    o: part("O"),
    n: part("N"),
    moisture: part("M", "H2O", "moisture"),
    ash: part("A", "Ash", "ash"),
  };
}

/** mol, or kg, in the unit that a case's heating value refers to: a mol of gas fuels come by the Nm³. */
function molPerHeatingUnit(composition: Composition): number {
  return composition.basis === "mole" ? 1_000 / normalLitre : 1;
}

function fuelClassOf(text: string): FuelClass {
  const found = fuelClasses.find((each) => each === text);
  if (found === undefined) throw new CaseFault(`fuel is "${text}"; known are ${fuelClasses.join(", ")}`);
  return found;
}

function firingOf(inputs: Inputs): CoalFiring | null {
  const bed = inputs.textOr("bed", "");
  if (bed === "" || fuelClassOf(inputs.text("fuel")) !== "coal") return null;
  return bed.startsWith("fluid") ? "fluidised-bed" : "fixed-bed";
}

const verdictInputs = ["fuel", "bed", "capacity", "firing", "stable"] as const;

function limitAndVerdict(
  quantity: "airRatio" | "exhaustTempC",
  value: number | null,
  inputs: Inputs,
  { limitTables, atMs }: CaseRules,
): { readonly limit: number | null; readonly verdict: string } {
  const tables = inForceAt(limitTables, atMs);
  const row =
    tables === null
      ? null
      : tableLimit(
          tables.tables[quantity],
          fuelClassOf(inputs.text("fuel")),
          firingOf(inputs),
          inputs.number("capacity"),
        );
  const limit = row?.limit ?? null;
  const judged = inputs.flag("firing", true) && inputs.flag("stable", true) && value !== null;
  if (!judged) return { limit, verdict: "not-evaluated" };
  if (limit === null) return { limit, verdict: "no-limit" };
  return { limit, verdict: value <= limit ? "compliant" : "violation" };
}

export const caseKinds: Readonly<Record<string, CaseKind>> = {
  "air-ratio": {
    inputs: ["o2", ...wetInputs],
    expected: ["computable", "airRatio", "o2Dry"],
    compute: (inputs) => {
      const o2 = o2Dry(inputs);
      const ratio = airRatio(o2);
      return { computable: ratio !== null, airRatio: ratio, o2Dry: o2 };
    },
  },
  "air-ratio-limit": {
    inputs: ["o2", ...wetInputs, ...verdictInputs],
    expected: ["airRatio", "limit", "verdict", "computable", "o2Dry"],
    compute: (inputs, rules) => {
      const o2 = o2Dry(inputs);
      const ratio = airRatio(o2);
      return {
        airRatio: ratio,
        computable: ratio !== null,
        o2Dry: o2,
        ...limitAndVerdict("airRatio", ratio, inputs, rules),
      };
    },
  },
  "exhaust-temp-limit": {
    inputs: ["exhaustTemp", ...verdictInputs],
    expected: ["limit", "verdict"],
    compute: (inputs, rules) =>
      limitAndVerdict("exhaustTempC", inputs.number("exhaustTemp", "degC"), inputs, rules),
  },
  "governing-fuel": {
    inputs: ["fuels", "o2", "exhaustTemp", "capacity", "firing", "stable", ...wetInputs],
    expected: [
      "governingFuel",
      "governingShare",
      "airRatioLimit",
      "exhaustTempLimit",
      "airRatio",
      "verdict",
      "exhaustVerdict",
    ],
    compute: (inputs, rules) => {
      const heats = inputs
        .list("fuels")
        .map((fuel) => ({ fuel, heat: fuel.number("rate") * fuel.number("ncv") }));
      const total = heats.reduce((sum, { heat }) => sum + heat, 0);
      const [first] = heats;
      if (first === undefined) throw new CaseFault("fuels names no fuel");
      const most = heats.reduce((best, each) => (each.heat > best.heat ? each : best), first);
      if (!(most.heat > 0))
        return { governingFuel: null, verdict: "not-evaluated", exhaustVerdict: "not-evaluated" };
      const { limitTables, atMs } = rules;
      const tables = inForceAt(limitTables, atMs)?.tables;
      const fuelClass = fuelClassOf(most.fuel.text("fuel"));
      const firing = firingOf(most.fuel);
      const capacity = inputs.number("capacity");
      const limitOf = (quantity: "airRatio" | "exhaustTempC") =>
        tables === undefined
          ? null
          : (tableLimit(tables[quantity], fuelClass, firing, capacity)?.limit ?? null);
      const verdict = (value: number | null, limit: number | null) => {
        if (!inputs.flag("firing", true) || !inputs.flag("stable", true) || value === null)
          return "not-evaluated";
        return limit === null ? "no-limit" : value <= limit ? "compliant" : "violation";
      };
      const ratio = inputs.has("o2") ? airRatio(o2Dry(inputs)) : null;
      return {
        governingFuel: most.fuel.text("fuel"),
        governingShare: most.heat / total,
        airRatioLimit: limitOf("airRatio"),
        exhaustTempLimit: limitOf("exhaustTempC"),
        airRatio: ratio,
        verdict: verdict(ratio, limitOf("airRatio")),
        exhaustVerdict: verdict(inputs.optional("exhaustTemp"), limitOf("exhaustTempC")),
      };
    },
  },
  "o2-correction": {
    inputs: ["concentration", "o2", "refO2", "denominatorFloor", ...wetInputs],
    expected: ["corrected", "o2Clamped", "o2Dry"],
    compute: (inputs) => {
      const o2 = o2Dry(inputs);
      const floor = inputs.numberOr("denominatorFloor", 1);
      const factor = referenceO2Factor(o2, inputs.number("refO2"), floor);
      return { corrected: inputs.number("concentration") * factor, o2Clamped: 21 - o2 < floor, o2Dry: o2 };
    },
  },
  "flow-correction": {
    inputs: ["dryFlow", "wetFlow", "o2", "refO2", ...wetInputs],
    expected: ["correctedFlow"],
    compute: (inputs) => {
      const flow = { basis: "dry", nm3PerH: dryFlowNm3PerMin(inputs) } as const;
      return { correctedFlow: flowAtReferenceO2(flow, o2Dry(inputs), inputs.number("refO2")).nm3PerH };
    },
  },
  "ppm-to-mg": {
    inputs: ["ppm", "molarMass", "molarVolume"],
    expected: ["massConcentration"],
    compute: (inputs) => ({
      massConcentration: concentrationOfPpm(
        inputs.number("ppm"),
        inputs.number("molarMass"),
        "dry",
        inputs.numberOr("molarVolume", normalLitrePerMol),
      ).mgPerNm3,
    }),
  },
  "mass-rate": {
    inputs: ["ppm", "massConcentration", "molarMass", "molarVolume", "dryFlow", "wetFlow", "h2o"],
    expected: ["massRate"],
    compute: (inputs) => {
      const concentration = inputs.has("massConcentration")
        ? ({ basis: "dry", mgPerNm3: inputs.number("massConcentration") } as const)
        : concentrationOfPpm(
            inputs.number("ppm"),
            inputs.number("molarMass"),
            "dry",
            inputs.numberOr("molarVolume", normalLitrePerMol),
          );
      return {
        massRate: massRateKgPerH(concentration, { basis: "dry", nm3PerH: 60 * dryFlowNm3PerMin(inputs) }),
      };
    },
  },
  "moisture-from-flows": {
    inputs: ["wetFlow", "dryFlow"],
    expected: ["h2o"],
    compute: (inputs) => ({
      h2o: moistureFromFlowsPercent(
        { basis: "wet", nm3PerH: inputs.number("wetFlow", "Nm3/min") },
        { basis: "dry", nm3PerH: inputs.number("dryFlow", "Nm3/min") },
      ),
    }),
  },
  "wet-to-dry-o2": {
    inputs: ["o2", "h2o", "o2Basis"],
    expected: ["o2Dry"],
    compute: (inputs) => ({ o2Dry: o2DryFromWetPercent(inputs.number("o2"), inputs.number("h2o")) }),
  },
  "excess-air": {
    inputs: ["composition", "compositionBasis", "o2", "co", "airHumidity", ...wetInputs],
    expected: [
      "lambda",
      "excessAir",
      "h2oWet",
      "co2Dry",
      "dryFlueVolume",
      "wetFlueVolume",
      "theoreticalAir",
      "o2Dry",
    ],
    compute: (inputs) => {
      const composition = compositionOf(inputs);
      const fuel = stoichiometry(composition);
      const o2 = o2Dry(inputs);
      const co = inputs.numberOr("co", 0);
      const ratio = excessAirRatio(o2, fuel, co);
      const gas = flueGas(o2, fuel, inputs.numberOr("airHumidity", 0), co);
      const volume = (mol: number) => (mol * normalLitre * molPerHeatingUnit(composition)) / 1_000;
      return {
        lambda: ratio,
        excessAir: ratio === null ? null : 100 * (ratio - 1),
        h2oWet: gas === null ? null : (100 * gas.waterMol) / gas.wetMol,
        co2Dry: expectedCo2DryPercent(o2, fuel),
        dryFlueVolume: gas === null ? null : volume(gas.dryMol),
        wetFlueVolume: gas === null ? null : volume(gas.wetMol),
        theoreticalAir: volume(fuel.airMol),
        o2Dry: o2,
      };
    },
  },
  siegert: {
    inputs: ["gasTemp", "airTemp", "o2", "A2", "B", "crossCheck", ...wetInputs],
    expected: ["loss", "efficiency"],
    compute: (inputs) => {
      const constants = { a2: inputs.number("A2"), b: inputs.number("B") };
      const loss = stackLossSiegertLhvPercent(
        inputs.number("gasTemp", "degC"),
        inputs.number("airTemp", "degC"),
        o2Dry(inputs),
        constants,
      );
      return { loss, efficiency: loss === null ? null : 100 - loss };
    },
  },
  "stack-loss": {
    inputs: [
      "composition",
      "compositionBasis",
      "o2",
      "gasTemp",
      "airTemp",
      "LHV",
      "HHV",
      "radiationLossLHV",
      "otherLossLHV",
      "co",
      "airHumidity",
      ...wetInputs,
    ],
    expected: ["dryLHV", "coLossLHV", "totalLHV", "totalHHV", "efficiencyLHV", "efficiencyHHV", "lambda"],
    compute: (inputs) => {
      const composition = compositionOf(inputs);
      const fuel = stoichiometry(composition);
      const perUnit = molPerHeatingUnit(composition);
      const ncvKj = inputs.number("LHV", "kJ/") / perUnit;
      const latentKj = fuel.waterMol * 44.004;
      const gcvKj = inputs.has("HHV") ? inputs.number("HHV", "kJ/") / perUnit : ncvKj + latentKj;
      const o2 = o2Dry(inputs);
      const losses = heatLosses(
        {
          o2DryPercent: o2,
          exhaustTempC: inputs.number("gasTemp", "degC"),
          airTempC: inputs.number("airTemp", "degC"),
          airHumidityKgPerKg: inputs.numberOr("airHumidity", 0),
          coDryPpm: inputs.numberOr("co", 0),
          ashKg: 0,
          carbonInAshPercent: 0,
          surfaceLossLhvPercent: inputs.numberOr("radiationLossLHV", 0) + inputs.numberOr("otherLossLHV", 0),
        },
        fuel,
        { ncvKj, gcvKj },
      );
      return {
        dryLHV: losses?.dryGasLhvPercent ?? null,
        coLossLHV: losses?.coLhvPercent ?? null,
        totalLHV: losses?.stackLhvPercent ?? null,
        totalHHV: losses?.stackHhvPercent ?? null,
        efficiencyLHV: losses?.efficiencyIndirectLhvPercent ?? null,
        efficiencyHHV: losses?.efficiencyIndirectHhvPercent ?? null,
        lambda: excessAirRatio(o2, fuel, inputs.numberOr("co", 0)),
      };
    },
  },
  "useful-heat-steam": {
    inputs: ["steamFlow", "hSteam", "hFeed", "fuelRate", "LHV", "HHV"],
    expected: ["usefulHeat", "efficiencyLHV", "efficiencyHHV"],
    compute: (inputs) => {
      const usefulHeat = steamHeatKw(
        inputs.number("steamFlow", "kg/h"),
        inputs.number("hSteam"),
        inputs.number("hFeed"),
      );
      return { usefulHeat, ...directEfficiencies(usefulHeat, inputs) };
    },
  },
  "useful-heat-oil": {
    inputs: ["oilFlow", "density", "cp", "tIn", "tOut", "fuelRate", "LHV", "HHV"],
    expected: ["usefulHeat", "efficiencyLHV", "efficiencyHHV"],
    compute: (inputs) => {
      const usefulHeat = thermalOilHeatKw(
        inputs.number("oilFlow"),
        inputs.number("tIn"),
        inputs.number("tOut"),
        { densityKgPerM3: inputs.number("density") },
        { specificHeatKjPerKgK: inputs.number("cp") },
      );
      return { usefulHeat, ...directEfficiencies(usefulHeat, inputs) };
    },
  },
  "m19-flow": {
    inputs: ["fuelRate", "HHV", "Fd", "o2", "composition", "compositionBasis", ...wetInputs],
    expected: ["dryFlow20C", "dryFlowNormal"],
    compute: (inputs) => {
      const heatMjPerH = inputs.number("fuelRate") * inputs.number("HHV", "MJ/");
      const flow = method19Flow(heatMjPerH, inputs.number("Fd"), o2Dry(inputs));
      return { dryFlow20C: flow?.m3PerHAt20C ?? null, dryFlowNormal: flow?.normal.nm3PerH ?? null };
    },
  },
  "m19-fd": {
    inputs: ["composition", "compositionBasis", "HHV"],
    expected: ["Fd"],
    compute: (inputs) => {
      const composition = compositionOf(inputs);
      if (composition.basis !== "mass") throw new CaseFault("composition must be by mass");
      return { Fd: fdFromAnalysis(composition, inputs.number("HHV", "kJ/")) };
    },
  },
  "m19-emission": {
    inputs: ["ppm", "molarMass", "Fd", "o2", "heatInput", ...wetInputs],
    expected: ["emissionFactor", "massRate"],
    compute: (inputs) => {
      // Method 19 works at 20 °C: 24.055 L/mol.
      const mgPerM3 = concentrationOfPpm(
        inputs.number("ppm"),
        inputs.number("molarMass"),
        "dry",
        24.055,
      ).mgPerNm3;
      const flowM3PerMj = (method19Flow(1, inputs.number("Fd"), o2Dry(inputs)) ?? { m3PerHAt20C: Number.NaN })
        .m3PerHAt20C;
      const emissionFactor = mgPerM3 * flowM3PerMj;
      return { emissionFactor, massRate: (emissionFactor * inputs.number("heatInput", "MJ/h")) / 1e6 };
    },
  },
  "normal-flow": {
    inputs: ["velocity", "area", "gasTemp", "pressure", "h2o"],
    expected: ["wetFlow", "dryFlow"],
    compute: (inputs) => {
      const flow = pitotFlow(
        inputs.number("velocity"),
        inputs.number("area"),
        inputs.number("gasTemp", "degC"),
        inputs.number("pressure", "kPa"),
        inputs.numberOr("h2o", 0),
      );
      if (flow === null) return { wetFlow: null, dryFlow: null };
      return { wetFlow: flow.wet.nm3PerH / 60, dryFlow: flow.dry.nm3PerH / 60 };
    },
  },
  "hourly-mean": {
    inputs: ["quarters", "refO2", "denominatorFloor", "minValid", "order"],
    expected: ["valid", "mean"],
    compute: (inputs) => {
      const order = averagingOrders.find((each) => each === inputs.text("order"));
      if (order === undefined) throw new CaseFault(`order must be ${averagingOrders.join(" or ")}`);
      const quarters = inputs
        .list("quarters")
        .map((quarter) =>
          quarter.flag("valid", true) && quarter.has("c") && quarter.has("o2")
            ? { concentration: quarter.number("c"), o2DryPercent: quarter.number("o2") }
            : null,
        );
      const floor = inputs.numberOr("denominatorFloor", 1);
      const mean = hourlyMean(quarters, inputs.number("refO2"), order, inputs.numberOr("minValid", 3), floor);
      return { valid: mean !== null, mean };
    },
  },
  "co2-fuel": {
    inputs: ["items"],
    expected: ["co2"],
    compute: (inputs) => ({
      co2: inputs
        .list("items")
        .reduce(
          (sum, item) => sum + co2Kg(item.number("quantity"), ncvMj(item, "ncv"), item.number("ef")) / 1_000,
          0,
        ),
    }),
  },
  "co2-retrofit": {
    inputs: ["fuelBefore", "ncvBefore", "efBefore", "effBefore", "ncvAfter", "efAfter", "effAfter"],
    expected: ["co2Before", "fuelAfter", "co2After", "reductionPct"],
    compute: (inputs) => {
      const change = fuelSwitch(
        {
          quantity: inputs.number("fuelBefore"),
          ncvMjPerUnit: ncvMj(inputs, "ncvBefore"),
          co2KgPerTj: inputs.number("efBefore"),
          efficiencyLhvPercent: inputs.number("effBefore"),
        },
        {
          ncvMjPerUnit: ncvMj(inputs, "ncvAfter"),
          co2KgPerTj: inputs.number("efAfter"),
          efficiencyLhvPercent: inputs.number("effAfter"),
        },
      );
      return {
        co2Before: change?.co2BeforeT ?? null,
        fuelAfter: change?.fuelAfter ?? null,
        co2After: change?.co2AfterT ?? null,
        reductionPct: change?.reductionPercent ?? null,
      };
    },
  },
  "sum-reduction": {
    inputs: ["parts", "sharePct"],
    expected: ["total", "baseline"],
    compute: (inputs) => {
      const total = inputs.list("parts").reduce((sum, part) => sum + part.number("value"), 0);
      const share = inputs.optional("sharePct");
      return { total, baseline: share === null ? null : total / (share / 100) };
    },
  },
  "acid-dew-point": {
    inputs: ["h2o", "pressure", "so3", "pSO3mmHg", "so2Dry", "conversion"],
    expected: ["verhoffBanchero", "okkes"],
    compute: (inputs) => {
      const water = inputs.number("h2o");
      const totalAtm = inputs.numberOr("pressure", 1, "atm");
      const so3 = inputs.has("so2Dry")
        ? so3WetPpm(inputs.number("so2Dry"), water, inputs.number("conversion"))
        : inputs.has("so3")
          ? inputs.number("so3")
          : (inputs.number("pSO3mmHg", "mmHg") / 760 / totalAtm) * 1e6;
      const pressures = partialPressures(water, so3, totalAtm);
      return {
        verhoffBanchero: acidDewPointVerhoffBancheroC(pressures.waterMmHg, pressures.so3MmHg),
        okkes: acidDewPointOkkesC(pressures.waterAtm, pressures.so3Atm),
      };
    },
  },
  "water-dew-point": {
    inputs: ["h2o", "pressure"],
    expected: ["dewPoint"],
    compute: (inputs) => ({
      dewPoint: waterDewPointC(inputs.number("h2o"), inputs.numberOr("pressure", 1, "atm")),
    }),
  },
  "steam-enthalpy": {
    inputs: [
      "absolutePressure",
      "gaugePressure",
      "atmosphere",
      "state",
      "dryness",
      "temperature",
      "tableValue",
    ],
    expected: ["saturationTemp", "h"],
    compute: (inputs) => {
      const pressure = inputs.has("gaugePressure")
        ? absolutePressure(
            { barG: inputs.number("gaugePressure", "kPa") / 100 },
            inputs.numberOr("atmosphere", 101.325, "kPa") / 100,
          )
        : { absoluteMpa: inputs.number("absolutePressure", "kPa") / 1_000 };
      const state = inputs.text("state");
      const h =
        state === "saturated"
          ? saturatedEnthalpyKjPerKg(pressure, inputs.numberOr("dryness", 1))
          : state === "liquid"
            ? liquidEnthalpyKjPerKg(pressure, inputs.number("temperature", "degC"))
            : steamEnthalpyKjPerKg(pressure, inputs.number("temperature", "degC"));
      return { saturationTemp: saturationTempC(pressure), h };
    },
  },
  "emission-limit": {
    inputs: ["pollutant", "corrected", "boilerStatus", "date", "firing"],
    expected: ["applies", "limit", "verdict"],
    compute: (inputs, { emissionStandards }) => {
      const names = { PM: "pmAtRefO2MgPerNm3", SOx: "soxAtRefO2Ppm", NOx: "noxAtRefO2Ppm" } as const;
      const name = names[inputs.text("pollutant") as keyof typeof names];
      if (name === undefined) throw new CaseFault(`pollutant must be ${Object.keys(names).join(", ")}`);
      const standing = inputs.text("boilerStatus") === "new" ? "new" : "existing";
      const atMs = Date.parse(`${inputs.text("date")}T12:00:00+08:00`);
      const bound = emissionStandards.map((each) => ({ ...each, validFrom: each.inForceFrom[standing] }));
      const limit = inForceAt(bound, atMs)?.limits[name] ?? null;
      if (limit === null) return { applies: false, limit, verdict: "not-applicable" };
      if (!inputs.flag("firing", true)) return { applies: true, limit, verdict: "not-evaluated" };
      return {
        applies: true,
        limit,
        verdict: inputs.number("corrected") <= limit ? "compliant" : "violation",
      };
    },
  },
  "thumb-saving": {
    inputs: ["fuel", "o2Before", "o2After", "tempBefore", "tempAfter"],
    expected: ["o2Saving", "tempSaving"],
    compute: (inputs, { thumb }) => ({
      o2Saving: inputs.has("o2Before")
        ? o2ThumbSavingPercent(inputs.number("o2Before"), inputs.number("o2After"), thumb.o2)
        : null,
      tempSaving: inputs.has("tempBefore")
        ? exhaustThumbSavingPercent(inputs.number("tempBefore"), inputs.number("tempAfter"), thumb.exhaust)
        : null,
    }),
  },
};

function directEfficiencies(usefulHeatKw: number, inputs: Inputs): Results {
  const inputKw = (heatingValue: string) =>
    inputs.has(heatingValue) ? (inputs.number("fuelRate") * inputs.number(heatingValue, "kJ/")) / 3_600 : 0;
  return {
    efficiencyLHV: efficiencyDirectPercent(usefulHeatKw, inputKw("LHV")),
    efficiencyHHV: efficiencyDirectPercent(usefulHeatKw, inputKw("HHV")),
  };
}

function ncvMj(inputs: Inputs, name: string): number {
  return inputs.number(name, "MJ/");
}
