import type { RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitPlan } from "../../contracts/http/retrofits.ts";
import { periodsFault, unitFault } from "../../domain/mv/before-and-after.ts";
import type { Interval } from "../../domain/mv/design.ts";
import type { EnergyBasis, Metered } from "../../domain/mv/energy.ts";
import {
  type ComparisonFactor,
  driverOnOtherMeter,
  exchangeFaults,
  type MeterInPeriod,
  onOtherMeter,
} from "../../domain/mv/instrument-change.ts";
import { plantSpan, rangeFault } from "../../domain/mv/plant-days.ts";
import type { Refusal } from "../../domain/mv/refusal.ts";
import type { MeterUncertainty } from "../../domain/mv/savings.ts";
import { points } from "../../domain/points.ts";
import { heatDriver } from "./rows.ts";

const heatPoint = "usefulHeatKw";

/** What is wrong with a plan whatever was metered: each fault with what would help. */
export function planFaults(plan: RetrofitPlan, timeZone: string): readonly Refusal[] {
  const reversed = [
    rangeFault("baseline", plan.baseline),
    rangeFault("reporting", plan.reporting),
    plan.works === null ? null : rangeFault("works", plan.works),
  ].filter((each) => each !== null);
  if (reversed.length > 0) return reversed;
  const spans = [plan.baseline, ...(plan.works === null ? [] : [plan.works]), plan.reporting].map((range) =>
    plantSpan(range, timeZone),
  );
  const overlap = periodsFault(spans);
  const units = plan.meters.flatMap(({ id, point, unit }) => {
    const known = point in points ? points[point as keyof typeof points].unit : null;
    const fault = known === null ? null : unitFault(`${id} (${point})`, unit, [known]);
    return fault === null ? [] : [fault];
  });
  const missing = plan.boilers.flatMap((boilerId) => {
    const own = plan.meters.filter((meter) => meter.boilerId === boilerId);
    const lacks: Refusal[] = [];
    if (!own.some(({ point }) => point !== heatPoint && isFuelFlow(point)))
      lacks.push({ kind: "meter-missing", channel: `${boilerId}: fuel meter` });
    if (!own.some(({ point }) => !isFuelFlow(point)))
      lacks.push({ kind: "meter-missing", channel: `${boilerId}: heat meter` });
    return lacks;
  });
  return [...(overlap === null ? [] : [overlap]), ...units, ...missing, ...metersExchanged(plan)];
}

export function isFuelFlow(point: string): boolean {
  return /Flow(LPerH|Nm3PerH|KgPerH)$/.test(point) && !/^(steam|stack|flue)/.test(point);
}

function factorsOf(plan: RetrofitPlan): Readonly<Record<string, ComparisonFactor>> {
  return Object.fromEntries(
    plan.meters.flatMap(({ id, comparison }) =>
      comparison === null
        ? []
        : [
            [
              id,
              {
                factor: comparison.factor,
                standardUncertaintyPercent: comparison.uncertaintyPercent,
                source: comparison.source,
              },
            ] as const,
          ],
    ),
  );
}

/** Meters that stand in both periods with another serial; one that is there in one period only is no exchange. */
function metersExchanged(plan: RetrofitPlan): readonly Refusal[] {
  const both = plan.meters.flatMap(({ id, serialBefore, serialAfter }) =>
    serialBefore === null || serialAfter === null ? [] : [{ id, serialBefore, serialAfter }],
  );
  const before = both.map(({ id, serialBefore }): MeterInPeriod => ({ meter: id, serial: serialBefore }));
  const after = both.map(({ id, serialAfter }): MeterInPeriod => ({ meter: id, serial: serialAfter }));
  return exchangeFaults(before, after, factorsOf(plan));
}

/** The used rows of a period as the model takes them, on what the meters before would have read. */
export function meteredOf<B extends EnergyBasis>(
  period: "baseline" | "reporting",
  rows: readonly RetrofitRow[],
  plan: RetrofitPlan,
  basis: B,
): Metered<B> {
  const intervals = rows
    .filter((row) => row.period === period && row.used)
    .map(
      ({ index, periods, energyGj, drivers }): Interval => ({
        index,
        periods,
        energyGj: energyGj ?? Number.NaN,
        drivers,
      }),
    );
  const metered: Metered<B> = { basis, granularity: plan.interval, intervals };
  if (period === "baseline") return metered;
  const factors = factorsOf(plan);
  return plan.meters.reduce((of, { id, point, serialBefore, serialAfter }) => {
    const factor = factors[id];
    if (factor === undefined || serialBefore === null || serialAfter === null) return of;
    if (isFuelFlow(point)) return onOtherMeter(of, factor);
    return driverOnOtherMeter(of, heatDriver, factor);
  }, metered);
}

/** What the plan says of its meters' own error; nothing is assumed where one is silent. */
export function meterUncertaintyOf(plan: RetrofitPlan): MeterUncertainty {
  const fuel = plan.meters.filter(({ point }) => isFuelFlow(point));
  const heat = plan.meters.filter(({ point }) => !isFuelFlow(point));
  const stated = [...fuel, ...heat].map(({ uncertaintyPercent }) => uncertaintyPercent);
  if (fuel.length === 0 || stated.some((each) => each === null)) return { kind: "not-stated" };
  const worst = (percents: readonly (number | null)[]) => Math.max(0, ...percents.map((each) => each ?? 0));
  const exchanged = fuel.filter(
    ({ serialBefore, serialAfter }) =>
      serialBefore !== null && serialAfter !== null && serialBefore !== serialAfter,
  );
  const isOther = fuel.some(({ serialBefore, serialAfter }) => serialBefore === null || serialAfter === null);
  const exchangedHeat = heat.filter(({ serialBefore, serialAfter }) => serialBefore !== serialAfter);
  const heatPercent = worst(exchangedHeat.map(({ comparison }) => comparison?.uncertaintyPercent ?? 0));
  return {
    kind: "stated",
    energyPercent: worst(fuel.map(({ uncertaintyPercent }) => uncertaintyPercent)),
    energyMeter: isOther
      ? { kind: "separate" }
      : exchanged.length > 0
        ? {
            kind: "compared",
            factorPercent: worst(exchanged.map(({ comparison }) => comparison?.uncertaintyPercent ?? 0)),
          }
        : { kind: "same" },
    exchangedDriverPercent: heatPercent > 0 ? { [heatDriver]: heatPercent } : {},
  };
}
