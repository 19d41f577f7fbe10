import type { RetrofitFigures, RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { inForceAt } from "../../domain/limits.ts";
import { impliedByReduction, logMeanAttribution } from "../../domain/mv/attribution.ts";
import { carbonLedger, savedCarbon } from "../../domain/mv/carbon.ts";
import type { EnergyBasis } from "../../domain/mv/energy.ts";
import { plantSpan } from "../../domain/mv/plant-days.ts";
import type { AvoidedEnergy } from "../../domain/mv/savings.ts";
import type { SavingsRules } from "../registry.ts";
import type { RowSet } from "./rows.ts";

/** On net energy, as factors are: a result on gross energy is brought back with the old fuel's own values. */
export function carbonOf(
  { plan, money }: RetrofitDocument,
  set: RowSet,
  avoided: AvoidedEnergy<EnergyBasis>,
  rules: SavingsRules,
  nowMs: number,
): RetrofitFigures["carbon"] {
  const { fromMs } = plantSpan(plan.reporting, set.timeZone);
  const before = rules.fuel(plan.fuelBefore, fromMs);
  const potentials = inForceAt(rules.potentials, nowMs) ?? rules.potentials.at(-1);
  if (before === null || potentials === undefined) return null;
  const net = plan.basis === "lhv" ? 1 : before.ncvMjPerUnit / before.gcvMjPerUnit;
  const uses = [...fuelTotals(set.rows, "reporting")].flatMap(([fuelId, { lhvGj }]) => {
    const fuel = rules.fuel(fuelId, fromMs);
    if (fuel === null || lhvGj === 0) return [];
    return [{ fuelId, energy: { basis: "lhv", gj: lhvGj } as const, factors: fuel.emissionFactors }];
  });
  const after = carbonLedger(uses, null, potentials);
  const onNet: AvoidedEnergy<"lhv"> = {
    ...avoided,
    basis: "lhv",
    adjustedBaselineGj: avoided.adjustedBaselineGj * net,
    interval: { ...avoided.interval, halfWidthGj: avoided.interval.halfWidthGj * net },
  };
  const saved = savedCarbon(onNet, { fuelId: before.id, factors: before.emissionFactors }, after, potentials);
  return {
    beforeT: saved.beforeT,
    afterT: saved.afterT,
    saved: {
      value: saved.savedT,
      halfWidth: saved.halfWidthT,
      from: saved.savedT - saved.halfWidthT,
      to: saved.savedT + saved.halfWidthT,
    },
    savedPercent: saved.savedPercent,
    conservativeT: saved.conservativeT,
    fuels: after.fuels.map(({ fuelId, edition, energyLhvGj, co2T, co2eT }) => ({
      label: rules.fuel(fuelId, fromMs)?.label ?? { en: fuelId, "zh-TW": fuelId },
      edition,
      lhvGj: energyLhvGj,
      co2T,
      co2eT,
    })),
    editionBefore: saved.editionBefore,
    guaranteeTPerYear: money.guaranteeTPerYear,
  };
}

function fuelTotals(rows: readonly RetrofitRow[], period: "baseline" | "reporting") {
  const sums = new Map<string, { quantity: number; lhvGj: number }>();
  for (const row of rows) {
    if (row.period !== period || !row.used) continue;
    for (const [fuelId, { quantity, lhvGj }] of Object.entries(row.fuels)) {
      const of = sums.get(fuelId) ?? { quantity: 0, lhvGj: 0 };
      sums.set(fuelId, { quantity: of.quantity + quantity, lhvGj: of.lhvGj + lhvGj });
    }
  }
  return sums;
}

/** What would have been burnt in a year, and what was. */
export function yearlyFuels(
  { plan }: RetrofitDocument,
  set: RowSet,
  avoided: AvoidedEnergy<EnergyBasis>,
  perYear: number,
  rules: SavingsRules,
) {
  const { fromMs } = plantSpan(plan.reporting, set.timeZone);
  const yearly = (
    fuelId: string,
    quantityOf: (heating: { ncvMjPerUnit: number; gcvMjPerUnit: number }) => number,
  ) => {
    const fuel = rules.fuel(fuelId, fromMs);
    if (fuel === null) return [];
    const unit = fuel.flowPoint.endsWith("LPerH") ? "L" : fuel.flowPoint.endsWith("Nm3PerH") ? "Nm³" : "kg";
    const { label, fuelClass } = fuel;
    const quantity = perYear * quantityOf(fuel);
    return [{ fuelId, label, unit, fuelClass, quantity, grossGj: (quantity * fuel.gcvMjPerUnit) / 1_000 }];
  };
  return {
    before: yearly(
      plan.fuelBefore,
      ({ ncvMjPerUnit, gcvMjPerUnit }) =>
        (1_000 * avoided.adjustedBaselineGj) / (plan.basis === "lhv" ? ncvMjPerUnit : gcvMjPerUnit),
    ),
    after: [...fuelTotals(set.rows, "reporting")].flatMap(([fuelId, { quantity }]) =>
      quantity > 0 ? yearly(fuelId, () => quantity) : [],
    ),
  };
}

/** Change of fuel and change of energy, without a remainder and whatever their order. */
export function attributionOf(
  { plan }: RetrofitDocument,
  set: RowSet,
  carbon: RetrofitFigures["carbon"],
  avoided: AvoidedEnergy<EnergyBasis>,
  rules: SavingsRules,
): RetrofitFigures["attribution"] {
  if (carbon === null || !(carbon.beforeT > 0) || !(carbon.afterT > 0)) return null;
  const energy = avoided.meteredGj / avoided.adjustedBaselineGj;
  const fuel = carbon.afterT / carbon.beforeT / energy;
  const split = logMeanAttribution(carbon.beforeT, [
    { measure: "fuel", ratio: fuel },
    { measure: "energy", ratio: energy },
  ]);
  if (split === null) return null;
  const { fromMs } = plantSpan(plan.reporting, set.timeZone);
  const label = (fuelId: string): Label =>
    rules.fuel(fuelId, fromMs)?.label ?? { en: fuelId, "zh-TW": fuelId };
  const after = carbon.fuels.map((each) => each.label);
  const labels: Readonly<Record<string, Label>> = {
    fuel: {
      en: `Fuel: ${label(plan.fuelBefore).en} → ${after.map(({ en }) => en).join(", ")}`,
      "zh-TW": `燃料：${label(plan.fuelBefore)["zh-TW"]} → ${after.map((each) => each["zh-TW"]).join("、")}`,
    },
    energy: {
      en: "Less fuel energy for the same heat",
      "zh-TW": "相同供熱下燃料能源減少",
    },
  };
  return {
    rule: split.rule,
    before: split.before,
    after: split.after,
    effects: split.effects.map(({ measure, reduction }) => ({
      label: labels[measure] ?? { en: measure, "zh-TW": measure },
      reduction,
    })),
  };
}

export function publishedOf(
  { plan, evidence }: RetrofitDocument,
  rules: SavingsRules,
  nowMs: number,
): RetrofitFigures["published"] {
  const { published } = evidence;
  if (published === null) return null;
  const [before, after] = [rules.fuel(plan.fuelBefore, nowMs), rules.fuel(published.fuelAfter, nowMs)];
  if (before === null || after === null) return null;
  const implied = impliedByReduction({
    parts: published.parts.map(({ measure, reductionT }) => ({ measure, reduction: reductionT })),
    sharePercent: published.sharePercent,
    afterSwitch: {
      measure: published.recoveryMeasure,
      fuelSavingPercent: published.recoveryFuelSavingPercent,
    },
    switchMeasure: published.switchMeasure,
    efficiencyBeforePercent: published.efficiencyBeforePercent,
    factorBefore: before.emissionFactors.co2KgPerTj,
    factorAfter: after.emissionFactors.co2KgPerTj,
  });
  if (implied === null) return null;
  const figure = (value: number) => Math.round(value).toLocaleString("en-US");
  const after1 = (value: number) => value.toFixed(1);
  return {
    source: published.source,
    parts: published.parts.map(({ label, reductionT }) => ({ label, reductionT })),
    totalT: implied.totalT,
    plantBaseT: implied.plantBaseT,
    sharePercent: published.sharePercent,
    boilerBaseT: implied.boilerBaseT,
    afterSwitchT: implied.afterSwitchT,
    efficiencyAfterSwitchPercent: implied.efficiencyAfterSwitchPercent,
    efficiencyAfterAllPercent: implied.efficiencyAfterAllPercent,
    says: {
      en: `${published.parts.map(({ reductionT }) => figure(reductionT)).join(" + ")} = ${figure(implied.totalT)} t are ${published.sharePercent} % of ${figure(implied.plantBaseT)} t: of the whole plant, not of the boilers (${figure(implied.boilerBaseT)} t). The published ${published.efficiencyBeforePercent} → ${published.efficiencyAfterPercent} % holds the recovery already (${after1(implied.efficiencyAfterSwitchPercent)} % without it, ${after1(implied.efficiencyAfterAllPercent)} % with it): taking it off once more would count it twice.`,
      "zh-TW": `${published.parts.map(({ reductionT }) => figure(reductionT)).join("＋")}＝${figure(implied.totalT)} 公噸，為全廠 ${figure(implied.plantBaseT)} 公噸之 ${published.sharePercent} %，非鍋爐（${figure(implied.boilerBaseT)} 公噸）之比率。公布之 ${published.efficiencyBeforePercent} → ${published.efficiencyAfterPercent} % 已含熱回收（不含 ${after1(implied.efficiencyAfterSwitchPercent)} %，含 ${after1(implied.efficiencyAfterAllPercent)} %），不得重複計入。`,
    },
  };
}
