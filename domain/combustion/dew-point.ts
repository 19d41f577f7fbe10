import { isAmount } from "../finite.ts";
import { saturationTempC } from "../steam/if97.ts";

const mmHgPerAtm = 760;
const mpaPerAtm = 0.101325;
/** No flue gas has a partial pressure above this: its formulas are not asked for more. */
const mostAtm = 10;

/**
 * Temperature below which sulphuric acid condenses, by Verhoff and Banchero.
 * @param waterMmHg partial pressure of water vapour
 * @param so3MmHg partial pressure of SO₃
 * @returns °C; `null` without water or SO₃, and for pressures that no flue gas has
 * @source Verhoff & Banchero 1974, as reprinted by V. Ganapathy, natural logarithms, mmHg, K
 */
export function acidDewPointVerhoffBancheroC(waterMmHg: number, so3MmHg: number): number | null {
  if (!(isOfFlueGas(waterMmHg / mmHgPerAtm) && isOfFlueGas(so3MmHg / mmHgPerAtm))) return null;
  const water = Math.log(waterMmHg);
  const so3 = Math.log(so3MmHg);
  const inverse = 2.276 - 0.0294 * water - 0.0858 * so3 + 0.0062 * water * so3;
  // Far from flue gas the line turns: it has nothing to say of an acid that condenses above 1,000 K.
  return inverse > 1 ? 1_000 / inverse - 273.15 : null;
}

/**
 * The same by Okkes.
 * @param waterAtm partial pressure of water vapour
 * @param so3Atm partial pressure of SO₃
 * @returns °C; `null` without water, below 0.01 ppm of SO₃, and for pressures that no flue gas has
 * @source Okkes 1987, decimal logarithms, atm
 */
export function acidDewPointOkkesC(waterAtm: number, so3Atm: number): number | null {
  if (!(isOfFlueGas(waterAtm) && isOfFlueGas(so3Atm) && so3Atm > 1e-8)) return null;
  const so3 = Math.log10(so3Atm);
  return 203.25 + 27.6 * Math.log10(waterAtm) + 10.83 * so3 + 1.06 * (so3 + 8) ** 2.19;
}

function isShare(percent: number): boolean {
  return percent >= 0 && percent <= 100;
}

function isOfFlueGas(partialAtm: number): boolean {
  return partialAtm > 0 && partialAtm <= mostAtm;
}

/**
 * Partial pressures of flue gas, from its shares by volume in the wet gas.
 * @source Dalton's law, share by volume × total pressure
 */
export function partialPressures(
  waterPercent: number,
  so3WetPpm: number,
  totalAtm = 1,
): {
  readonly waterAtm: number;
  readonly so3Atm: number;
  readonly waterMmHg: number;
  readonly so3MmHg: number;
} {
  const waterAtm = (waterPercent / 100) * totalAtm;
  const so3Atm = (so3WetPpm / 1e6) * totalAtm;
  return { waterAtm, so3Atm, waterMmHg: waterAtm * mmHgPerAtm, so3MmHg: so3Atm * mmHgPerAtm };
}

/**
 * Temperature below which plain water condenses out of flue gas.
 * @param waterPercent water in the wet gas, % by volume
 * @returns °C; `null` above 100 %, and below that of water at 0 °C: 0.61 % at one atmosphere
 * @source IAPWS-IF97, region 4, at the partial pressure
 */
export function waterDewPointC(waterPercent: number, totalAtm = 1): number | null {
  if (!(waterPercent <= 100)) return null;
  return saturationTempC({ absoluteMpa: (waterPercent / 100) * totalAtm * mpaPerAtm });
}

/**
 * SO₃ in the wet gas, from SO₂ in the dry one.
 * @param conversionPercent share of SO₂ that goes on to SO₃: 1 to 5 %
 * @returns `null` for an SO₂ below nought, and shares that are not from 0 to 100 %
 * @source Definition, the gas without its water, and a conversion from the rules
 */
export function so3WetPpm(so2DryPpm: number, waterPercent: number, conversionPercent: number): number | null {
  if (!(isAmount(so2DryPpm) && isShare(waterPercent) && isShare(conversionPercent))) return null;
  return so2DryPpm * (conversionPercent / 100) * (1 - waterPercent / 100);
}
