import type { LimitsText } from "../contracts/http/limits.ts";
import { type Dated, inForceAt } from "../domain/limits.ts";
import type { Settings } from "./settings.ts";

/** Every version of the limits that the configuration's boilers are held against, newest first. */
export function limitsText({ config, rules }: Settings, atMs: number): LimitsText {
  const placed = config.sites.flatMap((site) => site.boilers.map((boiler) => ({ boiler, siteId: site.id })));
  const dates = ({ validFrom, validUntil }: Dated) => ({ validFrom, validUntil: validUntil ?? null });
  /** Those that some boiler uses, and whether each is the one in force. */
  function versions<T extends Dated & { readonly id: string }>(all: readonly T[], used: readonly string[]) {
    return all
      .filter(({ id }) => used.includes(id))
      .map((version) => {
        const ofId = all.filter(({ id }) => id === version.id);
        return { ...version, inForce: inForceAt(ofId, atMs) === version };
      })
      .toSorted((a, b) => (a.id === b.id ? (a.validFrom < b.validFrom ? 1 : -1) : a.id < b.id ? -1 : 1));
  }

  return {
    tables: versions(
      rules.limitTables,
      placed.map(({ boiler }) => boiler.limits),
    ).map(({ id, source, inForce, tables, ...rest }) => ({
      ...{ id, source, inForce, ...dates(rest) },
      tables: { airRatio: [...tables.airRatio], exhaustTempC: [...tables.exhaustTempC] },
    })),
    standards: versions(
      rules.emissionStandards,
      placed.map(({ boiler }) => boiler.emissionStandard),
    ).map(({ id, source, inForce, inForceFrom, referenceO2Percent, averagingOrder, limits, ...rest }) => ({
      ...{ id, source, inForce, ...dates(rest), referenceO2Percent, averagingOrder },
      bindsFrom: { ...inForceFrom },
      limits: { ...limits },
    })),
    own: placed.flatMap(({ boiler: { id, ownLimits }, siteId }) =>
      ownLimits === undefined
        ? []
        : [
            {
              ...{ boilerId: id, siteId, source: ownLimits.source, ...dates(ownLimits) },
              inForce: inForceAt([ownLimits], atMs) !== null,
              airRatio: ownLimits.airRatio ?? null,
              exhaustTempC: ownLimits.exhaustTempC ?? null,
            },
          ],
    ),
    boilers: placed.map(({ boiler: { id, limits, emissionStandard }, siteId }) => ({
      boilerId: id,
      siteId,
      tablesId: limits,
      standardId: emissionStandard,
    })),
  };
}
