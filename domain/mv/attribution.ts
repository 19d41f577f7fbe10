/** What one measure multiplies a quantity by: a fuel's factor to the old one's, an efficiency's to the new one's. */
export interface Measure {
  readonly measure: string;
  readonly ratio: number;
}

export interface Effect {
  readonly measure: string;
  /** What it takes away; in the unit of the quantity. */
  readonly reduction: number;
}

/** How a reduction was shared out: the shares depend on it, so it is said. */
export interface Attribution {
  readonly rule: "log-mean" | "sequential";
  readonly before: number;
  readonly after: number;
  readonly effects: readonly Effect[];
  readonly total: number;
}

/**
 * Shares a reduction out over measures that act on one quantity, without a remainder and whatever their order.
 * @returns `null` unless all is above nought
 * @source Logarithmic mean Divisia index (LMDI-I, Ang 2005): L(C₀, C₁)·ln(ratio), L = (C₀ − C₁) / ln(C₀ / C₁)
 */
export function logMeanAttribution(before: number, measures: readonly Measure[]): Attribution | null {
  if (!(before > 0) || measures.some(({ ratio }) => !(ratio > 0))) return null;
  const after = measures.reduce((value, { ratio }) => value * ratio, before);
  const weight = Math.abs(after / before - 1) < 1e-12 ? before : (before - after) / Math.log(before / after);
  return {
    rule: "log-mean",
    before,
    after,
    effects: measures.map(({ measure, ratio }) => ({ measure, reduction: -weight * Math.log(ratio) })),
    total: before - after,
  };
}

/** Shares a reduction out in the order given: what comes last finds less to reduce. */
export function sequentialAttribution(before: number, measures: readonly Measure[]): Attribution | null {
  if (!(before > 0) || measures.some(({ ratio }) => !(ratio > 0))) return null;
  let left = before;
  const effects = measures.map(({ measure, ratio }) => {
    const reduction = left * (1 - ratio);
    left *= ratio;
    return { measure, reduction };
  });
  return { rule: "sequential", before, after: left, effects, total: before - left };
}

/** What a published retrofit says of itself, t of CO₂ a year. */
export interface PublishedReduction {
  readonly parts: readonly Effect[];
  /** Of the whole plant's emissions. */
  readonly sharePercent: number;
  /** Which part is a saving of fuel after the switch, and by how much. */
  readonly afterSwitch: { readonly measure: string; readonly fuelSavingPercent: number };
  /** Which part is the switch itself. */
  readonly switchMeasure: string;
  readonly efficiencyBeforePercent: number;
  readonly factorBefore: number;
  readonly factorAfter: number;
}

/** What must hold if the published figures are right, step by step back to the boiler. */
export interface ImpliedByReduction {
  readonly totalT: number;
  /** Of the whole plant: what the share refers to. */
  readonly plantBaseT: number;
  readonly afterSwitchT: number;
  /** Of the boiler before: what the switch and the recovery act on. */
  readonly boilerBaseT: number;
  readonly otherSharePercent: number;
  readonly efficiencyAfterSwitchPercent: number;
  readonly efficiencyAfterAllPercent: number;
}

/**
 * Works a published reduction back to what it stands on. A share of the plant is no share of the boiler, and an
 * efficiency "after" that holds the recovery already must not have it taken off again.
 * @returns `null` where the parts that it needs are not there
 */
export function impliedByReduction(published: PublishedReduction): ImpliedByReduction | null {
  const { parts, sharePercent, afterSwitch, switchMeasure } = published;
  const part = (name: string) => parts.find(({ measure }) => measure === name)?.reduction;
  const [recovery, switched] = [part(afterSwitch.measure), part(switchMeasure)];
  if (recovery === undefined || switched === undefined) return null;
  if (!(sharePercent > 0) || !(afterSwitch.fuelSavingPercent > 0)) return null;
  const totalT = parts.reduce((sum, { reduction }) => sum + reduction, 0);
  const plantBaseT = (100 * totalT) / sharePercent;
  const afterSwitchT = (100 * recovery) / afterSwitch.fuelSavingPercent;
  const boilerBaseT = afterSwitchT + switched;
  const { efficiencyBeforePercent, factorBefore, factorAfter } = published;
  const efficiencyAfterSwitchPercent =
    (efficiencyBeforePercent * (factorAfter / factorBefore) * boilerBaseT) / afterSwitchT;
  return {
    totalT,
    plantBaseT,
    afterSwitchT,
    boilerBaseT,
    otherSharePercent: 100 * (1 - boilerBaseT / plantBaseT),
    efficiencyAfterSwitchPercent,
    efficiencyAfterAllPercent: efficiencyAfterSwitchPercent / (1 - afterSwitch.fuelSavingPercent / 100),
  };
}

/** CO₂ after, as a share of before, for the same useful heat: fuel factor and efficiency together, each once. */
export function co2Ratio(
  factorBefore: number,
  factorAfter: number,
  efficiencyBeforePercent: number,
  efficiencyAfterPercent: number,
): number {
  return (factorAfter / factorBefore) * (efficiencyBeforePercent / efficiencyAfterPercent);
}
