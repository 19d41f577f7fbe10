import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Boiler, Site } from "../domain/boiler.ts";
import type { EmissionStandard, LimitTables } from "../domain/limits.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { Plausibility } from "../domain/screening.ts";
import type { SteadySettings } from "../domain/steady-state.ts";

/** As things were from a moment on. */
interface From {
  readonly fromMs: number;
}

/** Oldest first; the first one also counts for all time before it. */
export type Editions<T extends From> = readonly [T, ...T[]];

/** The alarm rules that apply to a source, with the delays of its site. */
export interface RulesEdition extends From {
  readonly rules: readonly AlarmRule[];
}

/** A boiler as it was described, and watched: fuels, prices, floors and alarm rules are dated. */
export interface BoilerEdition extends RulesEdition {
  readonly boiler: Boiler;
  readonly plausibility: Plausibility;
  /** Every edition of the tables, and of the emission standard, that this boiler is held against. */
  readonly tables: readonly LimitTables[];
  readonly standards: readonly EmissionStandard[];
}

/** A boiler's place in the plant: who measures it, and by what it is judged. */
export interface PlantBoiler {
  readonly id: string;
  readonly siteId: string;
  readonly gatewayId: string;
  readonly editions: Editions<BoilerEdition>;
  readonly steady: SteadySettings;
  /** By how much the site's clock hours are off the UTC ones: 30 min in some zones. */
  readonly hourOffsetMs: number;
}

export interface PlantSite extends Site {
  /** Only its past is known: nothing of it is live, and nothing of it alarms. */
  readonly recorded?: boolean;
  readonly editions: Editions<RulesEdition>;
}

export interface PlantGateway {
  readonly id: string;
  readonly siteId: string;
  readonly scanMs: number;
  readonly editions: Editions<RulesEdition>;
}

/** All that ingest has to know of the plant to take, judge and alarm; made of the configuration and the rule files. */
export interface Plant {
  readonly sites: ReadonlyMap<string, PlantSite>;
  readonly boilers: ReadonlyMap<string, PlantBoiler>;
  readonly gateways: ReadonlyMap<string, PlantGateway>;
  readonly catalogue: PointCatalogue;
}

/**
 * The plant as each version of the configuration has it. All of them know the same points, so that a frame means the
 * same in each; what an earlier version said counts for the time before the next one.
 */
export interface PlantHistory {
  readonly newest: Plant;
  /** As it was when a version had been accepted last; 0: before any. */
  at(version: number): Plant;
}

/** A version of the configuration, as it was accepted. */
export interface AcceptedConfig {
  readonly version: number;
  readonly hash: string;
  readonly by: string;
  readonly atMs: number;
}

/** One that the journal does not tell of yet; `entered` is called when it does. */
export interface EnteringConfig extends AcceptedConfig {
  entered(): Promise<void>;
}

/** A plant that was never another. */
export function onlyPlant(plant: Plant): PlantHistory {
  return { newest: plant, at: () => plant };
}

/** A plant that another one follows: what was measured before that moment is judged as it was then. */
export function followedBy(before: Plant, after: Plant, atMs: number): Plant {
  const joined = <T extends { readonly editions: Editions<E> }, E extends From>(
    was: ReadonlyMap<string, T>,
    is: ReadonlyMap<string, T>,
  ) =>
    new Map(
      [...is].map(([id, now]): [string, T] => {
        const old = was.get(id);
        if (old === undefined) return [id, now];
        return [id, { ...now, editions: joinedEditions<E>(old.editions, now.editions, atMs) }];
      }),
    );
  return {
    catalogue: after.catalogue,
    sites: joined<PlantSite, RulesEdition>(before.sites, after.sites),
    boilers: joined<PlantBoiler, BoilerEdition>(before.boilers, after.boilers),
    gateways: joined<PlantGateway, RulesEdition>(before.gateways, after.gateways),
  };
}

function joinedEditions<T extends From>(was: Editions<T>, is: Editions<T>, atMs: number): Editions<T> {
  const [first, ...others] = was.filter(({ fromMs }) => fromMs < atMs);
  const here = { ...editionAt(is, atMs), fromMs: atMs };
  const later = is.filter(({ fromMs }) => fromMs > atMs);
  return first === undefined ? [here, ...later] : [first, ...others, here, ...later];
}

/** The edition in force at a moment of event time. */
export function editionAt<T extends From>(editions: Editions<T>, atMs: number): T {
  for (let index = editions.length - 1; index > 0; index -= 1) {
    const edition = editions[index] as T;
    if (edition.fromMs <= atMs) return edition;
  }
  return editions[0];
}

/** The alarm rules of a boiler, a gateway or a site at a moment; none of what is not in the configuration any more. */
export function rulesAt(
  { boilers, gateways, sites }: Plant,
  sourceId: string,
  atMs: number,
): readonly AlarmRule[] {
  const source = boilers.get(sourceId) ?? gateways.get(sourceId) ?? sites.get(sourceId);
  return source === undefined ? [] : editionAt<RulesEdition>(source.editions, atMs).rules;
}

/**
 * Prepares something for every edition of every boiler, when it is first asked for.
 * @returns what was prepared for a boiler at a moment; `null` for one that is not in the configuration any more
 */
export function forEachEdition<T>(
  { boilers }: Plant,
  prepare: (edition: BoilerEdition, boiler: PlantBoiler) => T,
): (boilerId: string, atMs: number) => T | null {
  type Made = From & { readonly edition: BoilerEdition; made: T | null };
  const withNothing = (edition: BoilerEdition): Made => ({ fromMs: edition.fromMs, edition, made: null });
  const prepared = new Map(
    [...boilers].map(([id, boiler]): [string, { boiler: PlantBoiler; editions: Editions<Made> }] => {
      const [first, ...later] = boiler.editions;
      return [id, { boiler, editions: [withNothing(first), ...later.map(withNothing)] }];
    }),
  );
  return (boilerId, atMs) => {
    const of = prepared.get(boilerId);
    if (of === undefined) return null;
    const at = editionAt(of.editions, atMs);
    at.made ??= prepare(at.edition, of.boiler);
    return at.made;
  };
}
