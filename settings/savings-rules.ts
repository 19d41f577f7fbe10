import type { SavingsRules } from "../api/registry.ts";
import { nearestEdition } from "../domain/limits.ts";
import { adviceOn, priceAt, registryOf } from "./registry.ts";
import type { Settings } from "./settings.ts";

/**
 * What retrofit projects are reckoned with. Rules are those of the plant that is watched.
 * @param recorded plants of which only a past is known, such as that of the example
 */
export function savingsRulesOf(settings: Settings, recorded: readonly Settings[]): SavingsRules {
  const registries = [settings, ...recorded].map((each) => registryOf(each));
  const { files, fuels } = settings.rules;
  const siteOf = (siteId: string) =>
    [settings, ...recorded].flatMap(({ config }) => config.sites).find(({ id }) => id === siteId);
  return {
    sites: registries.flatMap(({ sites }) => sites),
    boilers: (atMs) => registries.flatMap(({ boilers }) => boilers(atMs)),
    fuel: (fuelId, atMs) => nearestEdition(fuels.get(fuelId) ?? [], atMs)?.fuel ?? null,
    price: (siteId, fuelId, atMs) => {
      const site = siteOf(siteId);
      return site === undefined ? null : (priceAt(site, fuelId, atMs) ?? null);
    },
    measureCosts: (siteId) => siteOf(siteId)?.measureCosts ?? [],
    advice: (reading) => [settings, ...recorded].flatMap((each) => adviceOn(reading, each)),
    thresholds: files["mv-thresholds"],
    potentials: files["warming-potentials"],
    subsidies: files.subsidy,
    taxCredits: files["tax-credit"],
    carbonFees: files["carbon-fee"],
  };
}
