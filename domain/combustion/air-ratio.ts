/**
 * The air ratio of the limit tables, in hundredths: 21 / (21 − O₂), rounded half up to two decimals.
 *
 * It is a rule's figure, not combustion's: it treats every fuel as pure carbon and overstates the excess air of
 * gas by a tenth. The rounded ratio is what the tables compare, so the rounding is done in whole numbers: with
 * O₂ = n / 10¹², the ratio is 21·10¹² / (21·10¹² − n), and half up means ⌊(2·2100·10¹² + d) / 2d⌋ with d the
 * denominator. Binary fractions would put five of the 2,100 possible hundredths of O₂ on the wrong side.
 * @param o2DryPercent % by volume, dry, as measured: never rounded before
 * @returns `null` below 0 % (a drifted zero) and from 21 % on (no flue gas)
 * @source Guidance 003, air-ratio table, note 1
 */
export function airRatioHundredths(o2DryPercent: number): number | null {
  if (!(o2DryPercent >= 0 && o2DryPercent < 21)) return null;
  const scale = 1e12;
  const d = 21 * scale - Math.round(o2DryPercent * scale);
  if (d <= 0) return null;
  const numerator = 2 * 2100 * scale + d;
  let hundredths = Math.floor(numerator / (2 * d));
  // The quotient of two doubles may round up to the next whole number; the remainder, exact below 2^53, decides.
  if (numerator - hundredths * 2 * d < 0) hundredths -= 1;
  return hundredths;
}

/**
 * The same as a ratio with two decimals, 1.30 for instance.
 * @source Guidance 003, air-ratio table, note 1
 */
export function airRatio(o2DryPercent: number): number | null {
  const hundredths = airRatioHundredths(o2DryPercent);
  return hundredths === null ? null : hundredths / 100;
}
