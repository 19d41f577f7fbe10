import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "csv-parse/sync";
import type { Thresholds } from "../../domain/mv/acceptance.ts";
import { type BaselineModel, fitModel } from "../../domain/mv/baseline-model.ts";
import { type Interval, intercept, linear, type Term } from "../../domain/mv/design.ts";
import type { Metered } from "../../domain/mv/energy.ts";
import type { Refusal } from "../../domain/mv/refusal.ts";
import type { DataRow } from "../../domain/reference-cases/savings-case.ts";
import { shippedRules } from "./boilers.ts";

/** The thresholds that come with Fluewatch. */
export function shippedThresholds(): Thresholds {
  const thresholds = shippedRules().files["mv-thresholds"].at(-1);
  if (thresholds === undefined) throw new Error("there is no rule file of thresholds");
  return thresholds;
}

/** Public records that are no part of this repository; they may stand beside it. */
const dataFolder = resolve(import.meta.dirname, "../../../shared/reference");

/** Rows of a public record, or `null` where it does not stand beside the repository. */
export function publicRows(name: string): readonly DataRow[] | null {
  const file = resolve(dataFolder, name);
  return existsSync(file) ? (parse(readFileSync(file, "utf8"), { columns: true }) as DataRow[]) : null;
}

/** A sequence of numbers from 0 to 1 that is the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Noise of unit spread in which each value keeps a share of the one before it. */
export function autoregressive(count: number, rho: number, random: () => number): readonly number[] {
  let value = normal(random);
  return Array.from({ length: count }, () => {
    const now = value;
    value = rho * value + Math.sqrt(1 - rho * rho) * normal(random);
    return now;
  });
}

export interface MadeUpPeriod {
  readonly count: number;
  readonly firstIndex: number;
  readonly noiseGj: number;
  readonly rho: number;
  /** Energy is multiplied by this: 0.9 for a saving of 10 %. */
  readonly factor: number;
  readonly loadFrom: number;
  readonly loadTo: number;
}

/** Days of a made-up boiler: 40 GJ of standing loss and 2.8 GJ for each GJ of heat, with noise. */
export function madeUp(random: () => number, changes: Partial<MadeUpPeriod> = {}): Metered<"lhv"> {
  const { count, firstIndex, noiseGj, rho, factor, loadFrom, loadTo } = {
    count: 60,
    firstIndex: 0,
    noiseGj: 8,
    rho: 0,
    factor: 1,
    loadFrom: 60,
    loadTo: 140,
    ...changes,
  };
  const noise = autoregressive(count, rho, random);
  const intervals = Array.from({ length: count }, (_, k): Interval => {
    const heat = loadFrom + (loadTo - loadFrom) * random();
    const energyGj = factor * (40 + 2.8 * heat) + noiseGj * (noise[k] ?? 0);
    return { index: firstIndex + k, periods: 1, energyGj, drivers: { heat } };
  });
  return { basis: "lhv", granularity: "daily", intervals };
}

export const line: readonly Term[] = [intercept, linear("heat")];

/** A result that is there, or the test ends with the refusal. */
export function there<T extends { readonly kind: string }>(result: T | Refusal, kind: T["kind"]): T {
  if (result.kind !== kind) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result as T;
}

export function fitted(metered: Metered<"lhv">, terms: readonly Term[] = line): BaselineModel<"lhv"> {
  return there(fitModel(metered, terms), "model");
}
