import type { AlarmText } from "../contracts/http.ts";
import type { BoilerList } from "./boilers.ts";
import { labelOf, text } from "./texts/texts.ts";

/** What an alarm is about, as people call it, and the page that shows it. */
export interface Source {
  readonly name: string;
  readonly href: string | null;
  readonly simulated: boolean;
  readonly zone: string;
}

export function sourceOf({ sourceId, siteId }: AlarmText, list: BoilerList): Source {
  const boiler = list.boiler(sourceId);
  const site = list.site(siteId);
  const siteName = site === null ? siteId : labelOf(site.name);
  const own = boiler === null ? text().alerts.gateway(sourceId) : boiler.name;
  return {
    name: `${siteName} ${own}`,
    href: boiler === null ? null : `/boilers/${boiler.id}`,
    simulated: site?.simulated ?? false,
    zone: site?.timeZone ?? "UTC",
  };
}

/** The zone whose clock stands in the bar while no boiler is open. */
export function firstZone(list: BoilerList): string {
  return list.sites()[0]?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}
