const stefanBoltzmann = 5.670374e-8;

/**
 * Heat lost by a hot wall in still air: radiation and free convection.
 *
 * Convection follows Nu = 0.13·Ra^(1/3), in air of about 50 °C h = 1.31·ΔT^(1/3): the height of the wall cancels.
 * @param emissivity of the painted or weathered sheet, about 0.9
 * @returns W/m²
 * @source Stefan–Boltzmann law; ASHRAE Handbook Fundamentals, turbulent free convection on a vertical wall
 */
export function wallLossWPerM2(wallTempC: number, ambientTempC: number, emissivity: number): number {
  const wallK = wallTempC + 273.15;
  const ambientK = ambientTempC + 273.15;
  const radiation = emissivity * stefanBoltzmann * (wallK ** 4 - ambientK ** 4);
  const difference = wallTempC - ambientTempC;
  const convection = 1.31 * Math.sign(difference) * Math.abs(difference) ** (4 / 3);
  return radiation + convection;
}
