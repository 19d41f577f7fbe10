import type { AlarmText } from "../contracts/http/alarms.ts";
import type { BoilerList } from "./boilers.ts";
import { labelOf, text } from "./texts/texts.ts";

/** What an alarm is about, as people call it, and the page that shows it. */
export interface Source {
  readonly name: string;
  readonly siteName: string;
  readonly boilerName: string | null;
  readonly href: string | null;
  readonly simulated: boolean;
  readonly zone: string;
}

export function sourceOf({ sourceId, siteId }: AlarmText, list: BoilerList): Source {
  const boiler = list.boiler(sourceId);
  const own = boiler === null ? text().alerts.gateway(sourceId) : boiler.name;
  return {
    name: `${siteName(list, siteId)} ${own}`,
    siteName: siteName(list, siteId),
    boilerName: boiler?.name ?? null,
    href: boiler === null ? null : `/boilers/${boiler.id}`,
    simulated: list.site(siteId)?.simulated ?? false,
    zone: zoneOf(list, siteId),
  };
}

/** A site's name, or its id for one that the configuration does not know any more. */
export function siteName(list: BoilerList, siteId: string): string {
  const site = list.site(siteId);
  return site === null ? siteId : labelOf(site.name);
}

/** Where it stands, as people say it. */
export function sitePlace(list: BoilerList, siteId: string): string {
  const site = list.site(siteId);
  return site === null ? "" : labelOf(site.place);
}

/** The zone by whose clock a site's times are told. */
export function zoneOf(list: BoilerList, siteId: string): string {
  return list.site(siteId)?.timeZone ?? "UTC";
}

/** The zone whose clock stands in the bar while no boiler is open. */
export function firstZone(list: BoilerList): string {
  return list.sites()[0]?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}
