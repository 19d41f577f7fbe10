import type { Delivery } from "../contracts/batch.ts";
import type { AdviceText } from "../contracts/http/advice.ts";
import type { AlarmRuleText } from "../contracts/http/alarm-rules.ts";
import type { BoilerText, SiteText } from "../contracts/http/boilers.ts";
import type { LimitsText } from "../contracts/http/limits.ts";
import type { RecipientText } from "../contracts/http/notifications.ts";
import type { PriceText } from "../contracts/http/settings.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import type { measureKinds } from "../contracts/registry.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Label } from "../domain/boiler.ts";
import type { LedgerRules } from "../domain/emissions/co2-ledger.ts";
import type { WarmingPotentials } from "../domain/emissions/greenhouse-gas.ts";
import type { Fuel } from "../domain/fuel.ts";
import type { Thresholds } from "../domain/mv/acceptance.ts";
import type { CarbonFeeRule } from "../domain/mv/carbon-fee.ts";
import type { SubsidyRule } from "../domain/mv/subsidy.ts";
import type { TaxCreditRule } from "../domain/mv/tax-credit.ts";

/** What the API knows of the plant without asking anybody: made of the configuration and the rule files. */
export interface Registry {
  readonly sites: readonly SiteText[];
  /** The limits in them are those in force at the moment of the call. */
  boilers(atMs: number): readonly BoilerText[];
  boiler(boilerId: string, atMs: number): BoilerText | null;
  /** Every version of the limits that any boiler is held against, and which are in force. */
  limits(atMs: number): LimitsText;
  /** What fuels cost, every version of it. */
  readonly prices: readonly PriceText[];
  /** What may be worth doing at a boiler, by one reading of it; nothing for a boiler that is not here. */
  advice(reading: LiveBoiler): readonly AdviceText[];
  /** The meters of a boiler's fuels, and every edition of what its ledger rests on; `null` for one that is not here. */
  ledgerFuels(boilerId: string): {
    readonly meters: readonly { readonly fuelId: string; readonly flowPoint: string }[];
    readonly rules: LedgerRules;
  } | null;
  readonly gateways: readonly {
    readonly id: string;
    readonly siteId: string;
    readonly scanMs: number;
    readonly delivery: Delivery;
  }[];
  /** The site of a boiler or a gateway, or the site itself; `null` for what is not here. */
  siteOf(sourceId: string): string | null;
  /** The alarm rules in force at a moment. */
  alarmRules(atMs: number): readonly AlarmRuleText[];
  /** Who can be told of alarms. */
  readonly recipients: readonly RecipientText[];
  /** An alarm rule as it was in force at a moment, or nearest to it; `null` for one that is not here any more. */
  rule(ruleId: string, atMs: number): Pick<AlarmRule, "title" | "response" | "consequence"> | null;
}

/** A rule file's own words on where it is from. */
interface Sourced {
  readonly source: string;
}

/** What retrofit projects are reckoned with: boilers, fuels and dated rules. */
/** What a measure costs, and who says so. */
export interface MeasureCost {
  readonly measure: (typeof measureKinds)[number];
  readonly cost: number;
  readonly currency: string;
  readonly source: string;
}

export interface SavingsRules {
  /** Those that are watched, and those of which only a past is known. */
  readonly sites: readonly SiteText[];
  boilers(atMs: number): readonly BoilerText[];
  /** The data of a fuel that count at a moment; `null` for one that no rule file has. */
  fuel(fuelId: string, atMs: number): (Fuel & { readonly label: Label }) | null;
  /** Of one unit of the fuel's meter at a site; `null` where nobody has said. */
  price(
    siteId: string,
    fuelId: string,
    atMs: number,
  ): { readonly perUnit: number; readonly currency: string } | null;
  /** What measures cost at a site. */
  measureCosts(siteId: string): readonly MeasureCost[];
  /** What may be worth doing, by a reading of any of these boilers. */
  advice(reading: LiveBoiler): readonly AdviceText[];
  /** Every edition, oldest first. */
  readonly thresholds: readonly Thresholds[];
  readonly potentials: readonly (WarmingPotentials & Sourced & { readonly validFrom: string })[];
  readonly subsidies: readonly (SubsidyRule & Sourced)[];
  readonly taxCredits: readonly (TaxCreditRule & Sourced)[];
  readonly carbonFees: readonly (CarbonFeeRule & Sourced)[];
}
