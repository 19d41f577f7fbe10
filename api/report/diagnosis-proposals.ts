import type { AdviceText } from "../../contracts/http/advice.ts";
import type { measureKinds } from "../../contracts/registry.ts";
import type { Label } from "../../domain/boiler.ts";
import { fuelSwitch } from "../../domain/emissions/greenhouse-gas.ts";
import type { SavingsRules } from "../registry.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { number } from "./html.ts";

/** One measure with what it would save in a year and what it costs; `null`: nobody can say. */
export interface Proposal {
  readonly measure: (typeof measureKinds)[number];
  readonly basis: Label;
  readonly fuelPercent: number | null;
  readonly moneyPerYear: number | null;
  readonly currency: string | null;
  readonly co2TPerYear: number | null;
  readonly cost: { readonly amount: number; readonly currency: string; readonly perM2: boolean } | null;
  readonly paybackYears: number | null;
  /** Where the proposal and its cost are from. */
  readonly sources: readonly string[];
}

/** Of the heat: enough for a second fuel to be worth a store of its own, little enough for the boiler that is there. */
const biomassShare = 0.2;
const biomassSource =
  "IPCC 2006 Guidelines, volume 2: CO₂ of biomass is for information, and counts for nothing here";

/**
 * What the readings advise, and other fuels beside it, priced by the year.
 * @param hoursAYear of firing; `null`: too little was seen to say
 */
export function proposalsOf(
  found: Diagnosis,
  rules: SavingsRules,
  hoursAYear: number | null,
): readonly Proposal[] {
  const { boiler, advice, costs, observed } = found;
  const stated = rules.measureCosts(boiler.siteId);
  const now = burned(found, rules);

  function proposal(
    measure: Proposal["measure"],
    basis: Label,
    worth: {
      readonly fuelPercent?: number | null;
      readonly moneyPerH?: number | null;
      readonly currency?: string | null;
      readonly co2KgPerH?: number | null;
    },
    ruleCost: Proposal["cost"],
    source: string | null,
  ): Proposal {
    const { fuelPercent = null, moneyPerH = null, currency = null, co2KgPerH = null } = worth;
    const typed = costs[measure];
    const known = stated.find((each) => each.measure === measure) ?? null;
    const cost =
      typed !== undefined
        ? { amount: typed, currency: currency ?? now?.currency ?? "", perM2: false }
        : known !== null
          ? { amount: known.cost, currency: known.currency, perM2: false }
          : ruleCost;
    const moneyPerYear = moneyPerH === null || hoursAYear === null ? null : moneyPerH * hoursAYear;
    const isComparable =
      cost !== null && moneyPerYear !== null && moneyPerYear > 0 && cost.currency === currency;
    // What one square metre saves says nothing of the cost of the whole.
    const isOfSameSize = cost?.perM2 === (measure === "insulation");
    return {
      measure,
      basis,
      fuelPercent,
      moneyPerYear,
      currency,
      co2TPerYear: co2KgPerH === null || hoursAYear === null ? null : (co2KgPerH * hoursAYear) / 1_000,
      cost,
      paybackYears: isComparable && isOfSameSize ? cost.amount / moneyPerYear : null,
      sources: [
        ...(source === null ? [] : [source]),
        ...(typed === undefined && known !== null ? [known.source] : []),
      ],
    };
  }

  const advised = advice.map((each) => {
    if (each.kind === "insulation") {
      const cost = { amount: each.costPerM2, currency: each.currency, perM2: true };
      return proposal(
        each.kind,
        basisOf(each),
        insulationWorth(each.savedWPerM2, now, found),
        cost,
        each.source,
      );
    }
    const cost =
      each.kind === "abatement" ? { amount: each.cost, currency: each.currency, perM2: false } : null;
    return proposal(each.kind, basisOf(each), "fuelPercent" in each ? each : {}, cost, each.source);
  });
  const change = advice.find((each) => each.kind === "fuel-switch");
  const lpg = rules.fuel("lpg", observed.toMs);
  if (now === null) return advised;
  const others: Proposal[] = [];
  if (change !== undefined && lpg !== null) {
    const { efficiencyLhvPercent: eta, efficiencyPoints } = change;
    const result = fuelSwitch(
      {
        quantity: now.quantity,
        ncvMjPerUnit: now.ncvMjPerUnit,
        co2KgPerTj: now.co2KgPerTj,
        efficiencyLhvPercent: eta,
      },
      {
        ncvMjPerUnit: lpg.ncvMjPerUnit,
        co2KgPerTj: lpg.emissionFactors.co2KgPerTj,
        efficiencyLhvPercent: eta + efficiencyPoints,
      },
    );
    const price = rules.price(boiler.siteId, "lpg", observed.toMs);
    const isPriced = price !== null && now.moneyPerH !== null && price.currency === now.currency;
    if (result !== null)
      others.push(
        proposal(
          "lpg",
          {
            en: `→ ${lpg.label.en}, η ${number(eta, 1)} + ${number(efficiencyPoints, 1)}${isPriced ? "" : "; its price is not set at this site"}`,
            "zh-TW": `→ ${lpg.label["zh-TW"]}，η ${number(eta, 1)} + ${number(efficiencyPoints, 1)}${isPriced ? "" : "；本廠未設定單價"}`,
          },
          {
            fuelPercent: 100 * (1 - eta / (eta + efficiencyPoints)),
            co2KgPerH: 1_000 * (result.co2BeforeT - result.co2AfterT),
            moneyPerH: isPriced ? (now.moneyPerH ?? 0) - result.fuelAfter * price.perUnit : null,
            currency: now.currency,
          },
          null,
          change.source,
        ),
      );
  }
  const co2 = observed.means["co2KgPerH"];
  if (boiler.fuels.some(({ fuelClass }) => fuelClass !== "gas") && co2 !== undefined)
    others.push(
      proposal(
        "biomass",
        {
          en: `${100 * biomassShare} % of the heat; money is not said: it hangs on the fuel that can be had`,
          "zh-TW": `占供熱 ${100 * biomassShare} %；金額視可取得之燃料而定，不推估`,
        },
        { co2KgPerH: biomassShare * co2 },
        null,
        biomassSource,
      ),
    );
  return [...advised, ...others];
}

interface Burned {
  /** Units of its meter an hour, while firing. */
  readonly quantity: number;
  readonly ncvMjPerUnit: number;
  readonly co2KgPerTj: number;
  readonly moneyPerH: number | null;
  readonly currency: string | null;
}

/** The fuel that gives most heat. */
function burned({ boiler, observed }: Diagnosis, rules: SavingsRules): Burned | null {
  const heatOf = (fuel: (typeof boiler.fuels)[number]) =>
    (observed.means[fuel.flowPoint] ?? 0) * fuel.ncvMjPerUnit;
  const fuel = [...boiler.fuels].sort((a, b) => heatOf(b) - heatOf(a))[0];
  if (fuel === undefined || !(heatOf(fuel) > 0)) return null;
  const quantity = observed.means[fuel.flowPoint] ?? 0;
  const price = rules.price(boiler.siteId, fuel.id, observed.toMs);
  return {
    quantity,
    ncvMjPerUnit: fuel.ncvMjPerUnit,
    co2KgPerTj: fuel.emissionFactors.co2KgPerTj,
    moneyPerH: price === null ? null : quantity * price.perUnit,
    currency: price?.currency ?? null,
  };
}

/** Of one square metre: the heat that stays in is fuel that is not burned, at the boiler's own efficiency. */
function insulationWorth(savedWPerM2: number, now: Burned | null, { observed: { means } }: Diagnosis) {
  const efficiency = means["efficiencyIndirectLhvPercent"] ?? means["efficiencyDirectLhvPercent"];
  if (now === null || efficiency === undefined || !(efficiency > 0)) return {};
  const fuelMjPerH = ((savedWPerM2 / 1_000) * 3.6) / (efficiency / 100);
  return {
    moneyPerH:
      now.moneyPerH === null ? null : (now.moneyPerH * fuelMjPerH) / (now.quantity * now.ncvMjPerUnit),
    currency: now.currency,
    co2KgPerH: (fuelMjPerH * now.co2KgPerTj) / 1e6,
  };
}

function basisOf(advice: AdviceText): Label {
  const of = (value: number, digits = 0) => number(value, digits);
  const both = (text: string): Label => ({ en: text, "zh-TW": text });
  switch (advice.kind) {
    case "excess-air":
      return both(`O₂ ${of(advice.o2DryPercent, 1)} → ${of(advice.targetO2DryPercent, 1)} %`);
    case "heat-recovery":
      return both(`${of(advice.exhaustTempC)} → ${of(advice.floorTempC)} °C`);
    case "insulation": {
      const figures = `${of(advice.shellTempC)} → ${of(advice.inspectAboveC)} °C, ${of(advice.savedWPerM2)} W/m²`;
      return { en: `${figures}; amounts are of one m²`, "zh-TW": `${figures}；金額為每平方公尺` };
    }
    case "fuel-switch": {
      const eta = `η ${of(advice.efficiencyLhvPercent, 1)} + ${of(advice.efficiencyPoints, 1)}`;
      return {
        en: `→ ${advice.toFuelLabel.en}, ${eta}`,
        "zh-TW": `→ ${advice.toFuelLabel["zh-TW"]}，${eta}`,
      };
    }
    case "abatement": {
      const size = `(${of(advice.forCapacityTPerH)} t/h)`;
      return { en: `${advice.label.en} ${size}`, "zh-TW": `${advice.label["zh-TW"]} ${size}` };
    }
  }
}
