import type { AdviceText } from "../contracts/http/advice.ts";
import { formatNumber, formatPoint } from "./format.ts";
import { labelOf, text } from "./texts/texts.ts";

/** One piece of advice in words. */
export interface Advised {
  /** What might be done, and what it might be worth. */
  readonly says: string;
  /** The guidance's rule of thumb beside the computed figure. */
  readonly thumb: string | null;
  /** What the estimate was held against. */
  readonly basis: string;
  readonly source: string | null;
}

export function advised(advice: AdviceText): Advised {
  const { advice: t } = text();
  return {
    says: sentence(advice),
    thumb: "thumbPercent" in advice ? t.thumb(percent(advice.thumbPercent)) : null,
    basis: t.basis[advice.basis],
    source: advice.source,
  };
}

function sentence(advice: AdviceText): string {
  const { advice: t } = text();
  switch (advice.kind) {
    case "excess-air":
      return t.excessAir(
        formatPoint("o2DryPercent", advice.o2DryPercent),
        formatPoint("o2DryPercent", advice.targetO2DryPercent),
        worthOf(advice),
      );
    case "heat-recovery":
      return t.heatRecovery(
        formatPoint("exhaustTempC", advice.exhaustTempC),
        formatPoint("exhaustTempC", advice.floorTempC),
        worthOf(advice),
      );
    case "insulation":
      return t.insulation(
        formatPoint("shellTempC", advice.shellTempC),
        formatPoint("ambientTempC", advice.ambientTempC),
        formatPoint("shellTempC", advice.inspectAboveC),
        formatNumber(advice.lossWPerM2, 0),
        money(advice.costPerM2, advice.currency),
      );
    case "fuel-switch":
      return fuelSwitchSentence(advice);
    case "abatement":
      return t.abatement(
        text().points[advice.quantity],
        labelOf(advice.label),
        money(advice.cost, advice.currency),
        formatNumber(advice.forCapacityTPerH, 0),
        formatNumber(advice.forFlowM3PerMin, 0),
      );
  }
}

function fuelSwitchSentence(advice: AdviceText & { readonly kind: "fuel-switch" }): string {
  const { advice: t } = text();
  const { toFuelLabel, efficiencyPoints, efficiencyLhvPercent, fuelPercent, co2Percent, co2KgPerH } = advice;
  const co2 = t.ofCo2(amount(co2Percent));
  const said = t.fuelSwitch({
    fuel: labelOf(toFuelLabel),
    points: formatNumber(efficiencyPoints, Number.isInteger(efficiencyPoints) ? 0 : 1),
    efficiency: formatPoint("efficiencyIndirectLhvPercent", efficiencyLhvPercent),
    fuelPercent: percent(fuelPercent),
    co2: co2KgPerH === null ? co2 : t.both(co2, t.kgPerH(amount(co2KgPerH))),
  });
  if (advice.moneyPerH === null || advice.currency === null) return said;
  const byTheHour = money(Math.abs(advice.moneyPerH), advice.currency);
  return said + (advice.moneyPerH < 0 ? t.dearer(byTheHour) : t.cheaper(byTheHour));
}

/** 0.2 % of the fuel burned now (7.2 TWD/h, 1.2 kg/h CO₂). */
function worthOf(worth: {
  readonly fuelPercent: number;
  readonly moneyPerH: number | null;
  readonly currency: string | null;
  readonly co2KgPerH: number | null;
}): string {
  const { advice: t, comma } = text();
  const byTheHour = [
    worth.moneyPerH === null || worth.currency === null
      ? null
      : t.perHour(money(worth.moneyPerH, worth.currency)),
    worth.co2KgPerH === null ? null : t.co2(t.kgPerH(amount(worth.co2KgPerH))),
  ].filter((part) => part !== null);
  const fuel = t.ofFuel(percent(worth.fuelPercent));
  return byTheHour.length === 0 ? fuel : t.both(fuel, byTheHour.join(comma));
}

function percent(value: number): string {
  return formatPoint("avoidableFuelPercent", value);
}

/** An estimate has no decimals worth telling from ten on. */
function amount(value: number): string {
  return formatNumber(value, Math.abs(value) < 9.95 ? 1 : 0);
}

function money(value: number, currency: string): string {
  return `${amount(value)} ${currency}`;
}
