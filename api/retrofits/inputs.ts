import type { RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument, RetrofitPlan } from "../../contracts/http/retrofits.ts";
import { inForceAt, nearestEdition } from "../../domain/limits.ts";
import type { Thresholds } from "../../domain/mv/acceptance.ts";
import type { EnergyBasis, Metered } from "../../domain/mv/energy.ts";
import type { Adjustment } from "../../domain/mv/non-routine.ts";
import { plantSpan } from "../../domain/mv/plant-days.ts";
import type { Candidates } from "../../domain/mv/select-model.ts";
import type { SavingsRules } from "../registry.ts";
import { heatDriver, type RowSet } from "./rows.ts";

/** What every part of a result is reckoned from. */
export interface Stuff {
  readonly baseline: Metered<EnergyBasis>;
  readonly reporting: Metered<EnergyBasis>;
  readonly candidates: Candidates;
  readonly thresholds: Thresholds;
  readonly reportingMonths: number;
}

/** The models that a plan allows. */
export function candidatesOf({ drivers, bends, parabola }: RetrofitPlan): Candidates {
  return {
    load: { driver: heatDriver, sign: "rises" },
    others: drivers.map(({ point, sign }) => ({ driver: point, sign })),
    bends,
    parabola,
  };
}

/** The edition in force at the end of the reporting period, at the plan's own confidence. */
export function thresholdsOf(id: string, confidence: number, rules: SavingsRules, atMs: number): Thresholds {
  const editions = rules.thresholds.filter((each) => each.id === id);
  const edition = inForceAt(editions, atMs) ?? nearestEdition(editions, atMs) ?? rules.thresholds.at(-1);
  return { ...(edition as Thresholds), confidence };
}

/** What was decided on an event, by the numbers of its intervals. */
export function adjustmentOf(each: RetrofitDocument["plan"]["adjustments"][number], set: RowSet): Adjustment {
  const { fromMs, toMs } = plantSpan(each, set.timeZone);
  const { reason, author = "" } = each;
  const decision = {
    fromIndex: indexAt(set.rows, fromMs),
    toIndex: indexAt(set.rows, toMs - 1),
    reason,
    author,
  };
  return each.kind === "engineering"
    ? { kind: each.kind, addedGj: each.addedGj, standardErrorGj: each.standardErrorGj, ...decision }
    : { kind: each.kind, ...decision };
}

/** The number of the interval in which an instant lies; of the nearest one where it lies in none. */
export function indexAt(rows: readonly RetrofitRow[], atMs: number): number {
  let found = rows[0]?.index ?? 0;
  for (const { fromMs, index } of rows) if (fromMs <= atMs) found = index;
  return found;
}
