import { absoluteZeroC, finiteOrNull } from "../finite.ts";

const stefanBoltzmann = 5.670374e-8;

/**
 * Heat lost by a hot wall in still air: radiation and free convection.
 *
 * Convection follows Nu = 0.13·Ra^(1/3), in air of about 50 °C h = 1.31·ΔT^(1/3): the height of the wall cancels.
 * @param emissivity of the painted or weathered sheet, about 0.9
 * @returns W/m²; `null` below absolute zero, and for an emissivity that is not from 0 to 1
 * @source Stefan–Boltzmann law; ASHRAE Handbook Fundamentals, turbulent free convection on a vertical wall
 */
export function wallLossWPerM2(wallTempC: number, ambientTempC: number, emissivity: number): number | null {
  if (!(wallTempC >= absoluteZeroC && ambientTempC >= absoluteZeroC && emissivity >= 0 && emissivity <= 1))
    return null;
  const wallK = wallTempC - absoluteZeroC;
  const ambientK = ambientTempC - absoluteZeroC;
  const radiation = emissivity * stefanBoltzmann * (wallK ** 4 - ambientK ** 4);
  const difference = wallTempC - ambientTempC;
  const convection = 1.31 * Math.sign(difference) * Math.abs(difference) ** (4 / 3);
  return finiteOrNull(radiation + convection);
}
