import { nearestEdition } from "../domain/limits.ts";
import type { Directory } from "../notifications/directory.ts";
import type { Settings } from "./settings.ts";

/** What messages call sites, boilers and rules. */
export function directoryOf({ config, rules }: Settings): Directory {
  const sites = new Map(config.sites.map((site) => [site.id, site]));
  const boilers = new Map(
    config.sites.flatMap((site) => site.boilers.map(({ id, name }) => [id, { en: name, "zh-TW": name }])),
  );
  return {
    site: (siteId) => sites.get(siteId) ?? null,
    nameOf: (sourceId) =>
      boilers.get(sourceId) ?? sites.get(sourceId)?.name ?? { en: sourceId, "zh-TW": sourceId },
    wordsOf: (ruleId, atMs) => nearestEdition(rules.alarmRules.get(ruleId) ?? [], atMs)?.rule ?? null,
  };
}
