import {
  acceptance,
  type BaselineCoverage,
  type CheckResult,
  type SavingVerdict,
  savingVerdict,
  type Thresholds,
} from "./acceptance.ts";
import { type BaselineModel, fitModel } from "./baseline-model.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import {
  type Adjusted,
  type Adjustment,
  adjustedWeights,
  type EventProposal,
  type LoggedEvent,
  proposeEvents,
} from "./non-routine.ts";
import { type Placebo, placebo } from "./placebo.ts";
import { type Channels, duplicateFault } from "./point-sanity.ts";
import type { Refusal } from "./refusal.ts";
import {
  type AvoidedEnergy,
  avoidedEnergy,
  type CusumPoint,
  type MeterUncertainty,
  type NaiveComparison,
  naiveComparison,
  savingsCusum,
} from "./savings.ts";
import { type Candidates, type Selection, selectModel } from "./select-model.ts";
import { type Validity, validity } from "./validity.ts";

/** All that a result is reckoned from: what is not in here has no say in it. */
export interface BeforeAndAfterInputs<B extends EnergyBasis> {
  readonly baseline: Metered<B>;
  readonly reporting: Metered<NoInfer<B>>;
  /** Days of the baseline period, and those of them that may be used. */
  readonly coverage: BaselineCoverage;
  readonly reportingMonths: number;
  readonly candidates: Candidates;
  readonly meters: MeterUncertainty;
  /** Raw channels of the baseline with the name of the fuel meter's: whether it is a meter at all. */
  readonly raw: { readonly channels: Channels; readonly energyChannel: string } | null;
  readonly adjustments: readonly Adjustment[];
  readonly log: readonly LoggedEvent[];
  readonly thresholds: Thresholds;
}

/** A retrofit's result with all its evidence. */
export interface BeforeAndAfter<B extends EnergyBasis> {
  readonly kind: "before-and-after";
  readonly selection: Selection<B>;
  readonly range: Validity;
  readonly avoided: AvoidedEnergy<B>;
  readonly adjusted: Adjusted;
  readonly checks: readonly CheckResult[];
  readonly verdict: SavingVerdict;
  readonly cusum: readonly CusumPoint[];
  readonly naive: NaiveComparison;
  /** In both periods; a person decides on each. */
  readonly proposals: {
    readonly baseline: readonly EventProposal[];
    readonly reporting: readonly EventProposal[];
  };
  /** Before the works, where nothing was changed; a refusal where the baseline is too short for it. */
  readonly placebo: Placebo<B> | Refusal;
  readonly thresholdsId: string;
  readonly thresholdsFrom: string;
}

/** Events shorter than this are not looked for. */
const leastEventIntervals = { hourly: 168, daily: 7, monthly: 3 } as const;

/**
 * From two metered periods to a verdict, or to the reason why there is none.
 *
 * Nothing here decides on an event, fills a gap or drops an outlier: a person does, and says why.
 */
export function beforeAndAfter<B extends EnergyBasis>(
  inputs: BeforeAndAfterInputs<B>,
): BeforeAndAfter<B> | Refusal {
  const { baseline, reporting, candidates, meters, thresholds, reportingMonths, raw } = inputs;
  const { confidence } = thresholds;
  const copied = raw === null ? null : duplicateFault(raw.channels, raw.energyChannel);
  if (copied !== null) return copied;
  if (baseline.intervals.length === 0) return { kind: "empty-period", period: "baseline" };
  const shared = sharedIntervals(baseline, reporting);
  if (shared !== null) return shared;
  const selection = selectModel(baseline, candidates, thresholds);
  if (selection.kind !== "selection") return selection;
  const { model } = selection;
  const range = validity(model, reporting, thresholds.rangeMargin);
  if (range.kind !== "validity") return range;
  const adjusted = adjustedWeights(reporting, inputs.adjustments);
  const avoided = avoidedEnergy(model, reporting, { confidence, meters, reportingMonths, adjusted });
  if (avoided.kind !== "avoided-energy") return avoided;
  const cusum = savingsCusum(model, reporting, confidence, adjusted);
  if ("kind" in cusum) return cusum;
  const naive = naiveComparison(baseline, reporting, candidates.load?.driver ?? null);
  if ("kind" in naive) return naive;
  const checks = acceptance(model, avoided, range, inputs.coverage, reportingMonths, thresholds);
  const detection = { leastIntervals: leastEventIntervals[model.granularity], log: inputs.log };
  return {
    kind: "before-and-after",
    selection,
    range,
    avoided,
    adjusted,
    checks,
    verdict: savingVerdict(avoided, checks),
    cusum,
    naive,
    proposals: {
      baseline: proposeEvents(model, baseline, detection),
      // A saving that grows with the load is no event: what is odd is odd against the period's own line.
      reporting: proposeEvents(ownModel(model, reporting) ?? model, reporting, detection),
    },
    placebo: placebo(model, confidence),
    thresholdsId: thresholds.id,
    thresholdsFrom: thresholds.validFrom,
  };
}

/** The same terms fitted to another period; `null` where it is too short or too even for them. */
function ownModel<B extends EnergyBasis>(
  model: BaselineModel<B>,
  period: Metered<NoInfer<B>>,
): BaselineModel<B> | null {
  const own = fitModel<B>(period, model.terms, model.searched);
  return own.kind === "model" ? own : null;
}

function sharedIntervals(baseline: Metered<EnergyBasis>, reporting: Metered<EnergyBasis>): Refusal | null {
  const before = new Set(baseline.intervals.map(({ index }) => index));
  const shared = reporting.intervals.filter(({ index }) => before.has(index)).map(({ index }) => index);
  if (shared.length === 0) return null;
  return { kind: "intervals-shared", count: shared.length, firstIndex: Math.min(...shared) };
}

/** A stretch of time, its end not included. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Baseline, works and reporting must follow on each other: shared time is refused. */
export function periodsFault(spans: readonly TimeSpan[]): Refusal | null {
  const sorted = [...spans].sort((a, b) => a.fromMs - b.fromMs);
  for (const [k, span] of sorted.entries()) {
    const next = sorted[k + 1];
    if (next !== undefined && next.fromMs < span.toMs)
      return { kind: "periods-overlap", fromMs: next.fromMs, toMs: Math.min(span.toMs, next.toMs) };
  }
  return null;
}

/** A plan that is not the one that was frozen: results by it are refused. */
export function planFault(frozenHash: string, hash: string): Refusal | null {
  return frozenHash === hash ? null : { kind: "plan-changed", frozenHash, hash };
}

/** A unit that a channel cannot have: litres of a gas, say. */
export function unitFault(channel: string, unit: string, expected: readonly string[]): Refusal | null {
  return expected.includes(unit) ? null : { kind: "unit-does-not-fit", channel, unit, expected };
}

/** Channels without which there is no saving: each that is missing, by name. */
export function missingChannels(present: readonly string[], needed: readonly string[]): readonly Refusal[] {
  return needed
    .filter((channel) => !present.includes(channel))
    .map((channel) => ({ kind: "meter-missing", channel }));
}
