import { idealGammaTau, liquidGammaPi, liquidGammaTau, region4, residualGammaTau } from "./if97-equations.ts";

const [n1, n2, n3, n4, n5, n6, n7, n8, n9, n10] = region4;

/** Specific gas constant of water, kJ/(kg K). */
const gasConstant = 0.461526;

/** Absolute pressure. A gauge reading is turned into one by `absolutePressure`; a bare number is not one. */
export interface AbsolutePressure {
  readonly absoluteMpa: number;
}

/** What a pressure gauge tells, together with the air around it. */
export interface GaugePressure {
  readonly barG: number;
}

const standardAtmosphereBar = 1.01325;

/**
 * Absolute pressure of a gauge reading.
 * @source Definition, gauge + atmosphere, with 101.325 kPa for the standard one
 */
export function absolutePressure(
  { barG }: GaugePressure,
  atmosphereBar = standardAtmosphereBar,
): AbsolutePressure {
  return { absoluteMpa: (barG + atmosphereBar) / 10 };
}

/**
 * Saturation temperature of water.
 * @returns °C; `null` outside 611.213 Pa to 22.064 MPa
 * @source IAPWS-IF97, region 4, backward equation (31)
 */
export function saturationTempC({ absoluteMpa }: AbsolutePressure): number | null {
  if (!(absoluteMpa >= 611.213e-6 && absoluteMpa <= 22.064)) return null;
  const beta = Math.sqrt(Math.sqrt(absoluteMpa));
  const e = beta * beta + n3 * beta + n6;
  const f = n1 * beta * beta + n4 * beta + n7;
  const g = n2 * beta * beta + n5 * beta + n8;
  const d = (2 * g) / (-f - Math.sqrt(f * f - 4 * e * g));
  const sum = n10 + d;
  return (sum - Math.sqrt(sum * sum - 4 * (n9 + n10 * d))) / 2 - 273.15;
}

/**
 * Saturation pressure of water.
 * @returns `null` outside 0 to 373.946 °C
 * @source IAPWS-IF97, region 4, equation (30)
 */
export function saturationPressure(tempC: number): AbsolutePressure | null {
  return tempC >= 0 && tempC <= 373.946 ? { absoluteMpa: saturationMpa(tempC) } : null;
}

/** Region 4, wherever it holds. */
function saturationMpa(tempC: number): number {
  const tempK = tempC + 273.15;
  const theta = tempK + n9 / (tempK - n10);
  const a = theta * theta + n1 * theta + n2;
  const b = n3 * theta * theta + n4 * theta + n5;
  const c = n6 * theta * theta + n7 * theta + n8;
  const root = (2 * c) / (-b + Math.sqrt(b * b - 4 * a * c));
  return root * root * root * root;
}

function isLiquid({ absoluteMpa }: AbsolutePressure, tempC: number): boolean {
  if (!(tempC >= 0 && tempC <= 350 && absoluteMpa > 0 && absoluteMpa <= 100)) return false;
  // A hair below saturation the two equations of the standard disagree in the last digits.
  return absoluteMpa >= saturationMpa(tempC) * (1 - 1e-6);
}

/** Region 1, wherever it holds. */
function liquidKjPerKg(absoluteMpa: number, tempC: number): number {
  const tau = 1386 / (tempC + 273.15);
  return gasConstant * 1386 * liquidGammaTau(7.1 - absoluteMpa / 16.53, tau - 1.222);
}

/** Region 2, wherever it holds. */
function steamKjPerKg(absoluteMpa: number, tempC: number): number {
  const tau = 540 / (tempC + 273.15);
  return gasConstant * 540 * (idealGammaTau(tau) + residualGammaTau(absoluteMpa, tau - 0.5));
}

/**
 * Enthalpy of liquid water (region 1).
 * @param tempC 0 to 350 °C, at or below saturation
 * @returns kJ/kg; `null` outside the region
 * @source IAPWS-IF97, region 1, equation (7)
 */
export function liquidEnthalpyKjPerKg(pressure: AbsolutePressure, tempC: number): number | null {
  return isLiquid(pressure, tempC) ? liquidKjPerKg(pressure.absoluteMpa, tempC) : null;
}

/**
 * Density of liquid water (region 1).
 * @returns kg/m³; `null` outside the region
 * @source IAPWS-IF97, region 1, equation (7)
 */
export function liquidDensityKgPerM3(pressure: AbsolutePressure, tempC: number): number | null {
  if (!isLiquid(pressure, tempC)) return null;
  const reduced = pressure.absoluteMpa / 16.53;
  const gammaPi = liquidGammaPi(7.1 - reduced, 1386 / (tempC + 273.15) - 1.222);
  const volume = (gasConstant * (tempC + 273.15) * reduced * gammaPi) / (pressure.absoluteMpa * 1_000);
  return 1 / volume;
}

/**
 * Enthalpy of steam (region 2).
 * @param tempC up to 800 °C, at or above saturation
 * @returns kJ/kg; `null` outside the region
 * @source IAPWS-IF97, region 2, equations (15) to (17)
 */
export function steamEnthalpyKjPerKg(pressure: AbsolutePressure, tempC: number): number | null {
  const { absoluteMpa } = pressure;
  if (!(tempC >= 0 && tempC <= 800 && absoluteMpa > 0 && absoluteMpa <= boundary23Mpa(tempC))) return null;
  if (tempC <= 350 && absoluteMpa > saturationMpa(tempC) * (1 + 1e-6)) return null;
  return steamKjPerKg(absoluteMpa, tempC);
}

/** Upper pressure of region 2: 100 MPa above 590 °C, the boundary to region 3 between, saturation below 350 °C. */
function boundary23Mpa(tempC: number): number {
  const tempK = tempC + 273.15;
  if (tempK >= 863.15) return 100;
  if (tempK <= 623.15) return 16.5292;
  return 348.05185628969 - 1.1671859879975 * tempK + 0.0010192970039326 * tempK * tempK;
}

/**
 * Enthalpy of saturated steam of a dryness.
 * @param dryness kg of dry steam per kg, 0 to 1
 * @returns kJ/kg; `null` above 16.529 MPa, where regions 1 and 2 end
 * @source IAPWS-IF97, regions 1, 2 and 4, mixed by h′ + x·(h″ − h′)
 */
export function saturatedEnthalpyKjPerKg(pressure: AbsolutePressure, dryness: number): number | null {
  const tempC = saturationTempC(pressure);
  if (tempC === null || tempC > 350 || !(dryness >= 0 && dryness <= 1)) return null;
  const steam = steamKjPerKg(pressure.absoluteMpa, tempC);
  if (dryness === 1) return steam;
  const liquid = liquidKjPerKg(pressure.absoluteMpa, tempC);
  return liquid + dryness * (steam - liquid);
}
