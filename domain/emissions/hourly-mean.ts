import { finiteOrNull, isAmount } from "../finite.ts";
import { referenceO2Factor } from "./reference-oxygen.ts";

/** What a quarter of an hour, or a minute, gives to an hour's mean; `null`: not valid. */
export interface EmissionSample {
  /** Dry, as measured. */
  readonly concentration: number;
  readonly o2DryPercent: number;
}

/**
 * In which order an hour's mean is made. Taiwan corrects each value and then takes the mean; the US takes the means
 * and corrects once. They differ by a tenth in a restless hour, so a permit fixes one.
 */
export const averagingOrders = ["correct-then-average", "average-then-correct"] as const;
export type AveragingOrder = (typeof averagingOrders)[number];

/**
 * What becomes of a start-up, while so much air stands in the flue that no fire explains it. Correcting it to the
 * reference oxygen magnifies it up to fifteenfold, and Taiwan's ministry has held both that it counts and that it does
 * not: so a permit fixes it. Its values are left out and their minutes lost; or they count as they are measured, as the
 * standard for power plants has it; or they are corrected like all others.
 */
export const startUpTreatments = ["left-out", "as-measured", "corrected"] as const;
export type StartUpTreatment = (typeof startUpTreatments)[number];

/**
 * Mean of a clock hour at the reference oxygen.
 * @param quarters the hour's four quarters; one that is not valid is `null`
 * @param minValid quarters that must be valid: 3 by the project's rule, 4 of a full hour by the US one
 * @returns `null` when too few are valid, or one that counts as valid holds what no gas has
 * @source Hour rule of the project, three of four quarter-hours; 40 CFR 60.13(h), four of a full hour
 */
export function hourlyMean(
  quarters: readonly (EmissionSample | null)[],
  referenceO2Percent: number,
  order: AveragingOrder,
  minValid = 3,
  denominatorFloor = 1,
): number | null {
  const valid = quarters.filter((quarter) => quarter !== null);
  if (!(valid.length >= Math.max(1, minValid))) return null;
  const factor = (o2DryPercent: number) =>
    referenceO2Factor(o2DryPercent, referenceO2Percent, denominatorFloor);
  const isOfGas = ({ concentration, o2DryPercent }: EmissionSample) =>
    isAmount(concentration) && !Number.isNaN(factor(o2DryPercent));
  if (!valid.every(isOfGas)) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (order === "correct-then-average") {
    return finiteOrNull(
      mean(valid.map(({ concentration, o2DryPercent }) => concentration * factor(o2DryPercent))),
    );
  }
  return finiteOrNull(
    mean(valid.map(({ concentration }) => concentration)) *
      factor(mean(valid.map((each) => each.o2DryPercent))),
  );
}
