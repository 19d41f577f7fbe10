import type { RetrofitFigures, RetrofitWorth } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitMoney } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { dayStartMs, inForceAt } from "../../domain/limits.ts";
import { airPollutionFeePerYear } from "../../domain/mv/air-pollution-fee.ts";
import { carbonFeeSaving } from "../../domain/mv/carbon-fee.ts";
import {
  annualSaving,
  levelFlows,
  netPresentValue,
  sensitivities,
  sharedSavings,
  worth,
} from "../../domain/mv/economics.ts";
import { type SubsidyProject, type SubsidyShortfall, subsidyCheck } from "../../domain/mv/subsidy.ts";
import { taxCreditCheck } from "../../domain/mv/tax-credit.ts";
import type { SavingsRules } from "../registry.ts";

/** Yearly quantities, whatever they cost. */
export interface YearlyFuel {
  readonly fuelId: string;
  readonly label: Label;
  readonly unit: string;
  readonly fuelClass: "coal" | "oil" | "gas";
  readonly quantity: number;
  /** On gross energy. */
  readonly grossGj: number;
}

export interface WorthInputs {
  readonly money: RetrofitMoney;
  readonly before: readonly YearlyFuel[];
  readonly after: readonly YearlyFuel[];
  /** Half-width of the saving, as a share of the adjusted baseline. */
  readonly halfShare: number;
  readonly savedPercent: number;
  readonly co2SavedTPerYear: number | null;
  readonly rules: SavingsRules;
  readonly atMs: number;
  readonly stack: RetrofitFigures["stack"];
  /** By this day's rates. */
  readonly feeDay: string;
}

const figure = (value: number) => Math.round(value).toLocaleString("en-US");

/** What the saving is worth, each fuel at its own price: energy saved is never multiplied by one price. */
export function worthOf(inputs: WorthInputs): RetrofitWorth {
  const { money, before, after, halfShare } = inputs;
  const { currency, otherAnnual, years, discountRatePercent } = money;
  const priceOf = (fuelId: string) => money.prices.find((each) => each.fuelId === fuelId)?.perUnit ?? null;
  const bills = (fuels: readonly YearlyFuel[]) =>
    fuels.map(({ fuelId, label, unit, quantity }) => ({
      fuelId,
      label,
      unit,
      quantity,
      perUnit: priceOf(fuelId),
    }));
  const [billsBefore, billsAfter] = [bills(before), bills(after)];
  const missing = [...billsBefore, ...billsAfter].filter(({ perUnit }) => perUnit === null);
  const { grant, says: subsidy } = subsidyOf(inputs);
  const fee = feeOf(inputs);
  const air = airFeeOf(inputs);
  const base = {
    currency,
    billsBefore,
    billsAfter,
    missingPrices: missing.map(({ label }) => label),
    investment: money.investment,
    grant,
    subsidy,
    taxCredit: taxCreditOf(inputs),
    carbonFee: fee?.says ?? null,
    airPollutionFee: air?.says ?? null,
  };
  if (missing.length > 0)
    return {
      ...base,
      annual: null,
      annualHalfWidth: null,
      npv: null,
      irr: null,
      simplePaybackYears: null,
      discountedPaybackYears: null,
      flows: [],
      shared: [],
      sensitivity: [],
    };
  const priced = (rows: typeof billsBefore, factor = 1, priceFactor = 1) =>
    rows.map(({ fuelId, quantity, perUnit }) => ({
      fuelId,
      quantity: quantity * factor,
      pricePerUnit: (perUnit ?? 0) * priceFactor,
    }));
  const annualWith = (baseline: number, priceBefore: number, priceAfter: number) =>
    annualSaving(priced(billsBefore, baseline, priceBefore), priced(billsAfter, 1, priceAfter), {
      ...otherAnnual,
      airPollutionFee: otherAnnual.airPollutionFee + (air?.saved ?? 0),
      carbonFee: fee?.saved ?? 0,
    });
  const annual = annualWith(1, 1, 1);
  const rate = discountRatePercent / 100;
  const flows = levelFlows(money.investment, grant, annual.net, years);
  const result = worth(flows, rate);
  const npvWith = (of: Readonly<Record<"fuelBeforePrice" | "fuelAfterPrice" | "saving", number>>) =>
    netPresentValue(
      levelFlows(
        money.investment,
        grant,
        annualWith(of.saving, of.fuelBeforePrice, of.fuelAfterPrice).net,
        years,
      ),
      rate,
    );
  return {
    ...base,
    annual,
    annualHalfWidth: annual.fuelCostBefore * halfShare,
    npv: result.npv,
    irr:
      result.irr.kind === "not-unique"
        ? { ...result.irr, ratesPerYear: [...result.irr.ratesPerYear] }
        : result.irr,
    simplePaybackYears: result.simplePayback.kind === "years" ? result.simplePayback.years : null,
    discountedPaybackYears: result.discountedPayback.kind === "years" ? result.discountedPayback.years : null,
    flows: [...flows],
    shared: money.sharing.length === 0 ? [] : [...sharedSavings(flows.slice(1), money.sharing)],
    sensitivity: [
      ...sensitivities(
        { fuelBeforePrice: 1, fuelAfterPrice: 1, saving: 1 },
        [
          { assumption: "fuelBeforePrice", low: 0.8, high: 1.2 },
          { assumption: "fuelAfterPrice", low: 0.8, high: 1.2 },
          { assumption: "saving", low: 1 - halfShare, high: 1 + halfShare },
        ],
        npvWith,
      ),
    ],
  };
}

function subsidyOf({ money, before, savedPercent, co2SavedTPerYear, rules }: WorthInputs): {
  readonly grant: number;
  readonly says: RetrofitWorth["subsidy"];
} {
  const { subsidy } = money;
  if (subsidy === null) return { grant: 0, says: null };
  const editions = rules.subsidies.filter(({ id }) => id === subsidy.rule);
  const rule = inForceAt(editions, dayStartMs(subsidy.onDate)) ?? editions.at(-1);
  if (rule === undefined) {
    const known = rules.subsidies.map(({ id }) => id).join(", ");
    const en = `No rule file has the programme ${subsidy.rule}; known are ${known}.`;
    return {
      grant: 0,
      says: {
        ok: null,
        says: { en, "zh-TW": `查無補助計畫 ${subsidy.rule}；現有：${known}。` },
        source: null,
      },
    };
  }
  const sum = (fuelClass: "oil" | "coal") =>
    before
      .filter((each) => each.fuelClass === fuelClass)
      .reduce((total, { quantity }) => total + quantity, 0) / 1_000;
  const project: SubsidyProject = {
    onDate: subsidy.onDate,
    projectCost: money.investment,
    quantities: {
      energySavingPercent: savedPercent,
      ...(co2SavedTPerYear === null ? {} : { reductionTPerYear: co2SavedTPerYear }),
      oilConvertedKlPerYear: sum("oil"),
      coalConvertedTPerYear: sum("coal"),
    },
    heatSubstitutionPercent: null,
    energyManagement: subsidy.energyManagement,
    boilerImproved: subsidy.boilerImproved,
    alreadySubsidised: subsidy.alreadySubsidised,
  };
  const check = subsidyCheck(rule, subsidy.item, project);
  const { source } = rule;
  if (check.kind === "eligible") {
    const parts = check.instalments.map(figure);
    return {
      grant: check.grant,
      says: {
        ok: true,
        source,
        says: {
          en: `Meets the programme's thresholds: ${figure(check.grant)} ${check.currency} (cap ${figure(check.cap)}, half of the cost ${figure(check.shareCap)}), paid ${parts.join(" + ")}.`,
          "zh-TW": `符合補助門檻：${figure(check.grant)} ${check.currency}（上限 ${figure(check.cap)}，計畫經費比例上限 ${figure(check.shareCap)}），分期 ${parts.join("＋")}。`,
        },
      },
    };
  }
  if (check.kind === "not-judged") {
    const missing = check.missing.join(", ");
    return {
      grant: 0,
      says: {
        ok: null,
        source,
        says: { en: `Not judged: ${missing} is not known.`, "zh-TW": `未判定：缺少 ${missing}。` },
      },
    };
  }
  const told = check.shortfalls.map(shortfallText);
  return {
    grant: 0,
    says: {
      ok: false,
      source,
      says: {
        en: `No grant: ${told.map(({ en }) => en).join("; ")}.`,
        "zh-TW": `不予補助：${told.map((each) => each["zh-TW"]).join("；")}。`,
      },
    },
  };
}

function shortfallText(shortfall: SubsidyShortfall): Label {
  switch (shortfall.kind) {
    case "round-closed":
      return {
        en: `the round was open from ${shortfall.validFrom} to ${shortfall.validUntil ?? "now"}`,
        "zh-TW": `受理期間為 ${shortfall.validFrom} 至 ${shortfall.validUntil ?? "今"}`,
      };
    case "already-subsidised":
      return { en: "the project is subsidised already", "zh-TW": "本案已獲其他補助" };
    case "boiler-not-improved":
      return { en: "the boiler itself must be improved or replaced", "zh-TW": "鍋爐本體須改善或汰換" };
    case "unknown-item":
      return {
        en: `the programme has no such item; it has ${shortfall.known.join(", ")}`,
        "zh-TW": `計畫無此項目；現有 ${shortfall.known.join("、")}`,
      };
    case "below-threshold":
      return {
        en: `${shortfall.quantity} is ${figure(shortfall.value)}, ${shortfall.strictly ? "more than" : "at least"} ${figure(shortfall.needed)} is asked for`,
        "zh-TW": `${shortfall.quantity} 為 ${figure(shortfall.value)}，須${shortfall.strictly ? "大於" : "達"} ${figure(shortfall.needed)}`,
      };
    case "heat-substitution-too-low":
      return {
        en: `${shortfall.percent} % of the heat is substituted, more than ${shortfall.moreThan} % is asked for`,
        "zh-TW": `熱值替代率 ${shortfall.percent} %，須大於 ${shortfall.moreThan} %`,
      };
  }
}

function taxCreditOf({ money, rules }: WorthInputs): RetrofitWorth["taxCredit"] {
  const { taxCredit } = money;
  if (taxCredit === null) return null;
  const rule = rules.taxCredits.find(({ id }) => id === taxCredit.rule);
  if (rule === undefined)
    return {
      ok: null,
      source: null,
      says: { en: `No rule file has ${taxCredit.rule}.`, "zh-TW": `查無規則 ${taxCredit.rule}。` },
    };
  const check = taxCreditCheck(rule, money.investment, taxCredit.onDate);
  const { source } = rule;
  switch (check.kind) {
    case "not-in-force":
      return {
        ok: false,
        source,
        says: {
          en: `No credit: the rule counts from ${check.validFrom} to ${check.validUntil ?? "now"}, the spending is of ${taxCredit.onDate}.`,
          "zh-TW": `不適用抵減：規定自 ${check.validFrom} 至 ${check.validUntil ?? "今"}，支出日為 ${taxCredit.onDate}。`,
        },
      };
    case "spending-too-small":
      return {
        ok: false,
        source,
        says: {
          en: `No credit: ${figure(money.investment)} is less than ${figure(check.from)}.`,
          "zh-TW": `不適用抵減：支出 ${figure(money.investment)} 未達 ${figure(check.from)}。`,
        },
      };
    case "eligible": {
      const options = check.options.map(({ percent, years, credit }) => ({
        en: `${percent} % over ${years} ${years === 1 ? "year" : "years"} (${figure(credit)} ${check.currency})`,
        zh: `${percent} %、${years} 年（${figure(credit)} ${check.currency}）`,
      }));
      return {
        ok: true,
        source,
        says: {
          en: `A credit of ${options.map(({ en }) => en).join(" or ")}.`,
          "zh-TW": `得抵減 ${options.map(({ zh }) => zh).join(" 或 ")}。`,
        },
      };
    }
  }
}

function feeOf({ money, co2SavedTPerYear, rules, atMs }: WorthInputs): {
  readonly saved: number;
  readonly says: NonNullable<RetrofitWorth["carbonFee"]>;
} | null {
  const { plantEmissionTPerYear: beforeT } = money;
  const rule = inForceAt(rules.carbonFees, atMs) ?? rules.carbonFees.at(-1);
  if (beforeT === null || co2SavedTPerYear === null || rule === undefined) return null;
  const check = carbonFeeSaving(beforeT, Math.max(0, beforeT - co2SavedTPerYear), rule, {
    perT: rule.perT,
    highLeakageAdjustment: null,
  });
  const { source } = rule;
  if (check.kind === "saving")
    return {
      saved: check.saved,
      says: {
        ok: true,
        source,
        says: {
          en: `The fee falls from ${figure(check.before)} to ${figure(check.after)} ${rule.currency} a year at the standard rate.`,
          "zh-TW": `依一般費率，碳費由每年 ${figure(check.before)} 降至 ${figure(check.after)} ${rule.currency}。`,
        },
      },
    };
  return {
    saved: 0,
    says: {
      ok: null,
      source,
      says: {
        en: `The plant emits ${figure(beforeT)} t a year, not above ${figure(rule.thresholdTPerYear)} t: it pays no carbon fee, so none is saved.`,
        "zh-TW": `全廠年排放 ${figure(beforeT)} 公噸，未超過 ${figure(rule.thresholdTPerYear)} 公噸，無須繳交碳費，故無碳費節省。`,
      },
    },
  };
}

/** The fee before and after by the stack tests' kg per GJ; `null` without rates. */
function airFeeOf({ money, before, after, stack, feeDay }: WorthInputs): {
  readonly saved: number;
  readonly says: NonNullable<RetrofitWorth["airPollutionFee"]>;
} | null {
  const rates = money.airPollutionRates ?? [];
  if (rates.length === 0) return null;
  const atMs = dayStartMs(feeDay);
  const sums = { before: 0, after: 0 };
  const untold: string[] = [];
  const sources: string[] = [];
  for (const pollutant of new Set(rates.map((each) => each.pollutant))) {
    const rate = inForceAt(
      rates.filter((each) => each.pollutant === pollutant),
      atMs,
    );
    const perGj = stack.find(({ what }) => what === pollutant)?.perGj ?? null;
    const [kgBefore, kgAfter] = [perGj?.kgPerGjBefore, perGj?.kgPerGjAfter];
    if (rate === null || kgBefore === undefined || kgAfter === undefined) {
      untold.push(pollutant);
      continue;
    }
    const fee = (fuels: readonly YearlyFuel[], kgPerGj: number) =>
      fuels.reduce(
        (sum, { grossGj, fuelClass }) => sum + airPollutionFeePerYear(rate, kgPerGj, grossGj, fuelClass),
        0,
      );
    sums.before += fee(before, kgBefore);
    sums.after += fee(after, kgAfter);
    sources.push(`${pollutant}: ${rate.perKg} ${money.currency}/kg, ${rate.validFrom}, ${rate.source}`);
  }
  const missing = untold.join(", ");
  return {
    saved: sums.before - sums.after,
    says: {
      ok: untold.length === 0 ? true : null,
      source: sources.length === 0 ? null : sources.join("; "),
      says: {
        en: `Air-pollution fee ${figure(sums.before)} → ${figure(sums.after)} ${money.currency} a year, by the stack tests' kg per GJ.${missing === "" ? "" : ` Not in it, for want of a test of both periods or of a rate in force: ${missing}.`}`,
        "zh-TW": `空污費每年 ${figure(sums.before)} → ${figure(sums.after)} ${money.currency}（依排放檢測每 GJ 排放量）。${missing === "" ? "" : `未計入（缺前後檢測或有效費率）：${missing}。`}`,
      },
    },
  };
}
