import { absoluteZeroC, finiteOrNull, isAmount } from "../finite.ts";
import { liquidDensityKgPerM3, liquidEnthalpyKjPerKg } from "./if97.ts";

/**
 * Heat that the water of a steam boiler took up.
 * @param steamFlowKgPerH of steam that leaves; blowdown is kept out of it
 * @param steamKjPerKg enthalpy of the steam; feedKjPerKg of the feedwater
 * @returns kW; `null` for a flow below nought
 * @source Heat balance, m·(h − h_feed)
 */
export function steamHeatKw(
  steamFlowKgPerH: number,
  steamKjPerKg: number,
  feedKjPerKg: number,
): number | null {
  if (!isAmount(steamFlowKgPerH)) return null;
  return finiteOrNull((steamFlowKgPerH * (steamKjPerKg - feedKjPerKg)) / 3_600);
}

/** A heat-transfer oil at a temperature, from its data sheet. */
export interface OilProperties {
  readonly densityKgPerM3: number;
  readonly specificHeatKjPerKgK: number;
}

/**
 * Heat that a heat-transfer oil took up.
 * @param flowM3PerH at the temperature of the meter; `atMeter` holds the density there
 * @param atMean the specific heat at the mean of the two temperatures
 * @returns kW; `null` for a flow below nought, an oil that weighs or holds nothing, and below absolute zero
 * @source Heat balance, V·ρ·c·ΔT
 */
export function thermalOilHeatKw(
  flowM3PerH: number,
  returnTempC: number,
  supplyTempC: number,
  { densityKgPerM3 }: Pick<OilProperties, "densityKgPerM3">,
  { specificHeatKjPerKgK }: Pick<OilProperties, "specificHeatKjPerKgK">,
): number | null {
  if (!(isAmount(flowM3PerH) && densityKgPerM3 > 0 && specificHeatKjPerKgK > 0)) return null;
  if (!(returnTempC > absoluteZeroC && supplyTempC > absoluteZeroC)) return null;
  return finiteOrNull(
    (flowM3PerH * densityKgPerM3 * specificHeatKjPerKgK * (supplyTempC - returnTempC)) / 3_600,
  );
}

/**
 * Efficiency by the direct method.
 * @param heatInputKw of the fuel, on the basis of the result: net for LHV, gross for HHV
 * @returns %; `null` without heat input
 * @source Definition, useful heat / heat input
 */
export function efficiencyDirectPercent(usefulHeatKw: number, heatInputKw: number): number | null {
  return heatInputKw > 0 ? finiteOrNull((100 * usefulHeatKw) / heatInputKw) : null;
}

/** Pressure at which a hot-water system is taken to stand: its enthalpy hardly depends on it. */
const hotWaterMpa = 1.6;

/**
 * Heat that the water of a hot-water boiler took up.
 * @param flowM3PerH in the return
 * @returns kW; `null` for a flow below nought, and outside 0 to 200 °C
 * @source Heat balance, V·ρ·(h − h_return); IAPWS-IF97, region 1, at 1.6 MPa
 */
export function hotWaterHeatKw(flowM3PerH: number, returnTempC: number, supplyTempC: number): number | null {
  if (!isAmount(flowM3PerH)) return null;
  const pressure = { absoluteMpa: hotWaterMpa };
  const density = liquidDensityKgPerM3(pressure, returnTempC);
  const cold = liquidEnthalpyKjPerKg(pressure, returnTempC);
  const hot = liquidEnthalpyKjPerKg(pressure, supplyTempC);
  if (density === null || cold === null || hot === null) return null;
  return finiteOrNull((flowM3PerH * density * (hot - cold)) / 3_600);
}
