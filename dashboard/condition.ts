import type { AlarmText } from "../contracts/http/alarms.ts";
import type { BoilerText } from "../contracts/http/boilers.ts";
import type { OverviewBoiler } from "../contracts/http/socket.ts";
import type { Priority } from "../domain/alarms/alarm.ts";
import { type TableQuantity, tableQuantities } from "../domain/limits.ts";
import { isActive, quantityOf } from "./alarms.ts";
import type { GatewayText } from "./boilers.ts";

/** How one boiler is, as far as this browser knows: what decides its place, its marker and its colours. */
export interface Condition {
  readonly freshness: "live" | "stale" | "none";
  readonly firing: boolean | null;
  /** Batches that its gateway still has to send while its data are stale, or `null`. */
  readonly backlog: number | null;
  /** Of the boiler or of its gateway; worst first. */
  readonly active: readonly AlarmText[];
  /** Over, but nobody has seen them. */
  readonly returned: readonly AlarmText[];
  readonly above: readonly TableQuantity[];
  /** Both tables judged, and neither exceeded; `null` when either is not judged, or has no limit for this class. */
  readonly within: boolean | null;
}

/** Data are stale when three scans have brought none; never sooner than after three seconds. */
export function staleAfterMs({ scanMs }: BoilerText): number {
  return Math.max(3_000, 3 * (scanMs ?? 1_000));
}

export function conditionOf(
  boiler: BoilerText,
  reading: OverviewBoiler | null,
  gateway: GatewayText | null,
  open: readonly AlarmText[],
  frameMs: number,
): Condition {
  const concerning = open.filter(({ sourceId }) => sourceId === boiler.id || sourceId === boiler.gatewayId);
  const active = concerning.filter(isActive);
  const returned = concerning.filter(({ state, sourceId }) => state === "returned" && sourceId === boiler.id);
  const freshness =
    reading === null ? "none" : frameMs - reading.takenAtMs > staleAfterMs(boiler) ? "stale" : "live";
  if (reading === null || freshness !== "live") {
    const buffered = gateway?.online === true ? (gateway.bufferedBatches ?? 0) : 0;
    const backlog = freshness === "stale" && buffered > 0 ? buffered : null;
    return { freshness, firing: null, backlog, active, returned, above: [], within: null };
  }
  const { verdicts, values } = reading;
  const kinds = tableQuantities.map((quantity) => verdicts[quantity].kind);
  const above = tableQuantities.filter((quantity) => verdicts[quantity].kind === "above");
  const firing = values["firing"] ?? null;
  return {
    freshness,
    firing: firing === null ? null : firing > 0,
    backlog: null,
    active,
    returned,
    above,
    within: kinds.every((kind) => kind === "within" || kind === "above") ? above.length === 0 : null,
  };
}

/** Whether nothing has changed; alarms are the same objects for as long as they say the same. */
export function sameCondition(a: Condition, b: Condition): boolean {
  return (
    a.freshness === b.freshness &&
    a.firing === b.firing &&
    a.backlog === b.backlog &&
    a.within === b.within &&
    sameItems(a.active, b.active) &&
    sameItems(a.returned, b.returned) &&
    sameItems(a.above, b.above)
  );
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export function isAbnormal({ active, above, freshness }: Condition): boolean {
  return active.length > 0 || above.length > 0 || freshness !== "live";
}

/** The colour of a quantity: that of its active alarm, or amber where its verdict is above; otherwise none. */
export function toneOf(condition: Condition, quantity: TableQuantity): Priority | null {
  const alarm = condition.active.find((each) => quantityOf(each) === quantity);
  if (alarm !== undefined) return alarm.priority;
  return condition.above.includes(quantity) ? 2 : null;
}

/** The colour of a boiler as a whole. */
export function worstTone({ active, above }: Condition): Priority | null {
  return active[0]?.priority ?? (above.length > 0 ? 2 : null);
}

/** Smaller is worse. */
export function severityOf(condition: Condition): number {
  const [worst] = condition.active;
  if (worst !== undefined) return worst.priority * 10 + (worst.state === "unacknowledged" ? 0 : 1);
  if (condition.above.length > 0) return 22;
  if (condition.freshness !== "live") return 33;
  return condition.returned.length > 0 ? 40 : 50;
}
