/**
 * A number as IEEE 754 binary16, rounded to the nearest, ties to even; what is too large becomes infinity.
 * @returns 0 to 65,535
 */
export function halfFloatBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2⁻¹⁴ all numbers are multiples of 2⁻²⁴; above, each power of two is cut into 1,024 steps.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = tiesToEven(size / 2 ** (exponent - 10));
  // A mantissa that rounds up to 2,048 carries into the exponent by itself.
  return sign | (exponent === -14 ? steps : (exponent + 14) * 1_024 + steps);
}

/** The number that 16 bits mean as IEEE 754 binary16. */
export function halfFloat(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1_024 + mantissa) * 2 ** (exponent - 25);
}

function tiesToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
