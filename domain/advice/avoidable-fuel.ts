/** What burning worse than one could costs in an hour; an estimate with its basis. */
export interface AvoidableFuel {
  /** % of the fuel burned now. */
  readonly sharePercent: number;
  /** In the unit of the fuel's meter. */
  readonly fuelPerH: number;
  readonly moneyPerH: number;
  readonly co2KgPerH: number;
}

/**
 * Fuel that would not be burned if the boiler ran at its target efficiency with the same useful heat.
 *
 * The same heat at efficiency η takes fuel in proportion to 1/η, so the avoidable share is 1 − η_now / η_target. Both
 * efficiencies are computed by the same method on the same basis, with the measured and the target oxygen.
 * @returns zeros where the target is not better; `null` where an efficiency is missing or not positive
 */
export function avoidableFuel(
  efficiencyNowPercent: number | null,
  efficiencyTargetPercent: number | null,
  fuel: {
    readonly flowPerH: number;
    readonly pricePerUnit: number;
    readonly ncvMjPerUnit: number;
    readonly co2KgPerTj: number;
  },
): AvoidableFuel | null {
  if (efficiencyNowPercent === null || efficiencyTargetPercent === null) return null;
  if (!(efficiencyNowPercent > 0 && efficiencyTargetPercent > 0)) return null;
  const share = Math.max(0, 1 - efficiencyNowPercent / efficiencyTargetPercent);
  const fuelPerH = share * fuel.flowPerH;
  return {
    sharePercent: 100 * share,
    fuelPerH,
    moneyPerH: fuelPerH * fuel.pricePerUnit,
    co2KgPerH: (fuelPerH * fuel.ncvMjPerUnit * fuel.co2KgPerTj) / 1e6,
  };
}
