/**
 * Student's t, Fisher's F and the normal distribution, to about 12 digits and with fractional degrees of freedom.
 *
 * Tails are computed as tails: one minus a distribution function near 1 loses every digit of a small p value.
 */

const lanczosG = 7;
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** @source Lanczos' approximation with g = 7 and nine coefficients (Godfrey); x above 0 */
function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  const series = lanczos.reduce(
    (sum, each, index) => (index === 0 ? each : sum + each / (shifted + index)),
    0,
  );
  const t = shifted + lanczosG + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Regularised incomplete beta function I_x(a, b).
 * @param complement 1 − x, given so that it keeps its digits where x is near 1
 * @source Continued fraction by Lentz's method, Abramowitz and Stegun 26.5.8
 */
function incompleteBeta(x: number, complement: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  // The fraction converges fast on this side; on the other one the symmetry I_x(a, b) = 1 − I_1−x(b, a) helps.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(complement, x, b, a);
  const logFront = lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(complement);
  const tiny = 1e-300;
  const kept = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return (Math.exp(logFront) * fraction) / a;
}

/** Chance that |t| is larger than this: the p value of a coefficient. Above 0 degrees of freedom, not only whole ones. */
export function tTwoSided(t: number, dof: number): number {
  const squared = t * t;
  return incompleteBeta(dof / (dof + squared), squared / (dof + squared), dof / 2, 0.5);
}

/** Chance of a larger F: the p value of a model. */
export function fUpper(f: number, dof1: number, dof2: number): number {
  if (f <= 0) return 1;
  const whole = dof2 + dof1 * f;
  return incompleteBeta(dof2 / whole, (dof1 * f) / whole, dof2 / 2, dof1 / 2);
}

/** Chance of a larger normal deviate. */
export function normalUpper(z: number): number {
  if (z < 0) return 1 - normalUpper(-z);
  if (z < 3) {
    // P(0 < Z < z) as a series of terms z^(2k+1) / (1·3·5…), all of one sign.
    let term = z;
    let sum = z;
    for (let k = 1; k < 200 && term > 1e-18 * sum; k += 1) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 200; k >= 1; k -= 1) fraction = k / (z + fraction);
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / (z + fraction);
}

/** The point that a share `p` of Student's t lies below. */
export function tQuantile(p: number, dof: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -tQuantile(1 - p, dof);
  return whereFalling((t) => tTwoSided(t, dof) / 2, 1 - p);
}

export function fQuantile(p: number, dof1: number, dof2: number): number {
  return whereFalling((f) => fUpper(f, dof1, dof2), 1 - p);
}

export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  return p < 0.5 ? -normalQuantile(1 - p) : whereFalling(normalUpper, 1 - p);
}

/** Where a tail, falling from x = 0 on, comes down to a value: by halving, to the last digit. */
function whereFalling(tail: (x: number) => number, value: number): number {
  let high = 1;
  while (tail(high) > value && high < 1e300) high *= 2;
  let low = high > 1 ? high / 2 : 0;
  for (let step = 0; step < 200; step += 1) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (tail(middle) > value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
