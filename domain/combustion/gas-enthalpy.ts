/** Shomate coefficients, with t = T / 1,000 K: kJ/mol above 25 °C. */
type Shomate = readonly [a: number, b: number, c: number, d: number, e: number, f: number, h: number];

const nitrogen: Shomate = [28.98641, 1.853978, -9.647459, 16.63537, 0.000117, -8.671914, 0];
const nitrogenHot: Shomate = [19.50583, 19.88705, -8.598535, 1.369784, 0.527601, -4.935202, 0];
const oxygen: Shomate = [31.32234, -20.23531, 57.86644, -36.50624, -0.007374, -8.903471, 0];
const oxygenHot: Shomate = [30.03235, 8.772972, -3.988133, 0.788313, -0.741599, -11.32468, 0];
const carbonDioxide: Shomate = [24.99735, 55.18696, -33.69137, 7.948387, -0.136638, -403.6075, -393.5224];
const waterVapour: Shomate = [30.092, 6.832514, 6.793435, -2.53448, 0.082139, -250.881, -241.8264];
const sulphurDioxide: Shomate = [21.43049, 74.35094, -57.75217, 16.35534, 0.086731, -305.7688, -296.8422];

function shomate(t: number, [a, b, c, d, e, f, h]: Shomate): number {
  return t * (a + t * (b / 2 + t * (c / 3 + (t * d) / 4))) - e / t + f - h;
}

/** Heat in a gas above 25 °C, kJ/mol, for each gas that flue gas is made of. */
export interface GasEnthalpies {
  readonly co2: number;
  readonly so2: number;
  readonly o2: number;
  readonly n2: number;
  /** As vapour: what condensing would give is not in it. */
  readonly h2o: number;
}

/**
 * Heat in the gases at a temperature, above 25 °C.
 * @param tempC −40 to 1,200 °C
 * @source NIST Chemistry WebBook, SRD 69, Shomate equations (water vapour below 227 °C: the same equation)
 */
export function gasEnthalpies(tempC: number): GasEnthalpies {
  const t = (tempC + 273.15) / 1_000;
  return {
    co2: shomate(t, carbonDioxide),
    so2: shomate(t, sulphurDioxide),
    o2: shomate(t, t < 0.7 ? oxygen : oxygenHot),
    n2: shomate(t, t < 0.5 ? nitrogen : nitrogenHot),
    h2o: shomate(t, waterVapour),
  };
}
