import type { Label } from "../boiler.ts";

export const subsidyQuantities = [
  "energySavingPercent",
  "reductionTPerYear",
  "reductionTOverPeriod",
  "oilConvertedKlPerYear",
  "coalConvertedTPerYear",
] as const;
export type SubsidyQuantity = (typeof subsidyQuantities)[number];

/** One thing that a programme pays for. */
export interface SubsidyItem {
  readonly id: string;
  readonly label: Label;
  readonly cap: number;
  readonly capAtOrAbove?: {
    readonly reductionTPerYear: number;
    readonly cap: number;
    readonly years: number;
  };
  readonly withEnergyManagementAddOn?: boolean;
  readonly needsOneOf: readonly {
    readonly quantity: SubsidyQuantity;
    readonly atLeast?: number;
    readonly moreThan?: number;
  }[];
  readonly heatSubstitutionPercentMoreThan?: number;
}

/** A round of a subsidy programme: dated data. */
export interface SubsidyRule {
  readonly id: string;
  readonly validFrom: string;
  readonly validUntil?: string;
  readonly currency: string;
  readonly maxShareOfProjectPercent: number;
  readonly overallCap: number;
  readonly energyManagementAddOn: number;
  readonly instalmentsPercent: readonly number[];
  readonly items: readonly SubsidyItem[];
}

/** What a project says of itself; what it does not say is asked for, never taken as met. */
export interface SubsidyProject {
  /** The day of the application, as 2019-06-30. */
  readonly onDate: string;
  readonly projectCost: number;
  readonly quantities: Readonly<Partial<Record<SubsidyQuantity, number>>>;
  readonly heatSubstitutionPercent: number | null;
  /** A monitoring system that controls an equipment system and improves a device. */
  readonly energyManagement: boolean;
  /** The boiler itself is improved or replaced. */
  readonly boilerImproved: boolean;
  readonly alreadySubsidised: boolean;
}

export type SubsidyShortfall =
  | { readonly kind: "round-closed"; readonly validFrom: string; readonly validUntil: string | null }
  | { readonly kind: "already-subsidised" }
  | { readonly kind: "boiler-not-improved" }
  | { readonly kind: "unknown-item"; readonly known: readonly string[] }
  | {
      readonly kind: "below-threshold";
      readonly quantity: SubsidyQuantity;
      readonly value: number;
      readonly needed: number;
      readonly strictly: boolean;
    }
  | { readonly kind: "heat-substitution-too-low"; readonly percent: number; readonly moreThan: number };

export type SubsidyCheck =
  | { readonly kind: "not-eligible"; readonly shortfalls: readonly SubsidyShortfall[] }
  /** Something that decides is not known. */
  | { readonly kind: "not-judged"; readonly missing: readonly string[] }
  | {
      readonly kind: "eligible";
      readonly currency: string;
      readonly cap: number;
      readonly shareCap: number;
      readonly grant: number;
      readonly instalments: readonly number[];
      readonly years: number;
    };

/** Holds one item of a project against a round of a programme. */
export function subsidyCheck(rule: SubsidyRule, itemId: string, project: SubsidyProject): SubsidyCheck {
  const item = rule.items.find(({ id }) => id === itemId);
  if (item === undefined)
    return {
      kind: "not-eligible",
      shortfalls: [{ kind: "unknown-item", known: rule.items.map(({ id }) => id) }],
    };
  const shortfalls: SubsidyShortfall[] = [];
  const { validFrom, validUntil = null } = rule;
  if (project.onDate < validFrom || (validUntil !== null && project.onDate > validUntil))
    shortfalls.push({ kind: "round-closed", validFrom, validUntil });
  if (project.alreadySubsidised) shortfalls.push({ kind: "already-subsidised" });
  if (!project.boilerImproved) shortfalls.push({ kind: "boiler-not-improved" });

  const missing: string[] = [];
  const needs = item.needsOneOf.map((need) => ({ need, value: project.quantities[need.quantity] ?? null }));
  const isMet = needs.some(
    ({ need, value }) =>
      value !== null &&
      value >= (need.atLeast ?? Number.NEGATIVE_INFINITY) &&
      (need.moreThan === undefined || value > need.moreThan),
  );
  if (!isMet) {
    missing.push(...needs.filter(({ value }) => value === null).map(({ need }) => need.quantity));
    for (const { need, value } of needs) {
      if (value === null) continue;
      const needed = need.atLeast ?? need.moreThan ?? 0;
      const strictly = need.atLeast === undefined;
      shortfalls.push({ kind: "below-threshold", quantity: need.quantity, value, needed, strictly });
    }
  }
  const { heatSubstitutionPercentMoreThan: moreThan } = item;
  const percent = project.heatSubstitutionPercent;
  if (moreThan !== undefined && percent === null) missing.push("heatSubstitutionPercent");
  if (moreThan !== undefined && percent !== null && percent <= moreThan)
    shortfalls.push({ kind: "heat-substitution-too-low", percent, moreThan });
  if (!isMet && missing.length > 0 && shortfalls.every(({ kind }) => kind === "below-threshold"))
    // Another of the thresholds may be met: nobody said so yet.
    return { kind: "not-judged", missing };
  if (shortfalls.length > 0) return { kind: "not-eligible", shortfalls };
  if (missing.length > 0) return { kind: "not-judged", missing };

  const large = item.capAtOrAbove;
  const isLarge =
    large !== undefined && (project.quantities.reductionTPerYear ?? 0) >= large.reductionTPerYear;
  const addOn =
    item.withEnergyManagementAddOn === true && project.energyManagement ? rule.energyManagementAddOn : 0;
  const cap = (isLarge ? large.cap : item.cap) + addOn;
  const shareCap = (project.projectCost * rule.maxShareOfProjectPercent) / 100;
  const grant = Math.min(cap, shareCap, rule.overallCap);
  return {
    kind: "eligible",
    currency: rule.currency,
    cap,
    shareCap,
    grant,
    instalments: instalments(grant, rule.instalmentsPercent),
    years: isLarge ? large.years : 1,
  };
}

/** The parts in which a grant is paid. */
export function instalments(grant: number, percents: readonly number[]): readonly number[] {
  return percents.map((percent) => (grant * percent) / 100);
}

/** Several items of one application: each by itself, all together up to the programme's own cap. */
export function combinedGrant(rule: SubsidyRule, checks: readonly SubsidyCheck[]): number {
  const sum = checks.reduce((total, each) => (each.kind === "eligible" ? total + each.grant : total), 0);
  return Math.min(sum, rule.overallCap);
}
