/** An investment credit as a law sets it: dated data. */
export interface TaxCreditRule {
  readonly id: string;
  readonly validFrom: string;
  readonly validUntil?: string;
  readonly currency: string;
  readonly spending: { readonly from: number; readonly to: number };
  readonly creditPercent: readonly { readonly percent: number; readonly years: number }[];
}

export interface TaxCreditOption {
  readonly percent: number;
  readonly years: number;
  /** Over all the years. */
  readonly credit: number;
}

export type TaxCreditCheck =
  | { readonly kind: "not-in-force"; readonly validFrom: string; readonly validUntil: string | null }
  | { readonly kind: "spending-too-small"; readonly from: number }
  /** What lies above the upper end earns nothing more. */
  | {
      readonly kind: "eligible";
      readonly currency: string;
      readonly creditedSpending: number;
      readonly options: readonly TaxCreditOption[];
    };

/**
 * What a spending may be credited with: the taxpayer chooses one of the options. The credit of later years is the same
 * share, used up over them.
 */
export function taxCreditCheck(rule: TaxCreditRule, spending: number, onDate: string): TaxCreditCheck {
  const { validFrom, validUntil = null, creditPercent, currency } = rule;
  if (onDate < validFrom || (validUntil !== null && onDate > validUntil))
    return { kind: "not-in-force", validFrom, validUntil };
  if (!(spending >= rule.spending.from)) return { kind: "spending-too-small", from: rule.spending.from };
  const creditedSpending = Math.min(spending, rule.spending.to);
  return {
    kind: "eligible",
    currency,
    creditedSpending,
    options: creditPercent.map(({ percent, years }) => ({
      percent,
      years,
      credit: (creditedSpending * percent) / 100,
    })),
  };
}
