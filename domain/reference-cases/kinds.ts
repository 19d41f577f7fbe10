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
import { heatLosses, waterLatentKjPerMol } from "../combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "../combustion/siegert.ts";
import { type Composition, type FuelGas, fuelGases, stoichiometry } from "../combustion/stoichiometry.ts";
import { noInput } from "../emissions/clock-hour.ts";
import { concentrationOfPpm, massRateKgPerH, normalLitrePerMol } from "../emissions/concentration.ts";
import type { EmissionQuantity } from "../emissions/emission-quantity.ts";
import { co2Kg, fuelSwitch } from "../emissions/greenhouse-gas.ts";
import { averagingOrders, hourlyMean } from "../emissions/hourly-mean.ts";
import { flowAtReferenceO2, isO2Clamped, o2CorrectionFactor } from "../emissions/reference-oxygen.ts";
import {
  dryFlow,
  fdFromAnalysis,
  method19Flow,
  moistureFromFlowsPercent,
  pitotFlow,
} from "../emissions/stack-flow.ts";
import { burning, type FuelClass, fuelClasses, mixed } from "../fuel.ts";
import {
  type EmissionStandard,
  emissionLimitInForce,
  judgeHour,
  judgeTables,
  type LimitTables,
  limitInForce,
  notJudged,
  type TableQuantity,
  type WindowMean,
} from "../limits.ts";
import { points } from "../points.ts";
import {
  absolutePressure,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
  saturationTempC,
  steamEnthalpyKjPerKg,
} from "../steam/if97.ts";
import { efficiencyDirectPercent, steamHeatKw, thermalOilHeatKw } from "../steam/useful-heat.ts";
import { CaseFault, type Inputs, type Measured, type Results } from "./case.ts";
import { caseBoiler, caseFuel } from "./case-boiler.ts";
import { momentOf } from "./moment.ts";

/** Rules that cases are judged by, and the moment for which those ask that name no date. */
export interface CaseRules {
  readonly limitTables: readonly LimitTables[];
  readonly emissionStandards: readonly EmissionStandard[];
  readonly thumb: {
    readonly o2: { readonly savingPercent: number; readonly o2Points: number };
    readonly exhaust: { readonly savingPercent: number; readonly perK: number };
  };
  readonly atMs: number;
}

/** What a result is; of a number its unit, `null` where that follows from the inputs. */
export type ResultType =
  | {
      readonly is: "number";
      readonly unit: string | null;
      /** Another unit that says the same of this result, which in general is none of its relatives. */
      readonly same?: string;
    }
  | { readonly is: "flag" | "verdict" | "text" };

/** One kind of case: the keys it knows, and how its results come about, by the functions that run live. */
export interface CaseKind {
  readonly inputs: readonly string[];
  readonly expected: Readonly<Record<string, ResultType>>;
  readonly compute: (inputs: Inputs, rules: CaseRules) => Results;
}

const numberIn = (unit: string | null): ResultType => ({ is: "number", unit });
const flag: ResultType = { is: "flag" };
const verdict: ResultType = { is: "verdict" };
const text: ResultType = { is: "text" };

const wetInputs = ["o2Basis", "h2o"] as const;
const normalLitre = 22.414;
/** Of dry F factors, in the state of Method 19: 20 °C. */
const fdUnit = "1e-7 dscm/J";
const emissions = {
  PM: { quantity: "pmAtRefO2MgPerNm3", unit: "mg/Nm3 dry" },
  SOx: { quantity: "soxAtRefO2Ppm", unit: "ppm dry" },
  NOx: { quantity: "noxAtRefO2Ppm", unit: "ppm dry" },
} as const satisfies Readonly<Record<string, { readonly quantity: EmissionQuantity; readonly unit: string }>>;
const lhvLoss = numberIn("% of LHV");
const hhvLoss = numberIn("% of HHV");
const o2DryResult = numberIn("%vol dry");

function moisture(inputs: Inputs): number {
  return inputs.number("h2o", "%vol wet");
}

/** Dry oxygen, also where the case gives it wet with the moisture of the gas; NaN where there is none. */
function o2Dry(inputs: Inputs): number {
  const said = inputs.saysInUnit("o2", "wet") ? "wet" : "dry";
  const basis = inputs.choiceOr("o2Basis", ["dry", "wet"], said);
  if (basis === "dry") return inputs.number("o2", "%vol dry");
  return o2DryFromWetPercent(inputs.number("o2", "%vol wet"), moisture(inputs)) ?? Number.NaN;
}

function wetFlowNm3PerMin(inputs: Inputs): number {
  return inputs.number("wetFlow", "Nm3/min wet");
}

function dryFlowNm3PerMin(inputs: Inputs): number {
  if (inputs.has("dryFlow")) return inputs.number("dryFlow", "Nm3/min dry");
  return (
    dryFlow({ basis: "wet", nm3PerH: wetFlowNm3PerMin(inputs) }, moisture(inputs))?.nm3PerH ?? Number.NaN
  );
}

function dryConcentration(inputs: Inputs, litrePerMol: number) {
  return concentrationOfPpm(
    inputs.number("ppm", "ppm dry"),
    inputs.number("molarMass", "g/mol"),
    "dry",
    litrePerMol,
  );
}

/** Elements of an ultimate analysis, with the names that moisture and ash go by. */
const elements = ["C", "H", "S", "O", "N", "M", "A", "H2O", "moisture", "Ash", "ash"] as const;

function compositionOf(inputs: Inputs): Composition {
  if (inputs.choiceOr("compositionBasis", ["mass%", "mol%"], "mass%") === "mol%")
    return {
      basis: "mole",
      gases: inputs.shares("composition", fuelGases) as Partial<Record<FuelGas, number>>,
    };
  const shares = inputs.shares("composition", elements);
  const part = (...names: (typeof elements)[number][]) =>
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

/** What one unit of a fuel is: a mol of gas fuels comes by the Nm³. */
function unitOfFuel({ basis }: Composition): { readonly unit: "Nm3" | "kg"; readonly mol: number } {
  return basis === "mole" ? { unit: "Nm3", mol: 1_000 / normalLitre } : { unit: "kg", mol: 1 };
}

function coalFiringOf(inputs: Inputs, fuelClass: FuelClass): CoalFiring | null {
  const beds = ["fixed", "fluidised", "fluidized", "fixed-bed", "fluidised-bed", "fluidized-bed"] as const;
  const bed = inputs.choiceOr("bed", beds, null);
  if (fuelClass !== "coal") return null;
  if (bed === null) throw new CaseFault(`the bed of coal is missing; allowed are ${beds.join(", ")}`);
  return bed.startsWith("fluid") ? "fluidised-bed" : "fixed-bed";
}

const verdictInputs = ["fuel", "bed", "capacity", "firing", "stable", "date"] as const;

/** Our words for the verdicts. */
const verdictWords = {
  within: "within",
  above: "above",
  "no-limit": "no limit",
  "not-judged": "not judged",
  "not-in-force": "not in force",
} as const;

/** One value as the mean of a steady window; `null` is no sensor, and what no boiler can have is no number. */
function windowMean(point: "o2DryPercent" | "exhaustTempC", value: number | null): WindowMean | null {
  if (value === null) return null;
  const [lowest] = points[point].range;
  const mean = value >= lowest && Number.isFinite(value) ? value : Number.NaN;
  return { mean, samples: 1, goodSamples: 1, flaws: [] };
}

/** The limit that binds and the verdict on both tables, as the live stage takes them. */
function judged(
  inputs: Inputs,
  fuel: Inputs,
  values: { readonly o2DryPercent: number | null; readonly exhaustTempC: number | null },
  { limitTables, atMs }: CaseRules,
) {
  const fuelClass = fuel.choice("fuel", fuelClasses);
  const burnt = caseFuel(fuelClass);
  const boiler = caseBoiler({
    capacityTPerH: inputs.number("capacity", "t/h"),
    coalFiring: coalFiringOf(fuel, fuelClass),
    fuels: [burnt],
  });
  const moment = momentOf(inputs, atMs);
  const means = {
    o2DryPercent: windowMean("o2DryPercent", values.o2DryPercent),
    exhaustTempC: windowMean("exhaustTempC", values.exhaustTempC),
    steadySinceMs: moment,
  };
  const firing = inputs.flag("firing", true);
  const stable = inputs.flag("stable", true);
  const verdicts = !firing
    ? notJudged("not-firing")
    : !stable
      ? notJudged("not-steady")
      : boiler.capacityTPerH >= 0
        ? judgeTables(means, boiler, burnt, limitTables, moment)
        : notJudged("no-data"); // no boiler has such a capacity
  return (quantity: TableQuantity) => ({
    limit: limitInForce(quantity, boiler, burnt, limitTables, moment)?.limit ?? null,
    verdict: verdictWords[verdicts[quantity].kind],
  });
}

function measured(value: number | null, unit: string | null): Measured {
  return { value, unit };
}

export const caseKinds: Readonly<Record<string, CaseKind>> = {
  "air-ratio": {
    inputs: ["o2", ...wetInputs],
    expected: { computable: flag, airRatio: numberIn("1"), o2Dry: o2DryResult },
    compute: (inputs) => {
      const o2 = o2Dry(inputs);
      const ratio = airRatio(o2);
      return { computable: ratio !== null, airRatio: ratio, o2Dry: o2 };
    },
  },
  "air-ratio-limit": {
    inputs: ["o2", ...wetInputs, ...verdictInputs],
    expected: {
      airRatio: numberIn("1"),
      limit: numberIn("1"),
      verdict,
      computable: flag,
      o2Dry: o2DryResult,
    },
    compute: (inputs, rules) => {
      const o2 = o2Dry(inputs);
      const ratio = airRatio(o2);
      const of = judged(inputs, inputs, { o2DryPercent: o2, exhaustTempC: null }, rules);
      return { airRatio: ratio, computable: ratio !== null, o2Dry: o2, ...of("airRatio") };
    },
  },
  "exhaust-temp-limit": {
    inputs: ["exhaustTemp", ...verdictInputs],
    expected: { limit: numberIn("degC"), verdict },
    compute: (inputs, rules) => {
      const exhaustTempC = inputs.number("exhaustTemp", "degC");
      return judged(inputs, inputs, { o2DryPercent: null, exhaustTempC }, rules)("exhaustTempC");
    },
  },
  "governing-fuel": {
    inputs: ["fuels", "o2", "exhaustTemp", "capacity", "firing", "stable", "date", ...wetInputs],
    expected: {
      governingFuel: text,
      governingShare: numberIn("1"),
      airRatioLimit: numberIn("1"),
      exhaustTempLimit: numberIn("degC"),
      airRatio: numberIn("1"),
      verdict,
      exhaustVerdict: verdict,
    },
    compute: (inputs, rules) => {
      const fuels = inputs.list("fuels", ["fuel", "bed", "rate", "ncv"]);
      if (fuels.length === 0) throw new CaseFault("fuels names no fuel");
      const heats = fuels.map((fuel) => {
        const { quantity, mjPerUnit } = fuel.fuelHeat("rate", "ncv", "MJ", "h");
        return quantity * mjPerUnit;
      });
      const parts = fuels.map((fuel) => burning(caseFuel(fuel.choice("fuel", fuelClasses))));
      const total = heats.reduce((sum, heat) => sum + heat, 0);
      const most = Math.max(...heats);
      const governing = mixed(parts, heats) === null ? undefined : fuels[heats.indexOf(most)];
      const o2DryPercent = inputs.has("o2") ? o2Dry(inputs) : null;
      const exhaustTempC = inputs.optional("exhaustTemp", "degC");
      const ratio = o2DryPercent === null ? null : airRatio(o2DryPercent);
      if (governing === undefined) {
        const { kind } = notJudged("fuel-unknown").airRatio;
        return { airRatio: ratio, verdict: verdictWords[kind], exhaustVerdict: verdictWords[kind] };
      }
      const of = judged(inputs, governing, { o2DryPercent, exhaustTempC }, rules);
      const byAir = of("airRatio");
      const byExhaust = of("exhaustTempC");
      return {
        governingFuel: governing.text("fuel"),
        governingShare: most / total,
        airRatioLimit: byAir.limit,
        exhaustTempLimit: byExhaust.limit,
        airRatio: ratio,
        verdict: byAir.verdict,
        exhaustVerdict: byExhaust.verdict,
      };
    },
  },
  "o2-correction": {
    inputs: ["concentration", "o2", "refO2", "denominatorFloor", ...wetInputs],
    expected: { corrected: numberIn(null), o2Clamped: flag, o2Dry: o2DryResult },
    compute: (inputs) => {
      const o2 = o2Dry(inputs);
      const floor = inputs.numberOr("denominatorFloor", 1, "%vol");
      const { value, unit } = inputs.measured("concentration", ["ppm dry", "mg/Nm3 dry"]);
      const factor = o2CorrectionFactor(o2, inputs.number("refO2", "%vol dry"), floor);
      return {
        corrected: measured(factor === null ? null : value * factor, unit),
        o2Clamped: isO2Clamped(o2, floor),
        o2Dry: o2,
      };
    },
  },
  "flow-correction": {
    inputs: ["dryFlow", "wetFlow", "o2", "refO2", ...wetInputs],
    expected: { correctedFlow: numberIn("Nm3/min dry") },
    compute: (inputs) => {
      const flow = { basis: "dry", nm3PerH: dryFlowNm3PerMin(inputs) } as const;
      const refO2 = inputs.number("refO2", "%vol dry");
      return { correctedFlow: flowAtReferenceO2(flow, o2Dry(inputs), refO2)?.nm3PerH ?? null };
    },
  },
  "ppm-to-mg": {
    inputs: ["ppm", "molarMass", "molarVolume"],
    expected: { massConcentration: numberIn("mg/Nm3") },
    compute: (inputs) => ({ massConcentration: dryConcentration(inputs, molarVolume(inputs)).mgPerNm3 }),
  },
  "mass-rate": {
    inputs: ["ppm", "massConcentration", "molarMass", "molarVolume", "dryFlow", "wetFlow", "h2o"],
    expected: { massRate: numberIn("kg/h") },
    compute: (inputs) => {
      const concentration = inputs.has("massConcentration")
        ? ({ basis: "dry", mgPerNm3: inputs.number("massConcentration", "mg/Nm3 dry") } as const)
        : dryConcentration(inputs, molarVolume(inputs));
      return {
        massRate: massRateKgPerH(concentration, { basis: "dry", nm3PerH: 60 * dryFlowNm3PerMin(inputs) }),
      };
    },
  },
  "moisture-from-flows": {
    inputs: ["wetFlow", "dryFlow"],
    expected: { h2o: numberIn("%vol wet") },
    compute: (inputs) => ({
      h2o: moistureFromFlowsPercent(
        { basis: "wet", nm3PerH: wetFlowNm3PerMin(inputs) },
        { basis: "dry", nm3PerH: inputs.number("dryFlow", "Nm3/min dry") },
      ),
    }),
  },
  "wet-to-dry-o2": {
    inputs: ["o2", "h2o", "o2Basis"],
    expected: { o2Dry: o2DryResult },
    compute: (inputs) => {
      inputs.choiceOr("o2Basis", ["wet"], "wet");
      return { o2Dry: o2DryFromWetPercent(inputs.number("o2", "%vol wet"), moisture(inputs)) };
    },
  },
  "excess-air": {
    inputs: ["composition", "compositionBasis", "o2", "co", "airHumidity", ...wetInputs],
    expected: {
      lambda: numberIn("1"),
      excessAir: numberIn("%"),
      h2oWet: numberIn("%vol wet"),
      co2Dry: numberIn("%vol dry"),
      dryFlueVolume: numberIn(null),
      wetFlueVolume: numberIn(null),
      theoreticalAir: numberIn(null),
      o2Dry: o2DryResult,
    },
    compute: (inputs) => {
      const composition = compositionOf(inputs);
      const fuel = stoichiometry(composition);
      const o2 = o2Dry(inputs);
      const co = inputs.numberOr("co", 0, "ppm dry");
      const ratio = excessAirRatio(o2, fuel, co);
      const gas = flueGas(o2, fuel, inputs.numberOr("airHumidity", 0, "kg/kg"), co);
      const per = unitOfFuel(composition);
      const volume = (mol: number | null) =>
        measured(mol === null ? null : (mol * normalLitre * per.mol) / 1_000, `Nm3/${per.unit}`);
      return {
        lambda: ratio,
        excessAir: ratio === null ? null : 100 * (ratio - 1),
        h2oWet: gas === null ? null : (100 * gas.waterMol) / gas.wetMol,
        co2Dry: expectedCo2DryPercent(o2, fuel),
        dryFlueVolume: volume(gas?.dryMol ?? null),
        wetFlueVolume: volume(gas?.wetMol ?? null),
        theoreticalAir: volume(fuel.airMol),
        o2Dry: o2,
      };
    },
  },
  siegert: {
    inputs: ["gasTemp", "airTemp", "o2", "A2", "B", "crossCheck", ...wetInputs],
    expected: { loss: lhvLoss, efficiency: lhvLoss },
    compute: (inputs) => {
      const constants = { a2: inputs.number("A2", "1"), b: inputs.number("B", "1") };
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
    expected: {
      dryLHV: lhvLoss,
      coLossLHV: lhvLoss,
      totalLHV: lhvLoss,
      totalHHV: hhvLoss,
      efficiencyLHV: lhvLoss,
      efficiencyHHV: hhvLoss,
      lambda: numberIn("1"),
    },
    compute: (inputs) => {
      const composition = compositionOf(inputs);
      const fuel = stoichiometry(composition);
      const per = unitOfFuel(composition);
      const heatingValue = (name: string) => inputs.number(name, `kJ/${per.unit}`) / per.mol;
      const ncvKj = heatingValue("LHV");
      const gcvKj = inputs.has("HHV") ? heatingValue("HHV") : ncvKj + fuel.waterMol * waterLatentKjPerMol;
      const o2 = o2Dry(inputs);
      const co = inputs.numberOr("co", 0, "ppm dry");
      const shellLoss = (name: string) => inputs.numberOr(name, 0, "% of LHV");
      const losses = heatLosses(
        {
          o2DryPercent: o2,
          exhaustTempC: inputs.number("gasTemp", "degC"),
          airTempC: inputs.number("airTemp", "degC"),
          airHumidityKgPerKg: inputs.numberOr("airHumidity", 0, "kg/kg"),
          coDryPpm: co,
          ashKg: 0,
          carbonInAshPercent: 0,
          surfaceLossLhvPercent: shellLoss("radiationLossLHV") + shellLoss("otherLossLHV"),
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
        lambda: excessAirRatio(o2, fuel, co),
      };
    },
  },
  "useful-heat-steam": {
    inputs: ["steamFlow", "hSteam", "hFeed", "fuelRate", "LHV", "HHV"],
    expected: { usefulHeat: numberIn("kW"), efficiencyLHV: lhvLoss, efficiencyHHV: hhvLoss },
    compute: (inputs) => {
      const usefulHeat = steamHeatKw(
        inputs.number("steamFlow", "kg/h"),
        inputs.number("hSteam", "kJ/kg"),
        inputs.number("hFeed", "kJ/kg"),
      );
      return { usefulHeat, ...directEfficiencies(usefulHeat, inputs) };
    },
  },
  "useful-heat-oil": {
    inputs: ["oilFlow", "density", "cp", "tIn", "tOut", "fuelRate", "LHV", "HHV"],
    expected: { usefulHeat: numberIn("kW"), efficiencyLHV: lhvLoss, efficiencyHHV: hhvLoss },
    compute: (inputs) => {
      const usefulHeat = thermalOilHeatKw(
        inputs.number("oilFlow", "m3/h"),
        inputs.number("tIn", "degC"),
        inputs.number("tOut", "degC"),
        { densityKgPerM3: inputs.number("density", "kg/m3") },
        { specificHeatKjPerKgK: inputs.number("cp", "kJ/kgK") },
      );
      return { usefulHeat, ...directEfficiencies(usefulHeat, inputs) };
    },
  },
  "m19-flow": {
    inputs: ["fuelRate", "HHV", "Fd", "o2", "composition", "compositionBasis", ...wetInputs],
    expected: {
      dryFlow20C: { is: "number", unit: "m3/h", same: "dscm/h" },
      dryFlowNormal: numberIn("Nm3/h"),
    },
    compute: (inputs) => {
      const { quantity, mjPerUnit } = inputs.fuelHeat("fuelRate", "HHV", "MJ", "h");
      const flow = method19Flow(quantity * mjPerUnit, dryFactor(inputs), o2Dry(inputs));
      return { dryFlow20C: flow?.m3PerHAt20C ?? null, dryFlowNormal: flow?.normal.nm3PerH ?? null };
    },
  },
  "m19-fd": {
    inputs: ["composition", "compositionBasis", "HHV"],
    expected: { Fd: numberIn(fdUnit) },
    compute: (inputs) => {
      const composition = compositionOf(inputs);
      if (composition.basis !== "mass") throw new CaseFault("composition must be by mass");
      return { Fd: fdFromAnalysis(composition, inputs.number("HHV", "kJ/kg")) };
    },
  },
  "m19-emission": {
    inputs: ["ppm", "molarMass", "Fd", "o2", "heatInput", ...wetInputs],
    expected: { emissionFactor: numberIn("mg/MJ"), massRate: numberIn("kg/h") },
    compute: (inputs) => {
      // Method 19 works at 20 °C: 24.055 L/mol.
      const mgPerM3 = dryConcentration(inputs, 24.055).mgPerNm3;
      const flow = method19Flow(1, dryFactor(inputs), o2Dry(inputs));
      const emissionFactor = mgPerM3 * (flow?.m3PerHAt20C ?? Number.NaN);
      return { emissionFactor, massRate: (emissionFactor * inputs.number("heatInput", "MJ/h")) / 1e6 };
    },
  },
  "normal-flow": {
    inputs: ["velocity", "area", "gasTemp", "pressure", "h2o"],
    expected: { wetFlow: numberIn("Nm3/min wet"), dryFlow: numberIn("Nm3/min dry") },
    compute: (inputs) => {
      const flow = pitotFlow(
        inputs.number("velocity", "m/s"),
        inputs.number("area", "m2"),
        inputs.number("gasTemp", "degC"),
        inputs.absoluteKpa("pressure"),
        inputs.numberOr("h2o", 0, "%vol wet"),
      );
      if (flow === null) return { wetFlow: null, dryFlow: null };
      return { wetFlow: flow.wet.nm3PerH / 60, dryFlow: flow.dry.nm3PerH / 60 };
    },
  },
  "hourly-mean": {
    inputs: ["quarters", "refO2", "denominatorFloor", "minValid", "order"],
    expected: { valid: flag, mean: numberIn(null) },
    compute: (inputs) => {
      const order = inputs.choice("order", averagingOrders);
      const quarters = inputs.list("quarters", ["c", "o2", "valid"]);
      // All quarters are said in the unit of the first that has one.
      const unit = quarters.reduce<string | null>(
        (found, quarter) => found ?? (quarter.has("c") ? concentrationOf(quarter).unit : null),
        null,
      );
      const samples = quarters.map((quarter) =>
        quarter.flag("valid", true) && quarter.has("c") && quarter.has("o2")
          ? {
              concentration: unit === null ? concentrationOf(quarter).value : quarter.number("c", unit),
              o2DryPercent: quarter.number("o2", "%vol dry"),
            }
          : null,
      );
      const floor = inputs.numberOr("denominatorFloor", 1, "%vol");
      const refO2 = inputs.number("refO2", "%vol dry");
      const mean = hourlyMean(samples, refO2, order, inputs.numberOr("minValid", 3, "1"), floor);
      return { valid: mean !== null, mean: measured(mean, unit) };
    },
  },
  "co2-fuel": {
    inputs: ["items"],
    expected: { co2: numberIn("t") },
    compute: (inputs) => {
      const items = inputs.list("items", ["fuel", "quantity", "ncv", "ef"]).map((item) => {
        const { quantity, mjPerUnit, perTime } = item.fuelHeat("quantity", "ncv", "MJ", null);
        return { kg: co2Kg(quantity, mjPerUnit, item.number("ef", "kg/TJ")), perTime };
      });
      const perTime = items[0]?.perTime ?? "";
      if (items.some((item) => item.perTime !== perTime))
        throw new CaseFault("the quantities of items are not all of the same time");
      const co2T = items.reduce((sum, { kg }) => sum + (kg ?? Number.NaN) / 1_000, 0);
      return { co2: measured(co2T, `t${perTime}`) };
    },
  },
  "co2-retrofit": {
    inputs: ["fuelBefore", "ncvBefore", "efBefore", "effBefore", "ncvAfter", "efAfter", "effAfter"],
    expected: {
      co2Before: numberIn("t"),
      fuelAfter: numberIn(null),
      co2After: numberIn("t"),
      reductionPct: numberIn("%"),
    },
    compute: (inputs) => {
      const before = inputs.fuelHeat("fuelBefore", "ncvBefore", "MJ", null);
      const after = inputs.heatingValue("ncvAfter", "MJ");
      const change = fuelSwitch(
        {
          quantity: before.quantity,
          ncvMjPerUnit: before.mjPerUnit,
          co2KgPerTj: inputs.number("efBefore", "kg/TJ"),
          efficiencyLhvPercent: inputs.number("effBefore", "% of LHV"),
        },
        {
          ncvMjPerUnit: after.mjPerUnit,
          co2KgPerTj: inputs.number("efAfter", "kg/TJ"),
          efficiencyLhvPercent: inputs.number("effAfter", "% of LHV"),
        },
      );
      return {
        co2Before: measured(change?.co2BeforeT ?? null, `t${before.perTime}`),
        fuelAfter: measured(
          change?.fuelAfter ?? null,
          after.unit === null ? null : `${after.unit}${before.perTime}`,
        ),
        co2After: measured(change?.co2AfterT ?? null, `t${before.perTime}`),
        reductionPct: change?.reductionPercent ?? null,
      };
    },
  },
  "sum-reduction": {
    inputs: ["parts", "sharePct"],
    expected: { total: numberIn(null), baseline: numberIn(null) },
    compute: (inputs) => {
      const parts = inputs.quantities("parts");
      const share = inputs.optional("sharePct", "%");
      const total = parts.values.reduce((sum, part) => sum + part, 0);
      return {
        total: measured(total, parts.unit),
        baseline: measured(share === null ? null : total / (share / 100), parts.unit),
      };
    },
  },
  "acid-dew-point": {
    inputs: ["h2o", "pressure", "so3", "pSO3mmHg", "so2Dry", "conversion"],
    expected: { verhoffBanchero: numberIn("degC"), okkes: numberIn("degC") },
    compute: (inputs) => {
      const water = moisture(inputs);
      const totalAtm = totalPressureAtm(inputs);
      const so3 = inputs.has("so2Dry")
        ? so3WetPpm(inputs.number("so2Dry", "ppm dry"), water, inputs.number("conversion", "%"))
        : inputs.has("so3")
          ? inputs.number("so3", "ppm wet")
          : (inputs.number("pSO3mmHg", "mmHg absolute") / 760 / totalAtm) * 1e6;
      const pressures = partialPressures(water, so3 ?? Number.NaN, totalAtm);
      return {
        verhoffBanchero: acidDewPointVerhoffBancheroC(pressures.waterMmHg, pressures.so3MmHg),
        okkes: acidDewPointOkkesC(pressures.waterAtm, pressures.so3Atm),
      };
    },
  },
  "water-dew-point": {
    inputs: ["h2o", "pressure"],
    expected: { dewPoint: numberIn("degC") },
    compute: (inputs) => ({ dewPoint: waterDewPointC(moisture(inputs), totalPressureAtm(inputs)) }),
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
    expected: { saturationTemp: numberIn("degC"), h: numberIn("kJ/kg") },
    compute: (inputs) => {
      const atmosphereKpa = inputs.numberOr("atmosphere", 101.325, "kPa absolute");
      const pressure = inputs.has("gaugePressure")
        ? absolutePressure(
            { barG: inputs.gaugeKpa("gaugePressure", atmosphereKpa) / 100 },
            atmosphereKpa / 100,
          )
        : { absoluteMpa: inputs.absoluteKpa("absolutePressure", atmosphereKpa) / 1_000 };
      const state = inputs.choice("state", ["saturated", "liquid", "superheated"]);
      const h =
        state === "saturated"
          ? saturatedEnthalpyKjPerKg(pressure, inputs.numberOr("dryness", 1, "1"))
          : state === "liquid"
            ? liquidEnthalpyKjPerKg(pressure, inputs.number("temperature", "degC"))
            : steamEnthalpyKjPerKg(pressure, inputs.number("temperature", "degC"));
      return { saturationTemp: saturationTempC(pressure), h };
    },
  },
  "emission-limit": {
    inputs: ["pollutant", "corrected", "boilerStatus", "date", "firing"],
    expected: { applies: flag, limit: numberIn(null), verdict },
    compute: (inputs, { emissionStandards, atMs }) => {
      const pollutant = inputs.choice("pollutant", ["PM", "SOx", "NOx"]);
      const { quantity, unit } = emissions[pollutant];
      const boiler = caseBoiler({ standing: inputs.choice("boilerStatus", ["new", "existing"]) });
      const moment = momentOf(inputs, atMs);
      const inForce = emissionLimitInForce(quantity, boiler, emissionStandards, moment);
      const firing = inputs.flag("firing", true);
      const corrected = inputs.optional("corrected", unit);
      if (corrected === null && firing && inForce !== null) throw new CaseFault("input corrected is missing");
      const valid = firing && corrected !== null && corrected >= 0 && Number.isFinite(corrected);
      const hour = {
        hourStartMs: moment,
        mean: valid ? corrected : null,
        validMinutes: valid ? 60 : 0,
        clampedMinutes: 0,
        input: noInput,
      };
      const { kind } = judgeHour(quantity, hour, boiler, emissionStandards);
      return {
        applies: inForce !== null,
        limit: measured(inForce?.limit ?? null, unit),
        verdict: verdictWords[kind],
      };
    },
  },
  "thumb-saving": {
    inputs: ["fuel", "o2Before", "o2After", "tempBefore", "tempAfter"],
    expected: { o2Saving: numberIn("% of fuel"), tempSaving: numberIn("% of fuel") },
    compute: (inputs, { thumb }) => {
      const o2 = (name: string) => inputs.number(name, "%vol dry");
      const temp = (name: string) => inputs.number(name, "degC");
      return {
        o2Saving: inputs.has("o2Before")
          ? o2ThumbSavingPercent(o2("o2Before"), o2("o2After"), thumb.o2)
          : null,
        tempSaving: inputs.has("tempBefore")
          ? exhaustThumbSavingPercent(temp("tempBefore"), temp("tempAfter"), thumb.exhaust)
          : null,
      };
    },
  },
};

function molarVolume(inputs: Inputs): number {
  return inputs.numberOr("molarVolume", normalLitrePerMol, "L/mol");
}

function concentrationOf(quarter: Inputs) {
  return quarter.measured("c", ["ppm dry", "mg/Nm3 dry"]);
}

function dryFactor(inputs: Inputs): number {
  return inputs.numberInOneOf("Fd", [fdUnit, "1e-7 m3/J"]);
}

function totalPressureAtm(inputs: Inputs): number {
  return inputs.has("pressure") ? inputs.absoluteAtm("pressure") : 1;
}

function directEfficiencies(usefulHeatKw: number | null, inputs: Inputs): Results {
  const efficiency = (heatingValue: string) => {
    if (usefulHeatKw === null || !inputs.has(heatingValue)) return null;
    const { quantity, mjPerUnit } = inputs.fuelHeat("fuelRate", heatingValue, "kJ", "h");
    return efficiencyDirectPercent(usefulHeatKw, (quantity * mjPerUnit) / 3.6);
  };
  return { efficiencyLHV: efficiency("LHV"), efficiencyHHV: efficiency("HHV") };
}
