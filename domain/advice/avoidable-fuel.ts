import { boilerLosses, type Fired, type LossInputs } from "../boiler-losses.ts";
import { finiteOrNull } from "../finite.ts";

/**
 * Fuel that would not be burned if the boiler ran at its target efficiency with the same useful heat: an estimate,
 * labelled with its basis.
 *
 * The same heat at efficiency η takes fuel in proportion to 1/η, so the avoidable share is 1 − η_now / η_target. Both
 * efficiencies are computed by the same method on the same basis, one with the measured and one with the target inputs.
 * @returns % of the fuel burned now, 0 where the target is not better; `null` where an efficiency is missing
 * @source Heat balance, above: the same useful heat at two efficiencies
 */
export function avoidableFuelPercent(
  efficiencyNowPercent: number | null,
  efficiencyTargetPercent: number | null,
): number | null {
  if (efficiencyNowPercent === null || efficiencyTargetPercent === null) return null;
  if (!(efficiencyNowPercent > 0 && efficiencyTargetPercent > 0)) return null;
  return finiteOrNull(100 * Math.max(0, 1 - efficiencyNowPercent / efficiencyTargetPercent));
}

/**
 * The same with other oxygen, or a cooler exhaust, by computed losses (indirect method, LHV).
 * @returns % of the fuel burned now; `null` where the losses cannot be computed
 * @source Heat balance, by the heat-loss method once with the measured and once with the target values
 */
export function avoidableBy(
  fired: Fired,
  now: LossInputs,
  targetO2DryPercent: number,
  targetExhaustTempC: number,
): number | null {
  return avoidableFuelPercent(
    efficiencyLhvPercent(fired, now, now.o2DryPercent, now.exhaustTempC),
    efficiencyLhvPercent(fired, now, targetO2DryPercent, targetExhaustTempC),
  );
}

function efficiencyLhvPercent(
  fired: Fired,
  now: LossInputs,
  o2DryPercent: number,
  exhaustTempC: number,
): number | null {
  return boilerLosses(now, fired, o2DryPercent, exhaustTempC)?.efficiencyIndirectLhvPercent ?? null;
}
