import type { BoilerText, SiteText } from "../contracts/http/boilers.ts";
import { type Condition, severityOf } from "./condition.ts";

/** Which boilers need attention, worst first, and which do not, by site. */
export interface FleetOrder {
  readonly attention: readonly BoilerText[];
  readonly normal: readonly BoilerText[];
}

export function fleetOrder(
  boilers: readonly BoilerText[],
  sites: readonly SiteText[],
  conditions: ReadonlyMap<string, Condition>,
  needAttention: ReadonlySet<string>,
): FleetOrder {
  const siteRank = new Map(sites.map(({ id }, index) => [id, index]));
  const rank = ({ siteId }: BoilerText) => siteRank.get(siteId) ?? sites.length;
  const badness = ({ id }: BoilerText) => {
    const condition = conditions.get(id);
    return condition === undefined ? Number.POSITIVE_INFINITY : severityOf(condition);
  };
  const sinceMs = ({ id }: BoilerText) => conditions.get(id)?.active[0]?.sinceMs ?? Number.POSITIVE_INFINITY;
  /** Within a site as the configuration lists them: a plant has an order of its own. */
  const bySite = (a: BoilerText, b: BoilerText) => rank(a) - rank(b);
  return {
    attention: boilers
      .filter(({ id }) => needAttention.has(id))
      .sort((a, b) => badness(a) - badness(b) || earlierFirst(sinceMs(a), sinceMs(b)) || bySite(a, b)),
    normal: boilers.filter(({ id }) => !needAttention.has(id)).sort(bySite),
  };
}

/** The same boilers in the order in which they were shown, with their newest descriptions. */
export function keptOrder(before: FleetOrder, boilers: readonly BoilerText[]): FleetOrder | null {
  const byId = new Map(boilers.map((boiler) => [boiler.id, boiler]));
  const attention = before.attention.flatMap(({ id }) => byId.get(id) ?? []);
  const normal = before.normal.flatMap(({ id }) => byId.get(id) ?? []);
  return attention.length + normal.length === boilers.length &&
    boilers.length === before.attention.length + before.normal.length
    ? { attention, normal }
    : null;
}

export function sameOrder(a: FleetOrder, b: FleetOrder): boolean {
  return sameItems(a.attention, b.attention) && sameItems(a.normal, b.normal);
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Without a subtraction, for two that never began are equal and no number says so. */
function earlierFirst(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
