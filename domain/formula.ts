import { avoidableFuelPercent } from "./advice/avoidable-fuel.ts";
import { recoveryRoom } from "./advice/heat-recovery.ts";
import { alongCurve, type Boiler, tunedO2At } from "./boiler.ts";
import { boilerLosses, type Fired, known } from "./boiler-losses.ts";
import { airRatio } from "./combustion/air-ratio.ts";
import {
  acidDewPointVerhoffBancheroC,
  partialPressures,
  so3WetPpm,
  waterDewPointC,
} from "./combustion/dew-point.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "./combustion/dry-oxygen.ts";
import { excessAirRatio, expectedCo2DryPercent, flueGas } from "./combustion/excess-air.ts";
import { stackLossSiegertLhvPercent } from "./combustion/siegert.ts";
import { concentrationOfPpm, massRateKgPerH, molarMass } from "./emissions/concentration.ts";
import { isO2Clamped, o2CorrectionFactor } from "./emissions/reference-oxygen.ts";
import { soxEstimateDryPpm } from "./emissions/sulphur.ts";
import { burning } from "./fuel.ts";
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

/** As many inputs as a formula may have. */
export const mostInputs = 7;

type Numbers<N extends readonly PointName[]> = { readonly [Index in keyof N]: number };

/** One derived point, or several: what it gives, what it cannot do without, and how. */
export interface Formula {
  readonly gives: readonly PointName[];
  readonly needs: readonly PointName[];
  /** What it makes use of where it is there. */
  readonly uses: readonly PointName[];
  /** Only a fire gives it a meaning: out of firing it is not computable. */
  readonly whileFiring: boolean;
  /** What burns decides it: with several fuels whose shares are not known, it is doubtful. */
  readonly byFuel: boolean;
  /** Whether the boiler is described well enough for it. */
  readonly applies: (boiler: Boiler) => boolean;
  /** Of what it gives: what rests on a figure of the boiler that nobody has entered, and is doubtful for it. */
  readonly assumed: (boiler: Boiler) => readonly PointName[];
  /** Of the same inputs: whether the floor of the oxygen correction decides, so that the result is a bound. */
  readonly clamped: ((...inputs: number[]) => boolean) | null;
  /**
   * Takes the inputs in the order of `needs` and `uses`; of those in use, NaN is one that is not there. Gives the one
   * number, `null` when these inputs have no such result; several numbers are written to `out`.
   */
  readonly compute: (context: Fired, out: number[], ...inputs: number[]) => number | null;
}

interface One<N extends readonly PointName[], U extends readonly PointName[]> {
  readonly gives: PointName | readonly PointName[];
  readonly needs: readonly [...N];
  readonly uses?: readonly [...U];
  readonly whileFiring?: boolean;
  readonly byFuel?: boolean;
  readonly applies?: (boiler: Boiler) => boolean;
  readonly assumed?: (boiler: Boiler) => readonly PointName[];
  readonly clamped?: (...inputs: [...Numbers<N>, ...Numbers<U>]) => boolean;
  readonly compute: (
    context: Fired,
    out: number[],
    ...inputs: [...Numbers<N>, ...Numbers<U>]
  ) => number | null;
}

function formula<const N extends readonly PointName[], const U extends readonly PointName[] = readonly []>({
  gives,
  needs,
  uses,
  whileFiring = false,
  byFuel = false,
  applies = () => true,
  assumed = () => [],
  clamped,
  compute,
}: One<N, U>): Formula {
  return {
    gives: typeof gives === "string" ? [gives] : gives,
    needs,
    uses: uses ?? [],
    whileFiring,
    byFuel,
    applies,
    assumed,
    clamped: (clamped ?? null) as Formula["clamped"],
    compute: compute as Formula["compute"],
  };
}

function atReferenceO2(gives: PointName, measured: PointName): Formula {
  return formula({
    gives,
    needs: [measured, "o2DryPercent"],
    whileFiring: true,
    clamped: (_concentration, o2DryPercent) => isO2Clamped(o2DryPercent),
    compute: ({ boiler }, _out, concentration, o2DryPercent) => {
      const factor = o2CorrectionFactor(o2DryPercent, boiler.referenceO2Percent);
      return factor === null ? null : concentration * factor;
    },
  });
}

/** kg/h of a gas or of dust, by the stack's own flow meter where there is one, else by the flow that the fuel gives. */
function massRate(
  gives: PointName,
  measured: PointName,
  molarMassKgPerKmol: number | null,
): readonly Formula[] {
  return (["stackFlowDryNm3PerH", "flueFlowFromFuelDryNm3PerH"] as const).map((flow) =>
    formula({
      gives,
      needs: [measured, flow],
      whileFiring: true,
      compute: (_context, _out, value, nm3PerH) => {
        const concentration =
          molarMassKgPerKmol === null
            ? ({ basis: "dry", mgPerNm3: orNothing(value) } as const)
            : concentrationOfPpm(orNothing(value), molarMassKgPerKmol, "dry");
        return massRateKgPerH(concentration, { basis: "dry", nm3PerH });
      },
    }),
  );
}

/** What is measured below nought is a zero that drifted: nothing is there. */
function orNothing(value: number): number {
  return Math.max(0, value);
}

/** What carbon in the ash takes part in; of oil and gas there is next to no ash. */
const byCarbonInAsh: readonly PointName[] = [
  "unburntLossLhvPercent",
  "efficiencyIndirectLhvPercent",
  "efficiencyIndirectHhvPercent",
];

function isAshUnknown({ carbonInAshPercent, fuels }: Boiler): boolean {
  return carbonInAshPercent === null && fuels.some(({ fuelClass }) => fuelClass === "coal");
}

/** Without sulphur in it there is no SO₂ to estimate, and no acid to condense. */
function burnsSulphur({ fuels }: Boiler): boolean {
  return fuels.some((fuel) => burning(fuel).stoichiometry.so2Mol > 0);
}

const normalM3PerMol = 22.414e-3;
const lossUses = ["combustionAirTempC", "coDryPpm", "heatInputLhvKw", "loadPercent"] as const;

/**
 * All that is derived live, in the order in which it is derived: a formula may need what stands above it. Where two
 * give the same point, the first whose inputs exist does; a sensor's own value goes before both.
 */
export const formulas: readonly Formula[] = [
  formula({
    gives: "flueMoisturePercent",
    needs: ["o2WetPercent"],
    byFuel: true,
    compute: ({ boiler, burning }, _out, o2WetPercent) =>
      flueMoisturePercent(o2WetPercent, burning.stoichiometry, boiler.airHumidityKgPerKg),
  }),
  formula({
    gives: "o2DryPercent",
    needs: ["o2WetPercent", "flueMoisturePercent"],
    compute: (_context, _out, o2WetPercent, moisture) => o2DryFromWetPercent(o2WetPercent, moisture),
  }),
  formula({
    gives: "flueMoisturePercent",
    needs: ["o2DryPercent"],
    whileFiring: true,
    byFuel: true,
    compute: ({ boiler, burning }, _out, o2DryPercent) => {
      const gas = flueGas(o2DryPercent, burning.stoichiometry, boiler.airHumidityKgPerKg);
      return gas === null ? null : (100 * gas.waterMol) / gas.wetMol;
    },
  }),
  formula({
    gives: "airRatio",
    needs: ["o2DryPercent"],
    whileFiring: true,
    compute: (_context, _out, o2DryPercent) => airRatio(o2DryPercent),
  }),
  formula({
    gives: "excessAirPercent",
    needs: ["o2DryPercent"],
    uses: ["coDryPpm"],
    whileFiring: true,
    byFuel: true,
    compute: ({ burning }, _out, o2DryPercent, coDryPpm) => {
      const ratio = excessAirRatio(o2DryPercent, burning.stoichiometry, Math.max(0, known(coDryPpm, 0)));
      return ratio === null ? null : 100 * (ratio - 1);
    },
  }),
  formula({
    gives: "expectedCo2DryPercent",
    needs: ["o2DryPercent"],
    whileFiring: true,
    byFuel: true,
    compute: ({ burning }, _out, o2DryPercent) => expectedCo2DryPercent(o2DryPercent, burning.stoichiometry),
  }),
  atReferenceO2("coAtRefO2Ppm", "coDryPpm"),
  atReferenceO2("soxAtRefO2Ppm", "soxDryPpm"),
  atReferenceO2("noxAtRefO2Ppm", "noxDryPpm"),
  atReferenceO2("pmAtRefO2MgPerNm3", "pmDryMgPerNm3"),
  formula({
    gives: "stackLossSiegertLhvPercent",
    needs: ["exhaustTempC", "o2DryPercent"],
    uses: ["combustionAirTempC"],
    whileFiring: true,
    byFuel: true,
    compute: ({ boiler, burning }, _out, exhaustTempC, o2DryPercent, airTempC) =>
      stackLossSiegertLhvPercent(
        exhaustTempC,
        known(airTempC, boiler.combustionAirTempC),
        o2DryPercent,
        burning.governing.siegert,
      ),
  }),
  formula({
    gives: "efficiencySiegertLhvPercent",
    needs: ["stackLossSiegertLhvPercent"],
    compute: (_context, _out, loss) => 100 - loss,
  }),
  formula({
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
    byFuel: true,
    assumed: (boiler) => (isAshUnknown(boiler) ? byCarbonInAsh : []),
    compute: (context, out, o2, exhaust, air, co, input, load) => {
      const losses = boilerLosses(o2, exhaust, context, air, co, input, load);
      if (losses === null) return null;
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
      return losses.dryGasLhvPercent;
    },
  }),
  formula({
    gives: "usefulHeatKw",
    needs: ["steamFlowKgPerH", "steamPressureBarG", "feedwaterTempC"],
    uses: ["steamTempC"],
    compute: ({ boiler }, _out, flow, barG, feedwaterTempC, steamTempC) => {
      const pressure = absolutePressure({ barG });
      const superheated = Number.isNaN(steamTempC) ? null : steamEnthalpyKjPerKg(pressure, steamTempC);
      const steam = superheated ?? saturatedEnthalpyKjPerKg(pressure, boiler.steamDryness);
      const feed = liquidEnthalpyKjPerKg(pressure, feedwaterTempC);
      return steam === null || feed === null ? null : steamHeatKw(orNothing(flow), steam, feed);
    },
  }),
  formula({
    gives: "usefulHeatKw",
    needs: ["thermalOilFlowM3PerH", "thermalOilReturnTempC", "thermalOilSupplyTempC"],
    applies: ({ thermalOil }) => thermalOil.length > 0,
    compute: ({ boiler }, _out, flow, returnTempC, supplyTempC) => {
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
        orNothing(flow),
        returnTempC,
        supplyTempC,
        { densityKgPerM3 },
        { specificHeatKjPerKgK: heat },
      );
    },
  }),
  formula({
    gives: "usefulHeatKw",
    needs: ["hotWaterFlowM3PerH", "hotWaterReturnTempC", "hotWaterSupplyTempC"],
    compute: (_context, _out, flow, returnTempC, supplyTempC) =>
      hotWaterHeatKw(orNothing(flow), returnTempC, supplyTempC),
  }),
  formula({
    gives: "efficiencyDirectLhvPercent",
    needs: ["usefulHeatKw", "heatInputLhvKw"],
    whileFiring: true,
    compute: (_context, _out, usefulHeatKw, heatInputKw) =>
      efficiencyDirectPercent(usefulHeatKw, heatInputKw),
  }),
  formula({
    gives: "efficiencyDirectHhvPercent",
    needs: ["usefulHeatKw", "heatInputHhvKw"],
    whileFiring: true,
    compute: (_context, _out, usefulHeatKw, heatInputKw) =>
      efficiencyDirectPercent(usefulHeatKw, heatInputKw),
  }),
  formula({
    gives: "flueFlowFromFuelDryNm3PerH",
    needs: ["heatInputLhvKw", "o2DryPercent"],
    whileFiring: true,
    byFuel: true,
    compute: ({ boiler, burning }, _out, heatInputKw, o2DryPercent) => {
      const gas = flueGas(o2DryPercent, burning.stoichiometry, boiler.airHumidityKgPerKg);
      return gas === null ? null : heatInputKw * 3.6 * gas.dryMol * normalM3PerMol;
    },
  }),
  ...massRate("coKgPerH", "coDryPpm", molarMass.co),
  ...massRate("soxKgPerH", "soxDryPpm", molarMass.so2),
  ...massRate("noxKgPerH", "noxDryPpm", molarMass.nox),
  ...massRate("pmKgPerH", "pmDryMgPerNm3", null),
  formula({
    gives: "soxEstimateDryPpm",
    needs: ["o2DryPercent"],
    whileFiring: true,
    applies: burnsSulphur,
    byFuel: true,
    compute: ({ burning }, _out, o2DryPercent) => soxEstimateDryPpm(burning.stoichiometry, o2DryPercent),
  }),
  formula({
    gives: "waterDewPointTempC",
    needs: ["flueMoisturePercent"],
    whileFiring: true,
    compute: (_context, _out, moisture) => waterDewPointC(moisture),
  }),
  formula({
    gives: "acidDewPointTempC",
    needs: ["flueMoisturePercent", "soxEstimateDryPpm"],
    uses: ["soxDryPpm"],
    whileFiring: true,
    applies: burnsSulphur,
    compute: ({ boiler }, _out, moisture, estimate, measured) => {
      // The metal that corrodes stands before a scrubber, the analyser may stand behind it.
      const so2DryPpm = Math.max(known(measured, estimate), estimate);
      if (so2DryPpm <= 0) return null;
      const so3 = so3WetPpm(so2DryPpm, moisture, boiler.dewFloor.so3ConversionPercent);
      if (so3 === null) return null;
      const { waterMmHg, so3MmHg } = partialPressures(moisture, so3);
      return acidDewPointVerhoffBancheroC(waterMmHg, so3MmHg);
    },
  }),
  formula({
    gives: "recoverableK",
    needs: ["exhaustTempC", "flueMoisturePercent"],
    uses: ["acidDewPointTempC", "waterDewPointTempC"],
    whileFiring: true,
    compute: ({ boiler: { dewFloor } }, _out, exhaustTempC, _moisture, acid, water) =>
      recoveryRoom(
        exhaustTempC,
        dewFloor.practicalMinimumC,
        known(acid, null),
        known(water, null),
        dewFloor.marginK,
      ).coolingK,
  }),
  formula({
    gives: "avoidableFuelPercent",
    needs: ["o2DryPercent", "exhaustTempC", "efficiencyIndirectLhvPercent"],
    uses: lossUses,
    whileFiring: true,
    applies: ({ tunedO2 }) => tunedO2.length > 0,
    byFuel: true,
    compute: (context, _out, o2, exhaust, efficiency, air, co, input, load) => {
      const tuned = tunedO2At(context.boiler.tunedO2, known(load, 100));
      if (tuned === null) return null;
      if (tuned >= o2) return 0;
      const losses = boilerLosses(tuned, exhaust, context, air, co, input, load);
      return avoidableFuelPercent(efficiency, losses?.efficiencyIndirectLhvPercent ?? null);
    },
  }),
  formula({
    gives: "avoidableMoneyPerH",
    needs: ["avoidableFuelPercent", "heatInputLhvKw"],
    whileFiring: true,
    applies: ({ prices }) => Object.keys(prices).length > 0,
    byFuel: true,
    compute: ({ boiler, burning }, _out, share, heatInputKw) => {
      const price = boiler.prices[burning.governing.id]?.perUnit;
      const unitsPerH = (heatInputKw * 3.6) / burning.governing.ncvMjPerUnit;
      return price === undefined ? null : (share / 100) * unitsPerH * price;
    },
  }),
  formula({
    gives: "avoidableCo2KgPerH",
    needs: ["avoidableFuelPercent", "co2KgPerH"],
    whileFiring: true,
    compute: (_context, _out, share, co2KgPerH) => (share / 100) * co2KgPerH,
  }),
];
