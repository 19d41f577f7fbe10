import { isAmount } from "../finite.ts";
import type { Fuel } from "../fuel.ts";
import { type Dated, nearestEdition, turnsOf } from "../limits.ts";
import { type Rollup, tierMs } from "../rollup.ts";
import { type GreenhouseGases, greenhouseGases, type WarmingPotentials } from "./greenhouse-gas.ts";

/** What a meter told of a fuel in a stretch of time; stretches of one fuel do not overlap. */
export interface Burned {
  readonly fuelId: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Mean of the time that is known, in the unit of the fuel's meter. */
  readonly unitsPerH: number;
  /** Share of the stretch that is known, 0 to 1. */
  readonly knownShare: number;
}

export type FuelEdition = Dated & { readonly fuel: Fuel };
export type PotentialsEdition = Dated & WarmingPotentials & { readonly source: string };

/** Every edition of what a ledger rests on: each day is reckoned by those of its time. */
export interface LedgerRules {
  readonly fuels: ReadonlyMap<string, readonly FuelEdition[]>;
  readonly potentials: readonly PotentialsEdition[];
}

/** What was burned of a fuel under one edition of its factors, and of the warming potentials. */
export interface LedgerLine extends GreenhouseGases {
  readonly fuelId: string;
  /** In the unit of the fuel's meter. */
  readonly quantity: number;
  /** `null` of a gas by volume. */
  readonly massKg: number | null;
  readonly factorEdition: string;
  readonly factorsFrom: string;
  readonly potentialsSource: string;
  readonly potentialsFrom: string;
}

/** Greenhouse gases of a period: of what is known, and which share of the time that is. Nothing is filled in. */
export interface Co2Ledger {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly lines: readonly LedgerLine[];
  readonly total: GreenhouseGases;
  /** Share of the period in which each fuel's use is known; the whole is as complete as its least known fuel. */
  readonly knownShares: Readonly<Record<string, number>>;
  readonly knownShare: number;
}

/**
 * What a minute's or an hour's rollup tells of a fuel; `null` where it has no value of its meter. Its mean stands for the
 * minutes that had one: they are known, with the amount that the rollup gives.
 * @source IPCC 2006 Guidelines, volume 2, tier 1, fuel as it was metered
 */
export function burnedIn(rollup: Rollup, fuelId: string, flowSlot: number): Burned | null {
  const unitsPerH = rollup.mean[flowSlot] ?? Number.NaN;
  const amount = rollup.integral[flowSlot] ?? Number.NaN;
  if (!(isAmount(unitsPerH) && isAmount(amount))) return null;
  const lastsMs = tierMs[rollup.tier];
  // Of nothing burned the amount does not tell for how long.
  const ofNothing = rollup.tier === "minute" ? 1 : (rollup.validShare[flowSlot] ?? 0);
  const knownShare = unitsPerH > 0 ? Math.min(1, (amount * hourMs) / (unitsPerH * lastsMs)) : ofNothing;
  return { fuelId, fromMs: rollup.startMs, untilMs: rollup.startMs + lastsMs, unitsPerH, knownShare };
}

const hourMs = 3_600_000;
const nothing: GreenhouseGases = {
  energyLhvMj: 0,
  co2Kg: 0,
  biogenicCo2Kg: 0,
  ch4Kg: 0,
  n2oKg: 0,
  co2eKg: 0,
};

/**
 * What was burned in a period, fuel by fuel and edition by edition: a stretch in which another edition begins is
 * divided there. A stretch without a rate counts as not known.
 * @param fuelIds all fuels that may have burned: one of which nothing is told is not known for any of the time
 * @returns `null` of no time, or with a fuel or potentials that no rule tells of
 * @source IPCC 2006 Guidelines, volume 2, tier 1
 */
export function co2Ledger(
  fromMs: number,
  untilMs: number,
  fuelIds: readonly string[],
  burned: readonly Burned[],
  { fuels, potentials }: LedgerRules,
): Co2Ledger | null {
  if (!(untilMs > fromMs) || burned.some(({ fuelId }) => !fuelIds.includes(fuelId))) return null;
  const lines: LedgerLine[] = [];
  const knownShares: Record<string, number> = {};
  for (const fuelId of fuelIds) {
    const editions = fuels.get(fuelId) ?? [];
    const turns = [...editions, ...potentials].flatMap(turnsOf).sort((a, b) => a - b);
    const ofEdition = new Map<string, { fuel: FuelEdition; potential: PotentialsEdition; units: number }>();
    let knownMs = 0;
    for (const each of burned) {
      const { unitsPerH, knownShare } = each;
      if (each.fuelId !== fuelId || !isAmount(unitsPerH) || !(knownShare > 0 && knownShare <= 1)) continue;
      let beginMs = Math.max(each.fromMs, fromMs);
      const endMs = Math.min(each.untilMs, untilMs);
      while (beginMs < endMs) {
        const nextMs = Math.min(endMs, turns.find((turn) => turn > beginMs) ?? endMs);
        const fuel = nearestEdition(editions, beginMs);
        const potential = nearestEdition(potentials, beginMs);
        if (fuel === undefined || potential === undefined) return null;
        const spanMs = (nextMs - beginMs) * knownShare;
        const key = `${fuel.validFrom}/${potential.validFrom}`;
        const sum = ofEdition.get(key) ?? { fuel, potential, units: 0 };
        sum.units += (unitsPerH * spanMs) / hourMs;
        ofEdition.set(key, sum);
        knownMs += spanMs;
        beginMs = nextMs;
      }
    }
    knownShares[fuelId] = knownMs / (untilMs - fromMs);
    for (const { fuel: of, potential, units } of ofEdition.values()) {
      const { fuel } = of;
      const gases = greenhouseGases(units, fuel.ncvMjPerUnit, fuel.emissionFactors, potential);
      if (gases === null) return null;
      lines.push({
        fuelId,
        quantity: units,
        massKg: fuel.kgPerUnit === null ? null : units * fuel.kgPerUnit,
        factorEdition: fuel.emissionFactors.edition,
        factorsFrom: of.validFrom,
        potentialsSource: potential.source,
        potentialsFrom: potential.validFrom,
        ...gases,
      });
    }
  }
  const total = lines.reduce(
    (sum, line): GreenhouseGases => ({
      energyLhvMj: sum.energyLhvMj + line.energyLhvMj,
      co2Kg: sum.co2Kg + line.co2Kg,
      biogenicCo2Kg: sum.biogenicCo2Kg + line.biogenicCo2Kg,
      ch4Kg: sum.ch4Kg + line.ch4Kg,
      n2oKg: sum.n2oKg + line.n2oKg,
      co2eKg: sum.co2eKg + line.co2eKg,
    }),
    nothing,
  );
  const knownShare = fuelIds.length === 0 ? 0 : Math.min(...Object.values(knownShares));
  return { fromMs, untilMs, lines, total, knownShares, knownShare };
}
