/**
 * Fuel saved by less oxygen, by the guidance's rule of thumb. It holds for a cool stack; at 250 °C the true figure is
 * nearly twice as much. A hint, never part of a savings report.
 * @param rule the saving and per how many points of O₂, from the rules
 * @source Guidance 003, rules of thumb, 1 % of fuel per 3 points of O₂
 */
export function o2ThumbSavingPercent(
  o2BeforePercent: number,
  o2AfterPercent: number,
  rule: { readonly savingPercent: number; readonly o2Points: number },
): number {
  return ((o2BeforePercent - o2AfterPercent) * rule.savingPercent) / rule.o2Points;
}

/**
 * Fuel cost saved by a cooler exhaust, by the guidance's rule of thumb: a hint.
 * @source Guidance 003, rules of thumb, after 節約能源技術手冊, 1 % of fuel cost per 20 °C
 */
export function exhaustThumbSavingPercent(
  exhaustBeforeC: number,
  exhaustAfterC: number,
  rule: { readonly savingPercent: number; readonly perK: number },
): number {
  return ((exhaustBeforeC - exhaustAfterC) * rule.savingPercent) / rule.perK;
}
