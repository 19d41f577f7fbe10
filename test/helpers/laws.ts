import { avoidableFuelPercent } from "../../domain/advice/avoidable-fuel.ts";
import { recoveryRoom } from "../../domain/advice/heat-recovery.ts";
import { exhaustThumbSavingPercent, o2ThumbSavingPercent } from "../../domain/advice/rules-of-thumb.ts";
import { wallLossWPerM2 } from "../../domain/advice/wall-loss.ts";
import { alongCurve, tunedO2At } from "../../domain/boiler.ts";
import { airRatio, airRatioHundredths } from "../../domain/combustion/air-ratio.ts";
import * as dewPoint from "../../domain/combustion/dew-point.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "../../domain/combustion/dry-oxygen.ts";
import { excessAirRatio, expectedCo2DryPercent, flueGas } from "../../domain/combustion/excess-air.ts";
import { gasEnthalpies, gasHeat } from "../../domain/combustion/gas-enthalpy.ts";
import { heatLosses, surfaceLossLhvPercent, surfaceLossMw } from "../../domain/combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "../../domain/combustion/siegert.ts";
import { molarMassKgPerMol, stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import {
  concentrationOfPpm,
  massRateKgPerH,
  ppmOfConcentration,
} from "../../domain/emissions/concentration.ts";
import { co2Kg, fuelSwitch, greenhouseGases } from "../../domain/emissions/greenhouse-gas.ts";
import { averagingOrders, hourlyMean } from "../../domain/emissions/hourly-mean.ts";
import * as reference from "../../domain/emissions/reference-oxygen.ts";
import * as stackFlow from "../../domain/emissions/stack-flow.ts";
import { stayUnder } from "../../domain/emissions/stay-under.ts";
import { soxEstimateDryPpm } from "../../domain/emissions/sulphur.ts";
import { burning, mixed } from "../../domain/fuel.ts";
import { impliedFuelRatePerH, impliedSulphurPercent } from "../../domain/stack-test.ts";
import * as if97 from "../../domain/steam/if97.ts";
import * as usefulHeat from "../../domain/steam/useful-heat.ts";
import { fuel } from "./boilers.ts";

export const heavyOil = burning(fuel("heavy-oil"));
export const gas = burning(fuel("natural-gas"));
export const of = heavyOil.stoichiometry;
export const dry = (mgPerNm3: number) => ({ basis: "dry", mgPerNm3 }) as const;
export const dryGas = (nm3PerH: number) => ({ basis: "dry", nm3PerH }) as const;
export const wetGas = (nm3PerH: number) => ({ basis: "wet", nm3PerH }) as const;

export type Law = (...numbers: number[]) => unknown;

/** Each gives numbers, or `null`: for any numbers that go in, and `null` whenever one of them is none. */
export const orNull: Readonly<Record<string, Law>> = {
  airRatio,
  airRatioHundredths,
  acidDewPointVerhoffBancheroC: dewPoint.acidDewPointVerhoffBancheroC,
  acidDewPointOkkesC: dewPoint.acidDewPointOkkesC,
  waterDewPointC: (water = 0, atm = 0) => dewPoint.waterDewPointC(water, atm),
  o2DryFromWetPercent,
  flueMoisturePercent: (o2 = 0, humidity = 0) => flueMoisturePercent(o2, of, humidity),
  excessAirRatio: (o2 = 0, co = 0) => excessAirRatio(o2, of, co),
  expectedCo2DryPercent: (o2 = 0) => expectedCo2DryPercent(o2, of),
  flueGas: (o2 = 0, humidity = 0, co = 0) => flueGas(o2, of, humidity, co),
  gasEnthalpies,
  gasHeat,
  heatLosses: (
    o2 = 0,
    exhaust = 0,
    air = 0,
    humidity = 0,
    co = 0,
    ash = 0,
    carbon = 0,
    surface = 0,
    ncv = 0,
    gcv = 0,
  ) =>
    heatLosses(
      {
        o2DryPercent: o2,
        exhaustTempC: exhaust,
        airTempC: air,
        airHumidityKgPerKg: humidity,
        coDryPpm: co,
        ashKg: ash,
        carbonInAshPercent: carbon,
        surfaceLossLhvPercent: surface,
      },
      of,
      { ncvKj: ncv, gcvKj: gcv },
    ),
  surfaceLossLhvPercent,
  surfaceLossMw,
  stackLossSiegertLhvPercent: (exhaust = 0, air = 0, o2 = 0, a2 = 0, b = 0) =>
    stackLossSiegertLhvPercent(exhaust, air, o2, { a2, b }),
  ppmOfConcentration: (mg = 0, mass = 0, litre = 0) => ppmOfConcentration(dry(mg), mass, litre),
  fuelSwitch: (quantity = 0, ncv = 0, ef = 0, eta = 0, ncvAfter = 0, efAfter = 0, etaAfter = 0) =>
    fuelSwitch(
      { quantity, ncvMjPerUnit: ncv, co2KgPerTj: ef, efficiencyLhvPercent: eta },
      { ncvMjPerUnit: ncvAfter, co2KgPerTj: efAfter, efficiencyLhvPercent: etaAfter },
    ),
  hourlyMean: (c1 = 0, o1 = 0, c2 = 0, o2 = 0, c3 = 0, o3 = 0, ref = 0, min = 0, floor = 0) => {
    const quarters = [
      { concentration: c1, o2DryPercent: o1 },
      { concentration: c2, o2DryPercent: o2 },
      { concentration: c3, o2DryPercent: o3 },
    ];
    const [first, second] = averagingOrders.map((order) => hourlyMean(quarters, ref, order, min, floor));
    return [first, second].every((mean) => mean === null) ? null : { first, second };
  },
  pitotFlow: stackFlow.pitotFlow,
  moistureFromFlowsPercent: (w = 0, d = 0) => stackFlow.moistureFromFlowsPercent(wetGas(w), dryGas(d)),
  method19Flow: stackFlow.method19Flow,
  fdFromAnalysis: (c = 0, h = 0, s = 0, n = 0, o = 0, gcv = 0) =>
    stackFlow.fdFromAnalysis({ c, h, s, n, o }, gcv),
  soxEstimateDryPpm: (o2 = 0) => soxEstimateDryPpm(of, o2),
  saturationTempC: (absoluteMpa = 0) => if97.saturationTempC({ absoluteMpa }),
  saturationPressure: if97.saturationPressure,
  liquidEnthalpyKjPerKg: (absoluteMpa = 0, t = 0) => if97.liquidEnthalpyKjPerKg({ absoluteMpa }, t),
  liquidDensityKgPerM3: (absoluteMpa = 0, t = 0) => if97.liquidDensityKgPerM3({ absoluteMpa }, t),
  steamEnthalpyKjPerKg: (absoluteMpa = 0, t = 0) => if97.steamEnthalpyKjPerKg({ absoluteMpa }, t),
  saturatedEnthalpyKjPerKg: (absoluteMpa = 0, x = 0) => if97.saturatedEnthalpyKjPerKg({ absoluteMpa }, x),
  so3WetPpm: dewPoint.so3WetPpm,
  massRateKgPerH: (mg = 0, flow = 0) => massRateKgPerH(dry(mg), dryGas(flow)),
  co2Kg,
  greenhouseGases: (quantity = 0, ncv = 0, co2 = 0, ch4 = 0, n2o = 0, biogenicPercent = 0) =>
    greenhouseGases(
      quantity,
      ncv,
      { co2KgPerTj: co2, ch4KgPerTj: ch4, n2oKgPerTj: n2o, biogenicPercent },
      { ch4: 28, n2o: 265 },
    ),
  o2CorrectionFactor: (o2 = 0, ref = 0, floor = 0) => reference.o2CorrectionFactor(o2, ref, floor),
  atReferenceO2: (mg = 0, o2 = 0) => reference.atReferenceO2(dry(mg), o2, 6),
  flowAtReferenceO2: (flow = 0, o2 = 0) => reference.flowAtReferenceO2(dryGas(flow), o2, 6),
  dryFlow: (flow = 0, moisture = 0) => stackFlow.dryFlow(wetGas(flow), moisture),
  steamHeatKw: usefulHeat.steamHeatKw,
  thermalOilHeatKw: (flow = 0, cold = 0, hot = 0, densityKgPerM3 = 0, specificHeatKjPerKgK = 0) =>
    usefulHeat.thermalOilHeatKw(flow, cold, hot, { densityKgPerM3 }, { specificHeatKjPerKgK }),
  stayUnder,
  wallLossWPerM2,
  hotWaterHeatKw: usefulHeat.hotWaterHeatKw,
  efficiencyDirectPercent: usefulHeat.efficiencyDirectPercent,
  avoidableFuelPercent,
  impliedFuelRatePerH: (flow = 0, o2 = 0, amount = 0) =>
    impliedFuelRatePerH(flow, o2, { stoichiometry: of, amountPerUnit: amount }),
  impliedSulphurPercent: (ppm = 0, o2 = 0) =>
    impliedSulphurPercent(ppm, o2, { stoichiometry: of, amountPerUnit: 1 }),
  mixed: (a = 0, b = 0) => mixed([heavyOil, gas], [a, b]),
  tunedO2At: (load = 0) =>
    tunedO2At(
      [
        { loadPercent: 20, o2DryPercent: 5 },
        { loadPercent: 90, o2DryPercent: 3 },
      ],
      load,
    ),
  alongCurve: (at = 0) =>
    alongCurve(
      [
        [0, 1],
        [10, 2],
      ] as const,
      at,
      ([x]) => x,
      ([, y]) => y,
    ),
};

/** Sums, differences and products: finite for what is finite, and what is none stays none. */
export const plain: Readonly<Record<string, Law>> = {
  partialPressures: (water = 0, so3 = 0, atm = 0) => dewPoint.partialPressures(water, so3, atm),
  stoichiometry: (c = 0, h = 0, s = 0, o = 0, n = 0, moisture = 0) =>
    stoichiometry({ basis: "mass", c, h, s, o, n, moisture, ash: 0 }),
  molarMassKgPerMol: (methane = 0) => molarMassKgPerMol({ basis: "mole", gases: { CH4: methane } }),
  concentrationOfPpm: (ppm = 0, mass = 0) => concentrationOfPpm(ppm, mass, "dry"),
  absolutePressure: (barG = 0, atmosphere = 0) => if97.absolutePressure({ barG }, atmosphere),
  recoveryRoom: (exhaust = 0, floor = 0) => recoveryRoom(exhaust, floor, null, null, 15),
  o2ThumbSavingPercent: (before = 0, after = 0) =>
    o2ThumbSavingPercent(before, after, { savingPercent: 1, o2Points: 3 }),
  exhaustThumbSavingPercent: (before = 0, after = 0) =>
    exhaustThumbSavingPercent(before, after, { savingPercent: 1, perK: 20 }),
};
