/** How to come from a unit that a device sends to the one a point is kept in: `value × scale + offset`. */
interface Conversion {
  readonly from: string;
  readonly to: string;
  readonly scale: number;
  readonly offset: number;
}

/** Exact by definition, or to all digits of a double. Volumes of gas are never converted without their state. */
const conversions: readonly Conversion[] = [
  { from: "°F", to: "°C", scale: 5 / 9, offset: -160 / 9 },
  { from: "K", to: "°C", scale: 1, offset: -273.15 },
  { from: "kPa", to: "bar", scale: 0.01, offset: 0 },
  { from: "MPa", to: "bar", scale: 10, offset: 0 },
  { from: "psi", to: "bar", scale: 0.068_947_572_931_683_6, offset: 0 },
  { from: "kgf/cm²", to: "bar", scale: 0.980_665, offset: 0 },
  { from: "t/h", to: "kg/h", scale: 1_000, offset: 0 },
  { from: "kg/s", to: "kg/h", scale: 3_600, offset: 0 },
  { from: "L/s", to: "m³/h", scale: 3.6, offset: 0 },
  { from: "L/min", to: "m³/h", scale: 0.06, offset: 0 },
  { from: "L/min", to: "L/h", scale: 60, offset: 0 },
  { from: "m³/h", to: "L/h", scale: 1_000, offset: 0 },
  { from: "MW", to: "kW", scale: 1_000, offset: 0 },
  { from: "kcal/h", to: "kW", scale: 4.1868 / 3_600, offset: 0 },
];

/** Turns a number in `from` into one in `to`; `null` when there is no such way. */
export function conversion(from: string, to: string): ((value: number) => number) | null {
  if (from === to) return (value) => value;
  const found = conversions.find((each) => each.from === from && each.to === to);
  return found === undefined ? null : (value) => value * found.scale + found.offset;
}

/** The way back: turns a number kept in `to` into what a device that speaks `from` would send. */
export function inverseConversion(from: string, to: string): ((value: number) => number) | null {
  const forth = conversion(from, to);
  if (forth === null) return null;
  const offset = forth(0);
  const scale = forth(1) - offset;
  return (value) => (value - offset) / scale;
}

/** Units that can be given for a point kept in `to`. */
export function unitsInto(to: string): readonly string[] {
  return [to, ...conversions.filter((each) => each.to === to).map(({ from }) => from)];
}

/** The decimal meant by the result of a decimal calculation: 0.7, where binary arithmetic says 0.7000000000000001. */
export function fifteenDigits(value: number): number {
  return Number(value.toPrecision(15));
}

/** The decimal with the fewest digits that is this float: 4.9, where a double would say 4.900000095367432. */
export function shortestDecimal(
  float: number,
  fewest: number,
  most: number,
  isMeantBy: (decimal: number) => boolean,
): number {
  for (let digits = fewest; digits < most; digits += 1) {
    const decimal = Number(float.toPrecision(digits));
    if (isMeantBy(decimal)) return decimal;
  }
  return float;
}

/** A 32-bit float as the shortest decimal that means it; NaN and infinity as they are. */
export function shortestFloat32(value: number): number {
  return shortestDecimal(value, 6, 9, (decimal) => Math.fround(decimal) === value);
}

/** What the device's numbers mean: raw × scale + offset; a scale like 0.1 is a division by 10, so that no digit is made up. */
export function scaling(scale: number, offset: number): (raw: number) => number {
  const divisor = Math.round(1 / scale);
  if (Math.abs(scale) < 1 && Math.abs(1 / scale - divisor) < 1e-9) {
    return offset === 0 ? (raw) => raw / divisor : (raw) => fifteenDigits(raw / divisor + offset);
  }
  if (scale === 1 && offset === 0) return (raw) => raw;
  return (raw) => fifteenDigits(raw * scale + offset);
}
