/** A carbon fee as a law sets it: dated data. */
export interface CarbonFeeRule {
  readonly id: string;
  readonly validFrom: string;
  readonly currency: string;
  readonly thresholdTPerYear: number;
  readonly perT: number;
  readonly reducedPerT: readonly number[];
  readonly highLeakageAdjustments?: readonly number[];
  readonly creditsAtMostPercent?: { readonly domestic: number; readonly foreign: number };
}

/** How a payer stands. */
export interface FeePayer {
  /** The rate that binds it: the standard one, or one of those for an approved plan. */
  readonly perT: number;
  /** A part of the fee, for those whose production would move abroad; `null` for all others. */
  readonly highLeakageAdjustment: number | null;
}

/** Credits handed in, t. */
export interface Credits {
  readonly domesticT: number;
  readonly foreignT: number;
}

export type CarbonFee =
  | { readonly kind: "none"; readonly why: "not-above-threshold"; readonly thresholdTPerYear: number }
  | { readonly kind: "unknown-rate"; readonly perT: number; readonly known: readonly number[] }
  | { readonly kind: "unknown-adjustment"; readonly adjustment: number; readonly known: readonly number[] }
  | {
      readonly kind: "fee";
      readonly chargeableT: number;
      readonly creditedT: number;
      readonly amount: number;
    };

/**
 * Fee of a year: (E − K) × adjustment × rate, for entities above the threshold. A high-leakage entity has no K taken
 * off, and credits stand for nothing there.
 * @param emissionTPerYear direct emissions and those of bought electricity
 */
export function carbonFee(
  emissionTPerYear: number,
  rule: CarbonFeeRule,
  { perT, highLeakageAdjustment }: FeePayer,
  credits: Credits = { domesticT: 0, foreignT: 0 },
): CarbonFee {
  const { thresholdTPerYear, highLeakageAdjustments = [] } = rule;
  const known = [rule.perT, ...rule.reducedPerT];
  if (!known.includes(perT)) return { kind: "unknown-rate", perT, known };
  if (highLeakageAdjustment !== null && !highLeakageAdjustments.includes(highLeakageAdjustment))
    return { kind: "unknown-adjustment", adjustment: highLeakageAdjustment, known: highLeakageAdjustments };
  if (!(emissionTPerYear > thresholdTPerYear))
    return { kind: "none", why: "not-above-threshold", thresholdTPerYear };
  if (highLeakageAdjustment !== null) {
    const amount = emissionTPerYear * highLeakageAdjustment * perT;
    return { kind: "fee", chargeableT: emissionTPerYear, creditedT: 0, amount };
  }
  const chargeableT = emissionTPerYear - thresholdTPerYear;
  const { domestic = 0, foreign = 0 } = rule.creditsAtMostPercent ?? {};
  const creditedT =
    Math.min(credits.domesticT, (chargeableT * domestic) / 100) +
    Math.min(credits.foreignT, (chargeableT * foreign) / 100);
  return { kind: "fee", chargeableT, creditedT, amount: (chargeableT - creditedT) * perT };
}

/** What a reduction saves in fees. A plant that pays none saves none, and no such saving is shown. */
export type FeeSaving =
  | { readonly kind: "no-fee"; readonly thresholdTPerYear: number }
  | { readonly kind: "refused"; readonly fee: CarbonFee }
  | { readonly kind: "saving"; readonly before: number; readonly after: number; readonly saved: number };

export function carbonFeeSaving(
  beforeTPerYear: number,
  afterTPerYear: number,
  rule: CarbonFeeRule,
  payer: FeePayer,
): FeeSaving {
  const [before, after] = [carbonFee(beforeTPerYear, rule, payer), carbonFee(afterTPerYear, rule, payer)];
  const strange = [before, after].find(
    ({ kind }) => kind === "unknown-rate" || kind === "unknown-adjustment",
  );
  if (strange !== undefined) return { kind: "refused", fee: strange };
  if (before.kind === "none" && after.kind === "none")
    return { kind: "no-fee", thresholdTPerYear: rule.thresholdTPerYear };
  const amount = (fee: CarbonFee) => (fee.kind === "fee" ? fee.amount : 0);
  return {
    kind: "saving",
    before: amount(before),
    after: amount(after),
    saved: amount(before) - amount(after),
  };
}
