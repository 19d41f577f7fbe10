import { lowestO2Percent } from "../combustion/excess-air.ts";
import { absoluteZeroC, finiteOrNull, isAmount } from "../finite.ts";
import type { GasFlow } from "./concentration.ts";

const normalTempK = 273.15;
const normalPressureKpa = 101.325;

/**
 * Wet and dry flow in a stack, from velocity (pitot tube) and its state.
 * @param pressureKpa absolute pressure in the stack
 * @param moisturePercent water in the gas, % by volume
 * @returns `null` at absolute zero and below, without pressure, and for a flow, an area or a moisture that cannot be
 * @source Ideal gas at 0 °C and 101.325 kPa
 */
export function pitotFlow(
  velocityMPerS: number,
  areaM2: number,
  gasTempC: number,
  pressureKpa: number,
  moisturePercent: number,
): { readonly wet: GasFlow<"wet">; readonly dry: GasFlow<"dry"> } | null {
  const wetNm3PerH =
    3_600 *
    velocityMPerS *
    areaM2 *
    (normalTempK / (gasTempC + normalTempK)) *
    (pressureKpa / normalPressureKpa);
  const isGas = gasTempC > absoluteZeroC && pressureKpa > 0 && isAmount(velocityMPerS) && isAmount(areaM2);
  const wet = { basis: "wet", nm3PerH: wetNm3PerH } as const;
  const dry = isGas ? dryFlow(wet, moisturePercent) : null;
  return dry === null ? null : { wet, dry };
}

/**
 * The flow of the gas without its water.
 * @returns `null` for a flow below nought, and a moisture that is not from 0 up to below 100 %
 * @source Definition, the gas without its water
 */
export function dryFlow(wet: GasFlow<"wet">, moisturePercent: number): GasFlow<"dry"> | null {
  if (!(isAmount(wet.nm3PerH) && moisturePercent >= 0 && moisturePercent < 100)) return null;
  return { basis: "dry", nm3PerH: wet.nm3PerH * (1 - moisturePercent / 100) };
}

/**
 * Water in the gas, % by volume, from its wet and dry flow.
 * @returns `null` without a flow, and where the dry one is more than the wet
 * @source Definition, the gas without its water
 */
export function moistureFromFlowsPercent(wet: GasFlow<"wet">, dry: GasFlow<"dry">): number | null {
  if (!(isAmount(dry.nm3PerH) && dry.nm3PerH <= wet.nm3PerH)) return null;
  return finiteOrNull(100 * (1 - dry.nm3PerH / wet.nm3PerH));
}

/** The flow of EPA Method 19 in its own state, 20 °C, and in ours. */
export interface Method19Flow {
  readonly m3PerHAt20C: number;
  readonly normal: GasFlow<"dry">;
}

/**
 * Dry flue gas from the heat that is fired, where no pitot tube stands.
 * @param heatInputHhvMjPerH on the gross heating value: Method 19 knows no other
 * @param fdM3PerJ dry F factor, 1e-7 m³/J at 20 °C: 2.47 for oil, 2.34 for gas …
 * @returns `null` from 20.9 % O₂ on, below what a zero can drift to, and for a heat or a factor below nought
 * @source EPA Method 19, equation 19-1, whose default factors are for cross-checks and indication
 */
export function method19Flow(
  heatInputHhvMjPerH: number,
  fdM3PerJ: number,
  o2DryPercent: number,
): Method19Flow | null {
  if (!(o2DryPercent >= lowestO2Percent && o2DryPercent < 20.9)) return null;
  if (!(isAmount(heatInputHhvMjPerH) && isAmount(fdM3PerJ))) return null;
  const m3PerHAt20C = heatInputHhvMjPerH * 1e6 * fdM3PerJ * 1e-7 * (20.9 / (20.9 - o2DryPercent));
  if (!Number.isFinite(m3PerHAt20C)) return null;
  return { m3PerHAt20C, normal: { basis: "dry", nm3PerH: m3PerHAt20C * (normalTempK / 293.15) } };
}

/**
 * A fuel's own dry F factor from its analysis.
 * @param percent by mass, as fired
 * @param gcvKjPerKg gross heating value
 * @returns 1e-7 m³/J at 20 °C; `null` without a heating value
 * @source EPA Method 19, equation 19-13
 */
export function fdFromAnalysis(
  percent: {
    readonly c: number;
    readonly h: number;
    readonly s: number;
    readonly n: number;
    readonly o: number;
  },
  gcvKjPerKg: number,
): number | null {
  const { c, h, s, n, o } = percent;
  if (!(gcvKjPerKg > 0)) return null;
  return finiteOrNull((1e7 * 1e-5 * (22.7 * h + 9.57 * c + 3.54 * s + 0.86 * n - 2.85 * o)) / gcvKjPerKg);
}
