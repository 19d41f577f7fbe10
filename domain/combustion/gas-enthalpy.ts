/** Shomate coefficients, with t = T / 1,000 K: kJ/mol above 25 °C. */
interface Shomate {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
  readonly h: number;
}

const nitrogen: Shomate = {
  a: 28.98641,
  b: 1.853978,
  c: -9.647459,
  d: 16.63537,
  e: 0.000117,
  f: -8.671914,
  h: 0,
};
const nitrogenHot: Shomate = {
  a: 19.50583,
  b: 19.88705,
  c: -8.598535,
  d: 1.369784,
  e: 0.527601,
  f: -4.935202,
  h: 0,
};
const oxygen: Shomate = {
  a: 31.32234,
  b: -20.23531,
  c: 57.86644,
  d: -36.50624,
  e: -0.007374,
  f: -8.903471,
  h: 0,
};
const oxygenHot: Shomate = {
  a: 30.03235,
  b: 8.772972,
  c: -3.988133,
  d: 0.788313,
  e: -0.741599,
  f: -11.32468,
  h: 0,
};
const carbonDioxide: Shomate = {
  a: 24.99735,
  b: 55.18696,
  c: -33.69137,
  d: 7.948387,
  e: -0.136638,
  f: -403.6075,
  h: -393.5224,
};
const waterVapour: Shomate = {
  a: 30.092,
  b: 6.832514,
  c: 6.793435,
  d: -2.53448,
  e: 0.082139,
  f: -250.881,
  h: -241.8264,
};
const sulphurDioxide: Shomate = {
  a: 21.43049,
  b: 74.35094,
  c: -57.75217,
  d: 16.35534,
  e: 0.086731,
  f: -305.7688,
  h: -296.8422,
};

function shomate(t: number, { a, b, c, d, e, f, h }: Shomate): number {
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

/** Between two temperatures, so that a second balance between the same two need not find it anew. */
const between = {
  hotC: Number.NaN,
  coldC: Number.NaN,
  co2: Number.NaN,
  so2: Number.NaN,
  o2: Number.NaN,
  n2: Number.NaN,
  h2o: Number.NaN,
};

/**
 * Heat that the gases take up from one temperature to another. It is good until it is asked for again.
 * @returns `null` where one of the two is outside −40 to 1,200 °C
 * @source NIST Chemistry WebBook, SRD 69, Shomate equations
 */
export function gasHeat(hotC: number, coldC: number): GasEnthalpies | null {
  if (!(hotC >= -40 && hotC <= 1_200 && coldC >= -40 && coldC <= 1_200)) return null;
  if (between.hotC === hotC && between.coldC === coldC) return between;
  const hot = (hotC + 273.15) / 1_000;
  const cold = (coldC + 273.15) / 1_000;
  between.hotC = hotC;
  between.coldC = coldC;
  between.co2 = shomate(hot, carbonDioxide) - shomate(cold, carbonDioxide);
  between.so2 = shomate(hot, sulphurDioxide) - shomate(cold, sulphurDioxide);
  between.o2 = shomate(hot, hot < 0.7 ? oxygen : oxygenHot) - shomate(cold, cold < 0.7 ? oxygen : oxygenHot);
  between.n2 =
    shomate(hot, hot < 0.5 ? nitrogen : nitrogenHot) - shomate(cold, cold < 0.5 ? nitrogen : nitrogenHot);
  between.h2o = shomate(hot, waterVapour) - shomate(cold, waterVapour);
  return between;
}

/**
 * Heat in the gases at a temperature, above 25 °C.
 * @returns `null` outside −40 to 1,200 °C
 * @source NIST Chemistry WebBook, SRD 69, Shomate equations (water vapour below 227 °C: the same equation)
 */
export function gasEnthalpies(tempC: number): GasEnthalpies | null {
  if (!(tempC >= -40 && tempC <= 1_200)) return null;
  const t = (tempC + 273.15) / 1_000;
  return {
    co2: shomate(t, carbonDioxide),
    so2: shomate(t, sulphurDioxide),
    o2: shomate(t, t < 0.7 ? oxygen : oxygenHot),
    n2: shomate(t, t < 0.5 ? nitrogen : nitrogenHot),
    h2o: shomate(t, waterVapour),
  };
}
