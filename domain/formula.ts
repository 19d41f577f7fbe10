import { avoidableFuelPercent } from "./advice/avoidable-fuel.ts";
import { recoveryRoom } from "./advice/heat-recovery.ts";
import { alongCurve, type Boiler, tunedO2At } from "./boiler.ts";
import { airRatio } from "./combustion/air-ratio.ts";
import {
  acidDewPointVerhoffBancheroC,
  partialPressures,
  so3WetPpm,
  waterDewPointC,
} from "./combustion/dew-point.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "./combustion/dry-oxygen.ts";
import { excessAirRatio, expectedCo2DryPercent, flueGas } from "./combustion/excess-air.ts";
import { heatLosses, surfaceLossLhvPercent } from "./combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "./combustion/siegert.ts";
import { concentrationOfPpm, massRateKgPerH, molarMass } from "./emissions/concentration.ts";
import { referenceO2Factor } from "./emissions/reference-oxygen.ts";
import { soxEstimateDryPpm } from "./emissions/sulphur.ts";
import type { Burning } from "./fuel.ts";
import type { PointName } from "./points.ts";
import {
  absolutePressure,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
  steamEnthalpyKjPerKg,
} from "./steam/if97.ts";
import {
  efficiencyDirectPercent,
  hotWaterHeatKw,
  steamHeatKw,
  thermalOilHeatKw,
} from "./steam/useful-heat.ts";

/** What a formula knows besides its inputs. */
export interface FormulaContext {
  readonly boiler: Boiler;
  /** What burns at this instant. */
  readonly burning: Burning;
}

type Numbers<N extends readonly PointName[]> = { readonly [Index in keyof N]: number };
type MaybeNumbers<N extends readonly PointName[]> = { readonly [Index in keyof N]: number | null };

/** One derived point: what it gives, what it cannot do without, and how. */
export interface Formula {
  readonly gives: readonly PointName[];
  readonly needs: readonly PointName[];
  readonly uses: readonly PointName[];
  /** Only a fire gives it a meaning: out of firing it is not computable. */
  readonly whileFiring: boolean;
  /** Whether the boiler is described well enough for it. */
  readonly applies: (boiler: Boiler) => boolean;
  /** A number for each of `gives`, written to `out`; NaN: these inputs have no such result. */
  readonly compute: (
    needed: readonly number[],
    used: readonly (number | null)[],
    context: FormulaContext,
    out: number[],
  ) => void;
}

interface One<N extends readonly PointName[], U extends readonly PointName[]> {
  readonly gives: PointName;
  readonly needs: readonly [...N];
  readonly uses?: readonly [...U];
  readonly whileFiring?: boolean;
  readonly applies?: (boiler: Boiler) => boolean;
  readonly compute: (needed: Numbers<N>, context: FormulaContext, used: MaybeNumbers<U>) => number | null;
}

function one<const N extends readonly PointName[], const U extends readonly PointName[] = readonly []>({
  gives,
  needs,
  uses,
  whileFiring = false,
  applies = () => true,
  compute,
}: One<N, U>): Formula {
  return {
    gives: [gives],
    needs,
    uses: uses ?? [],
    whileFiring,
    applies,
    compute: (needed, used, context, out) => {
      out[0] = compute(needed as Numbers<N>, context, used as MaybeNumbers<U>) ?? Number.NaN;
    },
  };
}

function atReferenceO2(gives: PointName, measured: PointName): Formula {
  return one({
    gives,
    needs: [measured, "o2DryPercent"],
    whileFiring: true,
    compute: ([concentration, o2DryPercent], { boiler }) =>
      concentration * referenceO2Factor(o2DryPercent, boiler.referenceO2Percent),
  });
}

/** kg/h of a gas or of dust, by the stack's own flow meter where there is one, else by the flow that the fuel gives. */
function massRate(gives: PointName, measured: PointName, molarMassKgPerKmol: number | null): Formula {
  return one({
    gives,
    needs: [measured],
    uses: ["stackFlowDryNm3PerH", "flueFlowFromFuelDryNm3PerH"],
    whileFiring: true,
    compute: ([value], _context, [stackFlow, flowFromFuel]) => {
      const nm3PerH = stackFlow ?? flowFromFuel;
      if (nm3PerH === null) return null;
      const concentration =
        molarMassKgPerKmol === null
          ? ({ basis: "dry", mgPerNm3: value } as const)
          : concentrationOfPpm(value, molarMassKgPerKmol, "dry");
      return massRateKgPerH(concentration, { basis: "dry", nm3PerH });
    },
  });
}

const normalM3PerMol = 22.414e-3;
/** Net efficiency by which a load is turned into heat input where no fuel meter stands: only its shell loss hangs on it. */
const assumedEfficiency = 0.9;

/**
 * Losses at an oxygen and exhaust temperature, with what else is known of the instant. The heat input decides how much
 * the constant shell loss weighs; without a fuel meter it follows from the load.
 */
function lossesAt(
  o2DryPercent: number,
  exhaustTempC: number,
  { boiler, burning }: FormulaContext,
  airTempC: number | null,
  coDryPpm: number | null,
  heatInputKw: number | null,
  loadPercent: number | null,
) {
  const ratedMw = boiler.ratedHeatKw / 1_000;
  const inputMw =
    heatInputKw !== null && heatInputKw > 0
      ? heatInputKw / 1_000
      : (ratedMw * Math.max(10, loadPercent ?? 100)) / 100 / assumedEfficiency;
  return heatLosses(
    {
      o2DryPercent,
      exhaustTempC,
      airTempC: airTempC ?? boiler.combustionAirTempC,
      airHumidityKgPerKg: boiler.airHumidityKgPerKg,
      coDryPpm: Math.max(0, coDryPpm ?? 0),
      ashKg: burning.ashKgPerMj,
      carbonInAshPercent: boiler.carbonInAshPercent,
      surfaceLossLhvPercent: surfaceLossLhvPercent(boiler.surfaceLossFactor, ratedMw, inputMw) ?? 0,
    },
    burning.stoichiometry,
    { ncvKj: 1_000, gcvKj: 1_000 * burning.gcvMjPerNcvMj },
  );
}

const lossUses = ["combustionAirTempC", "coDryPpm", "heatInputLhvKw", "loadPercent"] as const;

/**
 * All that is derived live, in the order in which it is derived: a formula may need what stands above it. Where two
 * give the same point, the first whose inputs exist does; a sensor's own value goes before both.
 */
export const formulas: readonly Formula[] = [
  one({
    gives: "flueMoisturePercent",
    needs: ["o2WetPercent"],
    compute: ([o2WetPercent], { boiler, burning }) =>
      flueMoisturePercent(o2WetPercent, burning.stoichiometry, boiler.airHumidityKgPerKg),
  }),
  one({
    gives: "o2DryPercent",
    needs: ["o2WetPercent", "flueMoisturePercent"],
    compute: ([o2WetPercent, moisture]) => o2DryFromWetPercent(o2WetPercent, moisture),
  }),
  one({
    gives: "flueMoisturePercent",
    needs: ["o2DryPercent"],
    whileFiring: true,
    compute: ([o2DryPercent], { boiler, burning }) => {
      const gas = flueGas(o2DryPercent, burning.stoichiometry, boiler.airHumidityKgPerKg);
      return gas === null ? null : (100 * gas.waterMol) / gas.wetMol;
    },
  }),
  one({
    gives: "airRatio",
    needs: ["o2DryPercent"],
    whileFiring: true,
    compute: ([o2DryPercent]) => airRatio(o2DryPercent),
  }),
  one({
    gives: "excessAirPercent",
    needs: ["o2DryPercent"],
    uses: ["coDryPpm"],
    whileFiring: true,
    compute: ([o2DryPercent], { burning }, [coDryPpm]) => {
      const ratio = excessAirRatio(o2DryPercent, burning.stoichiometry, Math.max(0, coDryPpm ?? 0));
      return ratio === null ? null : 100 * (ratio - 1);
    },
  }),
  one({
    gives: "expectedCo2DryPercent",
    needs: ["o2DryPercent"],
    whileFiring: true,
    compute: ([o2DryPercent], { burning }) => expectedCo2DryPercent(o2DryPercent, burning.stoichiometry),
  }),
  atReferenceO2("coAtRefO2Ppm", "coDryPpm"),
  atReferenceO2("soxAtRefO2Ppm", "soxDryPpm"),
  atReferenceO2("noxAtRefO2Ppm", "noxDryPpm"),
  atReferenceO2("pmAtRefO2MgPerNm3", "pmDryMgPerNm3"),
  one({
    gives: "stackLossSiegertLhvPercent",
    needs: ["exhaustTempC", "o2DryPercent"],
    uses: ["combustionAirTempC"],
    whileFiring: true,
    compute: ([exhaustTempC, o2DryPercent], { boiler, burning }, [airTempC]) =>
      stackLossSiegertLhvPercent(
        exhaustTempC,
        airTempC ?? boiler.combustionAirTempC,
        o2DryPercent,
        burning.governing.siegert,
      ),
  }),
  one({
    gives: "efficiencySiegertLhvPercent",
    needs: ["stackLossSiegertLhvPercent"],
    compute: ([loss]) => 100 - loss,
  }),
  {
    gives: [
      "dryGasLossLhvPercent",
      "fuelWaterLossLhvPercent",
      "airMoistureLossLhvPercent",
      "coLossLhvPercent",
      "unburntLossLhvPercent",
      "surfaceLossLhvPercent",
      "stackLossLhvPercent",
      "stackLossHhvPercent",
      "efficiencyIndirectLhvPercent",
      "efficiencyIndirectHhvPercent",
    ],
    needs: ["o2DryPercent", "exhaustTempC"],
    uses: lossUses,
    whileFiring: true,
    applies: () => true,
    compute: (
      [o2 = Number.NaN, exhaust = Number.NaN],
      [air = null, co = null, input = null, load = null],
      context,
      out,
    ) => {
      const losses = lossesAt(o2, exhaust, context, air, co, input, load);
      if (losses === null) {
        out.fill(Number.NaN);
        return;
      }
      out[0] = losses.dryGasLhvPercent;
      out[1] = losses.fuelWaterLhvPercent;
      out[2] = losses.airMoistureLhvPercent;
      out[3] = losses.coLhvPercent;
      out[4] = losses.unburntLhvPercent;
      out[5] = losses.surfaceLhvPercent;
      out[6] = losses.stackLhvPercent;
      out[7] = losses.stackHhvPercent;
      out[8] = losses.efficiencyIndirectLhvPercent;
      out[9] = losses.efficiencyIndirectHhvPercent;
    },
  },
  one({
    gives: "usefulHeatKw",
    needs: ["steamFlowKgPerH", "steamPressureBarG", "feedwaterTempC"],
    uses: ["steamTempC"],
    compute: ([flow, barG, feedwaterTempC], { boiler }, [steamTempC]) => {
      const pressure = absolutePressure({ barG });
      const steam =
        steamTempC === null
          ? saturatedEnthalpyKjPerKg(pressure, boiler.steamDryness)
          : (steamEnthalpyKjPerKg(pressure, steamTempC) ??
            saturatedEnthalpyKjPerKg(pressure, boiler.steamDryness));
      const feed = liquidEnthalpyKjPerKg(pressure, feedwaterTempC);
      return steam === null || feed === null ? null : steamHeatKw(flow, steam, feed);
    },
  }),
  one({
    gives: "usefulHeatKw",
    needs: ["thermalOilFlowM3PerH", "thermalOilReturnTempC", "thermalOilSupplyTempC"],
    applies: ({ thermalOil }) => thermalOil.length > 0,
    compute: ([flow, returnTempC, supplyTempC], { boiler }) => {
      // The meter stands in the return, where the pump is.
      const densityKgPerM3 = alongCurve(
        boiler.thermalOil,
        returnTempC,
        ({ tempC }) => tempC,
        (at) => at.densityKgPerM3,
      );
      const meanTempC = (returnTempC + supplyTempC) / 2;
      const heat = alongCurve(
        boiler.thermalOil,
        meanTempC,
        ({ tempC }) => tempC,
        (at) => at.specificHeatKjPerKgK,
      );
      if (densityKgPerM3 === null || heat === null) return null;
      return thermalOilHeatKw(
        flow,
        returnTempC,
        supplyTempC,
        { densityKgPerM3 },
        { specificHeatKjPerKgK: heat },
      );
    },
  }),
  one({
    gives: "usefulHeatKw",
    needs: ["hotWaterFlowM3PerH", "hotWaterReturnTempC", "hotWaterSupplyTempC"],
    compute: ([flow, returnTempC, supplyTempC]) => hotWaterHeatKw(flow, returnTempC, supplyTempC),
  }),
  one({
    gives: "efficiencyDirectLhvPercent",
    needs: ["usefulHeatKw", "heatInputLhvKw"],
    whileFiring: true,
    compute: ([usefulHeatKw, heatInputKw]) => efficiencyDirectPercent(usefulHeatKw, heatInputKw),
  }),
  one({
    gives: "efficiencyDirectHhvPercent",
    needs: ["usefulHeatKw", "heatInputHhvKw"],
    whileFiring: true,
    compute: ([usefulHeatKw, heatInputKw]) => efficiencyDirectPercent(usefulHeatKw, heatInputKw),
  }),
  one({
    gives: "flueFlowFromFuelDryNm3PerH",
    needs: ["heatInputLhvKw", "o2DryPercent"],
    whileFiring: true,
    compute: ([heatInputKw, o2DryPercent], { burning, boiler }) => {
      const gas = flueGas(o2DryPercent, burning.stoichiometry, boiler.airHumidityKgPerKg);
      return gas === null ? null : heatInputKw * 3.6 * gas.dryMol * normalM3PerMol;
    },
  }),
  massRate("coKgPerH", "coDryPpm", molarMass.co),
  massRate("soxKgPerH", "soxDryPpm", molarMass.so2),
  massRate("noxKgPerH", "noxDryPpm", molarMass.nox),
  massRate("pmKgPerH", "pmDryMgPerNm3", null),
  one({
    gives: "soxEstimateDryPpm",
    needs: ["o2DryPercent"],
    whileFiring: true,
    compute: ([o2DryPercent], { burning }) => soxEstimateDryPpm(burning.stoichiometry, o2DryPercent),
  }),
  one({
    gives: "waterDewPointTempC",
    needs: ["flueMoisturePercent"],
    whileFiring: true,
    compute: ([moisture]) => waterDewPointC(moisture),
  }),
  one({
    gives: "acidDewPointTempC",
    needs: ["flueMoisturePercent", "soxEstimateDryPpm"],
    uses: ["soxDryPpm"],
    whileFiring: true,
    compute: ([moisture, estimate], { boiler }, [measured]) => {
      const so2DryPpm = measured ?? estimate;
      if (so2DryPpm <= 0) return null;
      const so3 = so3WetPpm(so2DryPpm, moisture, boiler.dewFloor.so3ConversionPercent);
      const { waterMmHg, so3MmHg } = partialPressures(moisture, so3);
      return acidDewPointVerhoffBancheroC(waterMmHg, so3MmHg);
    },
  }),
  one({
    gives: "recoverableK",
    needs: ["exhaustTempC", "flueMoisturePercent"],
    uses: ["acidDewPointTempC", "waterDewPointTempC"],
    whileFiring: true,
    compute: ([exhaustTempC], { boiler }, [acid, water]) =>
      recoveryRoom(exhaustTempC, boiler.dewFloor.practicalMinimumC, acid, water, boiler.dewFloor.marginK)
        .coolingK,
  }),
  one({
    gives: "avoidableFuelPercent",
    needs: ["o2DryPercent", "exhaustTempC", "efficiencyIndirectLhvPercent"],
    uses: lossUses,
    whileFiring: true,
    applies: ({ tunedO2 }) => tunedO2.length > 0,
    compute: ([o2, exhaust, now], context, [air, co, input, load]) => {
      const tuned = tunedO2At(context.boiler.tunedO2, load ?? 100);
      if (tuned === null) return null;
      if (tuned >= o2) return 0;
      const target = lossesAt(tuned, exhaust, context, air, co, input, load);
      return avoidableFuelPercent(now, target?.efficiencyIndirectLhvPercent ?? null);
    },
  }),
  one({
    gives: "avoidableMoneyPerH",
    needs: ["avoidableFuelPercent", "heatInputLhvKw"],
    whileFiring: true,
    applies: ({ prices }) => Object.keys(prices).length > 0,
    compute: ([share, heatInputKw], { boiler, burning }) => {
      const price = boiler.prices[burning.governing.id]?.perUnit;
      const unitsPerH = (heatInputKw * 3.6) / burning.governing.ncvMjPerUnit;
      return price === undefined ? null : (share / 100) * unitsPerH * price;
    },
  }),
  one({
    gives: "avoidableCo2KgPerH",
    needs: ["avoidableFuelPercent", "co2KgPerH"],
    whileFiring: true,
    compute: ([share, co2KgPerH]) => (share / 100) * co2KgPerH,
  }),
];
