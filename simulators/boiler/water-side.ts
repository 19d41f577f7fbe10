import { assert } from "../../domain/assert.ts";
import { alongCurve } from "../../domain/boiler.ts";
import {
  absolutePressure,
  liquidDensityKgPerM3,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
  saturationPressure,
  saturationTempC,
  steamEnthalpyKjPerKg,
} from "../../domain/steam/if97.ts";
import { thermalOilHeatKw } from "../../domain/steam/useful-heat.ts";
import type { ControlsNow } from "./controls.ts";
import type { BoilerDesign } from "./design.ts";
import type { StatePoints } from "./state.ts";

/** What leaves the boiler with its medium in a step, and what comes in instead. */
export interface Drawn {
  readonly usefulKw: number;
  readonly blowdownKw: number;
  readonly feedwaterKgPerH: number;
  readonly steamKgPerH: number;
  readonly blowdownKgPerH: number;
  /** What an economiser would warm. */
  readonly coldTempC: number;
}

type WaterControls = Pick<ControlsNow, "blowdownPercent" | "feedwaterTempC">;

/** The medium's side of a boiler, taken as one well-mixed content at the temperature with which it leaves. */
export interface WaterSide {
  /** What the load controller holds. */
  readonly setTempC: number;
  /** Colder than this the medium gives no heat. */
  readonly idleTempC: number;
  /** Typical heat capacity of the content, kJ/K for each kW of rated heat. */
  readonly contentKjPerKPerKw: number;
  /** Draws so much heat at a temperature of the medium. */
  draw(mediumTempC: number, wantedKw: number, controls: WaterControls): Drawn;
  /** What the instruments on this side tell of that draw. */
  tell(points: StatePoints, mediumTempC: number, drawn: Drawn, controls: WaterControls): void;
}

export function waterSide(design: BoilerDesign): WaterSide {
  switch (design.carrier) {
    case "steam":
      return steamSide(design);
    case "thermal-oil":
      return thermalOilSide(design);
    case "hot-water":
      return hotWaterSide(design);
  }
}

const hottestSteamC = 349;

function steamSide({ steam }: BoilerDesign): WaterSide {
  const setTempC = saturationTempC(absolutePressure({ barG: steam.pressureBarG })) ?? 0;
  assert(setTempC > 0 && setTempC <= hottestSteamC, "the schema bounds the pressure");
  const steamAt =
    steam.superheatK === 0
      ? saturated.steam
      : table((tempC) => steamEnthalpyKjPerKg(pressureAt(tempC), tempC + steam.superheatK));
  const setPressure = absolutePressure({ barG: steam.pressureBarG });
  let feedTempC = Number.NaN;
  let feedKjPerKg = 0;
  return {
    setTempC,
    idleTempC: 90,
    contentKjPerKPerKw: 8,
    draw: (mediumTempC, wantedKw, { blowdownPercent, feedwaterTempC }) => {
      if (feedwaterTempC !== feedTempC) {
        feedTempC = feedwaterTempC;
        // Colder than the drum it always is; how much pressure it stands under hardly matters.
        feedKjPerKg = liquidEnthalpyKjPerKg(setPressure, Math.min(feedwaterTempC, setTempC - 1)) ?? 0;
      }
      const warmedKjPerKg = Math.max(1, steamAt(mediumTempC) - feedKjPerKg);
      const steamKgPerH = (3_600 * wantedKw) / warmedKjPerKg;
      const blowdownKgPerH = (steamKgPerH * blowdownPercent) / 100;
      return {
        usefulKw: wantedKw,
        blowdownKw: (blowdownKgPerH * (saturated.water(mediumTempC) - feedKjPerKg)) / 3_600,
        feedwaterKgPerH: steamKgPerH + blowdownKgPerH,
        steamKgPerH,
        blowdownKgPerH,
        coldTempC: feedwaterTempC,
      };
    },
    tell: (points, mediumTempC, { steamKgPerH }, { feedwaterTempC }) => {
      points.steamFlowKgPerH = steamKgPerH;
      points.steamPressureBarG = 10 * pressureAt(mediumTempC).absoluteMpa - 1.013_25;
      points.steamTempC = mediumTempC + steam.superheatK;
      points.feedwaterTempC = feedwaterTempC;
    },
  };
}

function thermalOilSide({ ratedHeatKw, circuit, thermalOil }: BoilerDesign): WaterSide {
  const densityAt = (tempC: number) =>
    alongCurve(
      thermalOil,
      tempC,
      (line) => line.tempC,
      (line) => line.densityKgPerM3,
    ) ?? 0;
  const heatAt = (tempC: number) =>
    alongCurve(
      thermalOil,
      tempC,
      (line) => line.tempC,
      (line) => line.specificHeatKjPerKgK,
    ) ?? 0;
  const heatKw = (flowM3PerH: number, returnTempC: number, supplyTempC: number) =>
    thermalOilHeatKw(
      flowM3PerH,
      returnTempC,
      supplyTempC,
      { densityKgPerM3: densityAt(returnTempC) },
      { specificHeatKjPerKgK: heatAt((returnTempC + supplyTempC) / 2) },
    ) ?? 0;
  return pumpedSide(ratedHeatKw, circuit, heatKw, 4, (points, flow, returnTempC, supplyTempC) => {
    points.thermalOilFlowM3PerH = flow;
    points.thermalOilReturnTempC = returnTempC;
    points.thermalOilSupplyTempC = supplyTempC;
  });
}

function hotWaterSide({ ratedHeatKw, circuit }: BoilerDesign): WaterSide {
  const heatKw = (flowM3PerH: number, returnTempC: number, supplyTempC: number) =>
    (flowM3PerH *
      hotWater.density(returnTempC) *
      (hotWater.enthalpy(supplyTempC) - hotWater.enthalpy(returnTempC))) /
    3_600;
  return pumpedSide(ratedHeatKw, circuit, heatKw, 8, (points, flow, returnTempC, supplyTempC) => {
    points.hotWaterFlowM3PerH = flow;
    points.hotWaterReturnTempC = returnTempC;
    points.hotWaterSupplyTempC = supplyTempC;
  });
}

/** A medium pumped round at a constant flow: the heat drawn decides how cold it returns. */
function pumpedSide(
  ratedHeatKw: number,
  { supplyTempC, spreadK }: BoilerDesign["circuit"],
  heatKw: (flowM3PerH: number, returnTempC: number, supplyTempC: number) => number,
  contentKjPerKPerKw: number,
  tellOf: (points: StatePoints, flowM3PerH: number, returnTempC: number, supplyTempC: number) => void,
): WaterSide {
  const flowM3PerH = ratedHeatKw / heatKw(1, supplyTempC - spreadK, supplyTempC);
  return {
    setTempC: supplyTempC,
    idleTempC: Math.min(40, supplyTempC - spreadK),
    contentKjPerKPerKw,
    draw: (mediumTempC, wantedKw) => {
      // Density and specific heat hardly change over the spread, so a few rounds find the return.
      let spread = (spreadK * wantedKw) / ratedHeatKw;
      let usefulKw = 0;
      for (let round = 0; round < 3; round += 1) {
        usefulKw = heatKw(flowM3PerH, mediumTempC - spread, mediumTempC);
        if (wantedKw <= 0 || usefulKw <= 0) break;
        spread *= wantedKw / usefulKw;
      }
      return {
        usefulKw: heatKw(flowM3PerH, mediumTempC - spread, mediumTempC),
        blowdownKw: 0,
        feedwaterKgPerH: 0,
        steamKgPerH: 0,
        blowdownKgPerH: 0,
        coldTempC: mediumTempC - spread,
      };
    },
    tell: (points, mediumTempC, { coldTempC }) => tellOf(points, flowM3PerH, coldTempC, mediumTempC),
  };
}

/** A property of water over its temperature, prepared in steps of a kelvin and straight between them. */
function table(at: (tempC: number) => number | null): (tempC: number) => number {
  const values = new Float64Array(hottestSteamC + 2);
  let filled = false;
  return (tempC) => {
    if (!filled) {
      filled = true;
      for (let index = 1; index < values.length; index += 1)
        values[index] = at(index) ?? values[index - 1] ?? 0;
      values[0] = 2 * (values[1] ?? 0) - (values[2] ?? 0);
    }
    const bounded = Math.min(hottestSteamC, Math.max(0, tempC));
    const below = Math.floor(bounded);
    const low = values[below] as number;
    return low + (bounded - below) * ((values[below + 1] as number) - low);
  };
}

function pressureAt(tempC: number) {
  const pressure = saturationPressure(Math.min(hottestSteamC + 1, Math.max(0.1, tempC)));
  assert(pressure !== null, "between freezing and the critical point water boils at some pressure");
  return pressure;
}

// Shared by all boilers; filled when the first one asks.
const saturated = {
  steam: table((tempC) => saturatedEnthalpyKjPerKg(pressureAt(tempC), 1)),
  water: table((tempC) => saturatedEnthalpyKjPerKg(pressureAt(tempC), 0)),
};
const hotWaterPressure = { absoluteMpa: 1.6 };
const hotWater = {
  enthalpy: table((tempC) => liquidEnthalpyKjPerKg(hotWaterPressure, tempC)),
  density: table((tempC) => liquidDensityKgPerM3(hotWaterPressure, tempC)),
};
