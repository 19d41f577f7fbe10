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
import { excessAirRatio, expectedCo2DryPercent, flueGas, noFlueGas } from "./combustion/excess-air.ts";
import { noLosses } from "./combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "./combustion/siegert.ts";
import { concentrationOfPpm, massRateKgPerH, molarMass } from "./emissions/concentration.ts";
import { isO2Clamped, referenceO2Factor } from "./emissions/reference-oxygen.ts";
import { soxEstimateDryPpm } from "./emissions/sulphur.ts";
import { burning } from "./fuel.ts";
import type { NamedValues } from "./named-values.ts";
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
  readonly clamped: ((at: Readonly<NamedValues>) => boolean) | null;
  /** Writes what it gives beside what it reads; NaN in what it may use is not there, NaN in what it gives, too. */
  readonly compute: (at: NamedValues, fired: Fired) => void;
}

/** It reads only what it needs and uses, and writes only what it gives. */
interface One<G extends PointName, N extends PointName, U extends PointName> {
  readonly gives: G | readonly G[];
  readonly needs: readonly N[];
  readonly uses?: readonly U[];
  readonly whileFiring?: boolean;
  readonly byFuel?: boolean;
  readonly applies?: (boiler: Boiler) => boolean;
  readonly assumed?: (boiler: Boiler) => readonly PointName[];
  readonly clamped?: (at: Readonly<Record<NoInfer<N | U>, number>>) => boolean;
  readonly compute: (
    at: Readonly<Record<NoInfer<N | U>, number>> & Record<NoInfer<G>, number>,
    fired: Fired,
  ) => void;
}

function formula<G extends PointName, N extends PointName, U extends PointName = never>({
  gives,
  needs,
  uses,
  whileFiring = false,
  byFuel = false,
  applies = () => true,
  assumed = () => [],
  clamped,
  compute,
}: One<G, N, U>): Formula {
  return {
    gives: typeof gives === "string" ? [gives] : gives,
    needs,
    uses: uses ?? [],
    whileFiring,
    byFuel,
    applies,
    assumed,
    clamped: clamped ?? null,
    compute,
  };
}

/** What is not computable, as it stands among numbers. */
function orNaN(result: number | null): number {
  return result ?? Number.NaN;
}

const byO2 = {
  whileFiring: true,
  clamped: isClamped,
} as const;

function isClamped({ o2DryPercent }: Readonly<Pick<NamedValues, "o2DryPercent">>): boolean {
  return isO2Clamped(o2DryPercent);
}

function toReferenceO2(
  { o2DryPercent }: Readonly<Pick<NamedValues, "o2DryPercent">>,
  { boiler }: Fired,
): number {
  return referenceO2Factor(o2DryPercent, boiler.referenceO2Percent);
}

/** kg/h of a gas, weighed by its molar mass. */
function gasKgPerH(ppm: number, molarMassKgPerKmol: number, nm3PerH: number): number {
  const concentration = concentrationOfPpm(orNothing(ppm), molarMassKgPerKmol, "dry");
  return orNaN(massRateKgPerH(concentration, { basis: "dry", nm3PerH }));
}

function dustKgPerH(mgPerNm3: number, nm3PerH: number): number {
  return orNaN(massRateKgPerH({ basis: "dry", mgPerNm3: orNothing(mgPerNm3) }, { basis: "dry", nm3PerH }));
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
/** Room for what one formula finds before it is written down; the next one may have it. */
const flue = { ...noFlueGas };
const losses = { ...noLosses };

/**
 * All that is derived live, in the order in which it is derived: a formula may need what stands above it. Where two
 * give the same point, the first whose inputs exist does; a sensor's own value goes before both. So a rate is kg/h by
 * the stack's own flow meter where there is one, else by the flow that the fuel gives.
 */
export const formulas: readonly Formula[] = [
  formula({
    gives: "flueMoisturePercent",
    needs: ["o2WetPercent"],
    byFuel: true,
    compute: (at, { boiler, burning }) => {
      at.flueMoisturePercent = orNaN(
        flueMoisturePercent(at.o2WetPercent, burning.stoichiometry, boiler.airHumidityKgPerKg),
      );
    },
  }),
  formula({
    gives: "o2DryPercent",
    needs: ["o2WetPercent", "flueMoisturePercent"],
    compute: (at) => {
      at.o2DryPercent = orNaN(o2DryFromWetPercent(at.o2WetPercent, at.flueMoisturePercent));
    },
  }),
  formula({
    gives: "flueMoisturePercent",
    needs: ["o2DryPercent"],
    whileFiring: true,
    byFuel: true,
    compute: (at, { boiler, burning }) => {
      const gas = flueGas(at.o2DryPercent, burning.stoichiometry, boiler.airHumidityKgPerKg, 0, flue);
      at.flueMoisturePercent = gas === null ? Number.NaN : (100 * gas.waterMol) / gas.wetMol;
    },
  }),
  formula({
    gives: "airRatio",
    needs: ["o2DryPercent"],
    whileFiring: true,
    compute: (at) => {
      at.airRatio = orNaN(airRatio(at.o2DryPercent));
    },
  }),
  formula({
    gives: "excessAirPercent",
    needs: ["o2DryPercent"],
    uses: ["coDryPpm"],
    whileFiring: true,
    byFuel: true,
    compute: (at, { burning }) => {
      const coDryPpm = Math.max(0, known(at.coDryPpm, 0));
      at.excessAirPercent =
        100 * (orNaN(excessAirRatio(at.o2DryPercent, burning.stoichiometry, coDryPpm)) - 1);
    },
  }),
  formula({
    gives: "expectedCo2DryPercent",
    needs: ["o2DryPercent"],
    whileFiring: true,
    byFuel: true,
    compute: (at, { burning }) => {
      at.expectedCo2DryPercent = orNaN(expectedCo2DryPercent(at.o2DryPercent, burning.stoichiometry));
    },
  }),
  formula({
    gives: "coAtRefO2Ppm",
    needs: ["coDryPpm", "o2DryPercent"],
    ...byO2,
    compute: (at, fired) => {
      at.coAtRefO2Ppm = at.coDryPpm * toReferenceO2(at, fired);
    },
  }),
  formula({
    gives: "soxAtRefO2Ppm",
    needs: ["soxDryPpm", "o2DryPercent"],
    ...byO2,
    compute: (at, fired) => {
      at.soxAtRefO2Ppm = at.soxDryPpm * toReferenceO2(at, fired);
    },
  }),
  formula({
    gives: "noxAtRefO2Ppm",
    needs: ["noxDryPpm", "o2DryPercent"],
    ...byO2,
    compute: (at, fired) => {
      at.noxAtRefO2Ppm = at.noxDryPpm * toReferenceO2(at, fired);
    },
  }),
  formula({
    gives: "pmAtRefO2MgPerNm3",
    needs: ["pmDryMgPerNm3", "o2DryPercent"],
    ...byO2,
    compute: (at, fired) => {
      at.pmAtRefO2MgPerNm3 = at.pmDryMgPerNm3 * toReferenceO2(at, fired);
    },
  }),
  formula({
    gives: "stackLossSiegertLhvPercent",
    needs: ["exhaustTempC", "o2DryPercent"],
    uses: ["combustionAirTempC"],
    whileFiring: true,
    byFuel: true,
    compute: (at, { boiler, burning }) => {
      const airTempC = known(at.combustionAirTempC, boiler.combustionAirTempC);
      at.stackLossSiegertLhvPercent = orNaN(
        stackLossSiegertLhvPercent(at.exhaustTempC, airTempC, at.o2DryPercent, burning.governing.siegert),
      );
    },
  }),
  formula({
    gives: "efficiencySiegertLhvPercent",
    needs: ["stackLossSiegertLhvPercent"],
    compute: (at) => {
      at.efficiencySiegertLhvPercent = 100 - at.stackLossSiegertLhvPercent;
    },
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
    compute: (at, fired) => {
      const found = boilerLosses(at, fired, at.o2DryPercent, at.exhaustTempC, losses);
      at.dryGasLossLhvPercent = found === null ? Number.NaN : found.dryGasLhvPercent;
      at.fuelWaterLossLhvPercent = losses.fuelWaterLhvPercent;
      at.airMoistureLossLhvPercent = losses.airMoistureLhvPercent;
      at.coLossLhvPercent = losses.coLhvPercent;
      at.unburntLossLhvPercent = losses.unburntLhvPercent;
      at.surfaceLossLhvPercent = losses.surfaceLhvPercent;
      at.stackLossLhvPercent = losses.stackLhvPercent;
      at.stackLossHhvPercent = losses.stackHhvPercent;
      at.efficiencyIndirectLhvPercent = losses.efficiencyIndirectLhvPercent;
      at.efficiencyIndirectHhvPercent = losses.efficiencyIndirectHhvPercent;
    },
  }),
  formula({
    gives: "usefulHeatKw",
    needs: ["steamFlowKgPerH", "steamPressureBarG", "feedwaterTempC"],
    uses: ["steamTempC"],
    compute: (at, { boiler }) => {
      const pressure = absolutePressure({ barG: at.steamPressureBarG });
      const superheated = Number.isNaN(at.steamTempC) ? null : steamEnthalpyKjPerKg(pressure, at.steamTempC);
      const steam = superheated ?? saturatedEnthalpyKjPerKg(pressure, boiler.steamDryness);
      const feed = liquidEnthalpyKjPerKg(pressure, at.feedwaterTempC);
      at.usefulHeatKw =
        steam === null || feed === null
          ? Number.NaN
          : orNaN(steamHeatKw(orNothing(at.steamFlowKgPerH), steam, feed));
    },
  }),
  formula({
    gives: "usefulHeatKw",
    needs: ["thermalOilFlowM3PerH", "thermalOilReturnTempC", "thermalOilSupplyTempC"],
    applies: ({ thermalOil }) => thermalOil.length > 0,
    compute: (at, { boiler }) => {
      const { thermalOilReturnTempC: returnTempC, thermalOilSupplyTempC: supplyTempC } = at;
      // The meter stands in the return, where the pump is.
      const densityKgPerM3 = alongCurve(
        boiler.thermalOil,
        returnTempC,
        ({ tempC }) => tempC,
        (point) => point.densityKgPerM3,
      );
      const meanTempC = (returnTempC + supplyTempC) / 2;
      const specificHeatKjPerKgK = alongCurve(
        boiler.thermalOil,
        meanTempC,
        ({ tempC }) => tempC,
        (point) => point.specificHeatKjPerKgK,
      );
      const flow = orNothing(at.thermalOilFlowM3PerH);
      at.usefulHeatKw =
        densityKgPerM3 === null || specificHeatKjPerKgK === null
          ? Number.NaN
          : orNaN(
              thermalOilHeatKw(flow, returnTempC, supplyTempC, { densityKgPerM3 }, { specificHeatKjPerKgK }),
            );
    },
  }),
  formula({
    gives: "usefulHeatKw",
    needs: ["hotWaterFlowM3PerH", "hotWaterReturnTempC", "hotWaterSupplyTempC"],
    compute: (at) => {
      at.usefulHeatKw = orNaN(
        hotWaterHeatKw(orNothing(at.hotWaterFlowM3PerH), at.hotWaterReturnTempC, at.hotWaterSupplyTempC),
      );
    },
  }),
  formula({
    gives: "efficiencyDirectLhvPercent",
    needs: ["usefulHeatKw", "heatInputLhvKw"],
    whileFiring: true,
    compute: (at) => {
      at.efficiencyDirectLhvPercent = orNaN(efficiencyDirectPercent(at.usefulHeatKw, at.heatInputLhvKw));
    },
  }),
  formula({
    gives: "efficiencyDirectHhvPercent",
    needs: ["usefulHeatKw", "heatInputHhvKw"],
    whileFiring: true,
    compute: (at) => {
      at.efficiencyDirectHhvPercent = orNaN(efficiencyDirectPercent(at.usefulHeatKw, at.heatInputHhvKw));
    },
  }),
  formula({
    gives: "flueFlowFromFuelDryNm3PerH",
    needs: ["heatInputLhvKw", "o2DryPercent"],
    whileFiring: true,
    byFuel: true,
    compute: (at, { boiler, burning }) => {
      const gas = flueGas(at.o2DryPercent, burning.stoichiometry, boiler.airHumidityKgPerKg, 0, flue);
      at.flueFlowFromFuelDryNm3PerH =
        gas === null ? Number.NaN : at.heatInputLhvKw * 3.6 * gas.dryMol * normalM3PerMol;
    },
  }),
  formula({
    gives: "coKgPerH",
    needs: ["coDryPpm", "stackFlowDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.coKgPerH = gasKgPerH(at.coDryPpm, molarMass.co, at.stackFlowDryNm3PerH);
    },
  }),
  formula({
    gives: "coKgPerH",
    needs: ["coDryPpm", "flueFlowFromFuelDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.coKgPerH = gasKgPerH(at.coDryPpm, molarMass.co, at.flueFlowFromFuelDryNm3PerH);
    },
  }),
  formula({
    gives: "soxKgPerH",
    needs: ["soxDryPpm", "stackFlowDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.soxKgPerH = gasKgPerH(at.soxDryPpm, molarMass.so2, at.stackFlowDryNm3PerH);
    },
  }),
  formula({
    gives: "soxKgPerH",
    needs: ["soxDryPpm", "flueFlowFromFuelDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.soxKgPerH = gasKgPerH(at.soxDryPpm, molarMass.so2, at.flueFlowFromFuelDryNm3PerH);
    },
  }),
  formula({
    gives: "noxKgPerH",
    needs: ["noxDryPpm", "stackFlowDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.noxKgPerH = gasKgPerH(at.noxDryPpm, molarMass.nox, at.stackFlowDryNm3PerH);
    },
  }),
  formula({
    gives: "noxKgPerH",
    needs: ["noxDryPpm", "flueFlowFromFuelDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.noxKgPerH = gasKgPerH(at.noxDryPpm, molarMass.nox, at.flueFlowFromFuelDryNm3PerH);
    },
  }),
  formula({
    gives: "pmKgPerH",
    needs: ["pmDryMgPerNm3", "stackFlowDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.pmKgPerH = dustKgPerH(at.pmDryMgPerNm3, at.stackFlowDryNm3PerH);
    },
  }),
  formula({
    gives: "pmKgPerH",
    needs: ["pmDryMgPerNm3", "flueFlowFromFuelDryNm3PerH"],
    whileFiring: true,
    compute: (at) => {
      at.pmKgPerH = dustKgPerH(at.pmDryMgPerNm3, at.flueFlowFromFuelDryNm3PerH);
    },
  }),
  formula({
    gives: "soxEstimateDryPpm",
    needs: ["o2DryPercent"],
    whileFiring: true,
    applies: burnsSulphur,
    byFuel: true,
    compute: (at, { burning }) => {
      at.soxEstimateDryPpm = orNaN(soxEstimateDryPpm(burning.stoichiometry, at.o2DryPercent));
    },
  }),
  formula({
    gives: "waterDewPointTempC",
    needs: ["flueMoisturePercent"],
    whileFiring: true,
    compute: (at) => {
      at.waterDewPointTempC = orNaN(waterDewPointC(at.flueMoisturePercent));
    },
  }),
  formula({
    gives: "acidDewPointTempC",
    needs: ["flueMoisturePercent", "soxEstimateDryPpm"],
    uses: ["soxDryPpm"],
    whileFiring: true,
    applies: burnsSulphur,
    compute: (at, { boiler }) => {
      // The metal that corrodes stands before a scrubber, the analyser may stand behind it.
      const so2DryPpm = Math.max(known(at.soxDryPpm, at.soxEstimateDryPpm), at.soxEstimateDryPpm);
      const { so3ConversionPercent } = boiler.dewFloor;
      const so3 = so2DryPpm > 0 ? so3WetPpm(so2DryPpm, at.flueMoisturePercent, so3ConversionPercent) : null;
      const { waterMmHg, so3MmHg } = partialPressures(at.flueMoisturePercent, orNaN(so3));
      at.acidDewPointTempC = orNaN(acidDewPointVerhoffBancheroC(waterMmHg, so3MmHg));
    },
  }),
  formula({
    gives: "recoverableK",
    needs: ["exhaustTempC", "flueMoisturePercent"],
    uses: ["acidDewPointTempC", "waterDewPointTempC"],
    whileFiring: true,
    compute: (at, { boiler: { dewFloor } }) => {
      at.recoverableK = recoveryRoom(
        at.exhaustTempC,
        dewFloor.practicalMinimumC,
        known(at.acidDewPointTempC, null),
        known(at.waterDewPointTempC, null),
        dewFloor.marginK,
      ).coolingK;
    },
  }),
  formula({
    gives: "avoidableFuelPercent",
    needs: ["o2DryPercent", "exhaustTempC", "efficiencyIndirectLhvPercent"],
    uses: lossUses,
    whileFiring: true,
    applies: ({ tunedO2 }) => tunedO2.length > 0,
    byFuel: true,
    compute: (at, fired) => {
      const tuned = orNaN(tunedO2At(fired.boiler.tunedO2, known(at.loadPercent, 100)));
      if (tuned >= at.o2DryPercent) {
        at.avoidableFuelPercent = 0;
        return;
      }
      const found = boilerLosses(at, fired, tuned, at.exhaustTempC, losses);
      const best = found === null ? Number.NaN : found.efficiencyIndirectLhvPercent;
      at.avoidableFuelPercent = orNaN(avoidableFuelPercent(at.efficiencyIndirectLhvPercent, best));
    },
  }),
  formula({
    gives: "avoidableMoneyPerH",
    needs: ["avoidableFuelPercent", "heatInputLhvKw"],
    whileFiring: true,
    applies: ({ prices }) => Object.keys(prices).length > 0,
    byFuel: true,
    compute: (at, { boiler, burning }) => {
      const price = boiler.prices[burning.governing.id]?.perUnit;
      const unitsPerH = (at.heatInputLhvKw * 3.6) / burning.governing.ncvMjPerUnit;
      at.avoidableMoneyPerH =
        price === undefined ? Number.NaN : (at.avoidableFuelPercent / 100) * unitsPerH * price;
    },
  }),
  formula({
    gives: "avoidableCo2KgPerH",
    needs: ["avoidableFuelPercent", "co2KgPerH"],
    whileFiring: true,
    compute: (at) => {
      at.avoidableCo2KgPerH = (at.avoidableFuelPercent / 100) * at.co2KgPerH;
    },
  }),
];
