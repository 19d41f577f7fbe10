import type { RetrofitFollowUp } from "../../contracts/http/retrofit-follow-up.ts";
import type { RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { Label } from "../../domain/boiler.ts";
import type { Thresholds } from "../../domain/mv/acceptance.ts";
import { type BaselineModel, expectedPerPeriod, fitModel } from "../../domain/mv/baseline-model.ts";
import type { EnergyBasis, Metered } from "../../domain/mv/energy.ts";
import { nextDay, plantDayOf, plantSpan } from "../../domain/mv/plant-days.ts";
import { type Refusal, sentenceOf } from "../../domain/mv/refusal.ts";
import { avoidedEnergy, savingDecay, savingsCusum } from "../../domain/mv/savings.ts";
import { selectModel } from "../../domain/mv/select-model.ts";
import { validity } from "../../domain/mv/validity.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { SavingsRules } from "../registry.ts";
import { candidatesOf, thresholdsOf } from "./inputs.ts";
import { meteredOf, meterUncertaintyOf } from "./periods.ts";
import type { StoredResult } from "./projects.ts";
import { readRowsSince } from "./rows.ts";

const recentDays = 30;
/** Fewer sound days say nothing of whether a saving has gone. */
const leastRecentDays = 14;
/** It is asked anew each day: at 90 % one healthy retrofit in twenty would be called ill at any time. */
const alertConfidence = 0.99;
const daysPerMonth = 365 / 12;

const none = (en: string, zh: string): RetrofitFollowUp => ({ kind: "none", says: { en, "zh-TW": zh } });
const refused = (fault: Refusal): RetrofitFollowUp => ({ kind: "none", says: sentenceOf(fault) });

/** The released baseline as its own rows give it, and the model of the time after the works beside it. */
export function modelsOf(
  { document, rows }: Pick<StoredResult, "document" | "rows">,
  rules: SavingsRules,
):
  | {
      readonly before: BaselineModel<EnergyBasis>;
      readonly after: BaselineModel<EnergyBasis> | null;
      readonly thresholds: Thresholds;
    }
  | Refusal {
  const { plan } = document;
  const thresholds = thresholdsOf(
    plan.thresholds,
    plan.confidence,
    rules,
    plantSpan(plan.reporting, rows.timeZone).toMs,
  );
  const baseline = meteredOf("baseline", rows.rows, plan, plan.basis);
  const selection = selectModel(baseline, candidatesOf(plan), thresholds);
  if (selection.kind !== "selection") return selection;
  const { model: before } = selection;
  const after = fitModel(meteredOf("reporting", rows.rows, plan, plan.basis), before.terms, before.searched);
  return { before, after: after.kind === "model" ? after : null, thresholds };
}

/**
 * Runs a released model on over the days since its report: the saving added up with its band, and whether the last
 * thirty days still save what the report found.
 * @param released `null`: nothing is released yet
 */
export async function followUpOf(
  released: StoredResult | null,
  rules: SavingsRules,
  store: TierReader,
  nowMs: number,
): Promise<RetrofitFollowUp> {
  if (released === null || released.outcome.kind === "refused")
    return none(
      "A saving is followed from its release on; nothing is released yet.",
      "發行後方開始追蹤節能成效；目前尚未發行。",
    );
  const { document, rows, record } = released;
  const { plan } = document;
  const { timeZone } = rows;
  const from = nextDay(plan.reporting.to);
  const through = await lastWholeDay(plan.boilers, from, timeZone, store, nowMs);
  if (through === null)
    return none(
      "No whole day has been recorded since the report's last one.",
      "報告期後尚無完整一日之資料。",
    );
  const models = modelsOf(released, rules);
  if ("kind" in models) return refused(models);
  const since = await readRowsSince(plan, { from, to: through }, rules, store, nowMs);
  const metered = meteredOf("reporting", since, plan, plan.basis);
  if (metered.intervals.length === 0)
    return none(
      `No day from ${from} to ${through} has enough data.`,
      `${from} 至 ${through} 無資料充足之日。`,
    );
  const { before, after } = models;
  const meters = meterUncertaintyOf(plan);
  const months = (of: Metered<EnergyBasis>) => of.intervals.length / perDay(plan.interval) / daysPerMonth;
  const avoided = avoidedEnergy(before, metered, {
    confidence: plan.confidence,
    meters,
    reportingMonths: months(metered),
  });
  if (avoided.kind !== "avoided-energy") return refused(avoided);
  const cusum = savingsCusum(before, metered, plan.confidence);
  if ("kind" in cusum) return refused(cusum);
  const range = validity(before, metered, models.thresholds.rangeMargin);
  const sums = new Map(cusum.map((point) => [point.index, point]));
  const rowOf = new Map(since.map((row) => [row.index, row]));
  const recent = recentOf(
    before,
    after,
    metered,
    rowOf,
    (of) => ({ confidence: alertConfidence, meters, reportingMonths: months(of) }),
    released.outcome.savedPercent,
    recentDays * perDay(plan.interval),
  );
  if ("kind" in recent) return refused(recent);
  const isEnough = recent.intervals >= leastRecentDays * perDay(plan.interval);
  const state = !isEnough
    ? "too-early"
    : recent.atMostPercent < recent.acceptedPercent
      ? "decayed"
      : "holding";
  const { fromMs: recentFromMs, ...recently } = recent;
  return {
    kind: "follow-up",
    version: record.version,
    state,
    from,
    through,
    intervals: metered.intervals.length,
    saved: {
      value: avoided.savedGj,
      halfWidth: avoided.interval.halfWidthGj,
      from: avoided.interval.fromGj,
      to: avoided.interval.toGj,
    },
    savedPercent: avoided.savedPercent,
    coveredPercent: range.kind === "validity" ? range.coveredEnergyPercent : 0,
    recent: { ...recently, from: plantDayOf(recentFromMs, timeZone) },
    series: metered.intervals.map(({ index, energyGj, periods, drivers }) => ({
      fromMs: rowOf.get(index)?.fromMs ?? 0,
      gj: energyGj / periods,
      expectedGj: expectedPerPeriod(before, drivers),
      cumulativeGj: sums.get(index)?.savedGj ?? 0,
      cumulativeHalfWidthGj: sums.get(index)?.halfWidthGj ?? 0,
    })),
    says: says(state, recent),
  };
}

const perDay = (interval: "hourly" | "daily") => (interval === "hourly" ? 24 : 1);

interface Recent {
  readonly fromMs: number;
  readonly intervals: number;
  readonly savedPercent: number;
  readonly atMostPercent: number;
  readonly acceptedPercent: number;
}

function recentOf(
  before: BaselineModel<EnergyBasis>,
  after: BaselineModel<EnergyBasis> | null,
  metered: Metered<EnergyBasis>,
  rowOf: ReadonlyMap<number, RetrofitRow>,
  optionsOf: (of: Metered<EnergyBasis>) => Parameters<typeof savingDecay>[3],
  reportedPercent: number,
  count: number,
): Recent | Refusal {
  const intervals = [...metered.intervals].sort((a, b) => a.index - b.index).slice(-count);
  const last = { ...metered, intervals };
  const at = (model: BaselineModel<EnergyBasis>) =>
    intervals.reduce((sum, { periods, drivers }) => sum + periods * expectedPerPeriod(model, drivers), 0);
  // A saving that is another at another load has not gone: it is held against the report's own model at these loads.
  const acceptedPercent = after === null ? reportedPercent : 100 * (1 - at(after) / at(before));
  const decay = savingDecay(before, last, acceptedPercent, optionsOf(last));
  if (decay.kind !== "holding" && decay.kind !== "decayed") return decay;
  return {
    fromMs: rowOf.get(intervals[0]?.index ?? 0)?.fromMs ?? 0,
    intervals: intervals.length,
    savedPercent: decay.recentPercent,
    atMostPercent: decay.atMostPercent,
    acceptedPercent,
  };
}

/** The last day of the plant that is over and of which every boiler has readings; `null`: there is none yet. */
async function lastWholeDay(
  boilers: readonly string[],
  from: string,
  timeZone: string,
  store: TierReader,
  nowMs: number,
): Promise<string | null> {
  const { fromMs } = plantSpan({ from, to: from }, timeZone);
  const yesterday = nextDay(plantDayOf(nowMs, timeZone), -1);
  const { toMs } = plantSpan({ from: yesterday, to: yesterday }, timeZone);
  if (yesterday < from) return null;
  const newest = await Promise.all(
    boilers.map((boilerId) => store.newestRollup("hour", { boilerId, fromMs, toMs })),
  );
  if (newest.some((each) => each === null)) return null;
  return plantDayOf(Math.min(...newest.map((each) => each ?? 0)), timeZone);
}

function says(state: "too-early" | "holding" | "decayed", recent: Recent): Label {
  const one = (value: number) => value.toFixed(1);
  if (state === "too-early")
    return {
      en: `Whether the saving holds can be said after ${leastRecentDays} sound days.`,
      "zh-TW": `須有 ${leastRecentDays} 個資料充足之日，方能判定節能是否維持。`,
    };
  const { savedPercent, acceptedPercent, atMostPercent, intervals } = recent;
  if (state === "holding")
    return {
      en: `The saving holds: ${one(savedPercent)} % over the last ${intervals} intervals; the report found ${one(acceptedPercent)} % at such loads.`,
      "zh-TW": `節能成效維持：最近 ${intervals} 個區間節能 ${one(savedPercent)} %；報告於相同負載為 ${one(acceptedPercent)} %。`,
    };
  return {
    en: `The saving is going: ${one(savedPercent)} % over the last ${intervals} intervals, at most ${one(atMostPercent)} %; the report found ${one(acceptedPercent)} % at such loads. Look at the O₂ trim, at fouling of the heating surfaces, and at the insulation.`,
    "zh-TW": `節能成效衰退：最近 ${intervals} 個區間節能 ${one(savedPercent)} %，至多 ${one(atMostPercent)} %；報告於相同負載為 ${one(acceptedPercent)} %。請檢查含氧控制、受熱面積垢與保溫。`,
  };
}
