import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Boiler, Site } from "../domain/boiler.ts";
import type { EmissionStandard, LimitTables } from "../domain/limits.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { Plausibility } from "../domain/screening.ts";
import type { SteadySettings } from "../domain/steady-state.ts";

/** A boiler as it was described from a moment on: fuels, prices and floors are dated. */
export interface BoilerEdition {
  readonly fromMs: number;
  readonly boiler: Boiler;
  readonly plausibility: Plausibility;
}

/** A boiler's place in the plant: who measures it, and by what it is judged. */
export interface PlantBoiler {
  readonly id: string;
  readonly siteId: string;
  readonly gatewayId: string;
  /** Oldest first; the first one also counts for all time before it. */
  readonly editions: readonly [BoilerEdition, ...BoilerEdition[]];
  readonly steady: SteadySettings;
  /** By how much the site's clock hours are off the UTC ones: 30 min in some zones. */
  readonly hourOffsetMs: number;
  /** Every edition of the tables, and of the emission standard, that this boiler is held against. */
  readonly tables: readonly LimitTables[];
  readonly standards: readonly EmissionStandard[];
  /** Those that apply to it, with the delays of its site. */
  readonly rules: readonly AlarmRule[];
}

export interface PlantSite extends Site {
  /** Only its past is known: nothing of it is live, and nothing of it alarms. */
  readonly recorded?: boolean;
  readonly rules: readonly AlarmRule[];
}

export interface PlantGateway {
  readonly id: string;
  readonly siteId: string;
  readonly scanMs: number;
  readonly rules: readonly AlarmRule[];
}

/** All that ingest has to know of the plant to take, judge and alarm; made of the configuration and the rule files. */
export interface Plant {
  readonly sites: ReadonlyMap<string, PlantSite>;
  readonly boilers: ReadonlyMap<string, PlantBoiler>;
  readonly gateways: ReadonlyMap<string, PlantGateway>;
  readonly catalogue: PointCatalogue;
}

/**
 * Prepares something for every edition of every boiler.
 * @returns what was prepared for a boiler at a moment; `null` for one that is not in the configuration any more
 */
export function forEachEdition<T>(
  { boilers }: Plant,
  prepare: (edition: BoilerEdition, boiler: PlantBoiler) => T,
): (boilerId: string, atMs: number) => T | null {
  const prepared = new Map(
    [...boilers].map(([id, boiler]) => [
      id,
      boiler.editions.map((edition) => ({ fromMs: edition.fromMs, made: prepare(edition, boiler) })),
    ]),
  );
  return (boilerId, atMs) => {
    const editions = prepared.get(boilerId);
    if (editions === undefined) return null;
    for (let index = editions.length - 1; index > 0; index -= 1) {
      const edition = editions[index];
      if (edition !== undefined && edition.fromMs <= atMs) return edition.made;
    }
    return editions[0]?.made ?? null;
  };
}
