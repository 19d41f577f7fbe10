import type { Boiler } from "./boiler.ts";
import { type Fired, fired } from "./boiler-losses.ts";
import { type Formula, formulas } from "./formula.ts";
import { type Frame, flawCode } from "./frame.ts";
import { type Burning, burning, mixed } from "./fuel.ts";
import { namedView } from "./named-values.ts";
import type { PointCatalogue, PointName } from "./points.ts";

/** A boiler prepared for its formulas: what depends on the boiler alone is worked out once. */
export interface Derivation {
  /** Adds whether it fires and the heat that its fuels bring; gives what burns, or `null` when that is not known. */
  begin(frame: Frame): Burning | null;
  /** Adds all that follows from the frame, with what `begin` gave. */
  finish(frame: Frame, burning: Burning | null): void;
}

const inputMissing = flawCode("input-missing");
const inputDoubtful = flawCode("input-doubtful");
const notComputable = flawCode("not-computable");
const o2Clamped = flawCode("o2-clamped");

/** On the frame that is worked on: one after the other. */
const view = namedView();

/** Below this share of its load a burner without a flame signal counts as off. */
const firingFromLoadPercent = 2;

function at({ values }: Frame, slot: number): number {
  return values[slot] ?? Number.NaN;
}

function isNumber(frame: Frame, slot: number): boolean {
  return !Number.isNaN(at(frame, slot));
}

/** A number is there, or the reason why none is. */
function wasRead(frame: Frame, slot: number): boolean {
  return isNumber(frame, slot) || frame.flaws[slot] !== 0;
}

interface Prepared {
  readonly gives: readonly number[];
  /** Of each that it gives: the flaw that it has however good its inputs are; 0: none. */
  readonly flaws: readonly number[];
  readonly needs: readonly number[];
  readonly uses: readonly number[];
  readonly whileFiring: boolean;
  readonly byFuel: boolean;
  readonly clamped: Formula["clamped"];
  readonly compute: Formula["compute"];
}

/**
 * What follows from frames of one pattern: of which points there is a value, and with which flaw. It decides which
 * formulas run and how good their results are; the values decide the results alone. Nearly all frames of a boiler have
 * the pattern of the one before, and need no more than to be computed.
 */
interface Plan {
  /** Of each deciding slot: its flaw and whether a value is there. */
  readonly pattern: Uint8Array;
  readonly firing: number;
  readonly fuelKnown: boolean;
  readonly computes: Formula["compute"][];
  readonly clamps: NonNullable<Formula["clamped"]>[];
  /** What has to come out in its range. */
  readonly given: number[];
  /** Slots that have a flaw, and which. */
  readonly flawed: number[];
  readonly flaws: number[];
  /** What nobody can know from the pattern happened: the plan is good for nothing else. */
  isSpecial: boolean;
}

/** Patterns that are remembered of a boiler: scans of different classes alternate, and a sensor fails now and then. */
const mostPlans = 8;

/**
 * Adds the derived points. A sensor's own value is never replaced; a missing input gives no value with
 * `input-missing`, an uncertain one a value with `input-doubtful`; an input that no sensor gives, nothing at all. Where
 * a default stands in for a sensor that was read and is bad, or one fuel for several of which nobody knows the shares,
 * the result is `input-doubtful`, too.
 */
export function boilerDerivation(
  boiler: Boiler,
  catalogue: PointCatalogue,
  toDerive: readonly Formula[] = formulas,
): Derivation {
  const slotOf = (name: PointName) => catalogue.slotOf(name);
  const firing = slotOf("firing");
  const load = slotOf("loadPercent");
  const heatSlots = heatPoints(boiler).map(slotOf) as [number, number, number, ...number[]];
  const parts = boiler.fuels.map(burning);
  const flows = boiler.fuels.map(({ flowPoint }) => slotOf(flowPoint));
  const ncvMjPerUnit = boiler.fuels.map((fuel) => fuel.ncvMjPerUnit);
  const contexts = new Map(parts.map((part): [Burning, Fired] => [part, fired(boiler, part)]));
  const prepared = toDerive
    .filter(({ applies }) => applies(boiler))
    .map(
      ({ gives, needs, uses, whileFiring, byFuel, assumed, clamped, compute }): Prepared => ({
        gives: gives.map(slotOf),
        flaws: gives.map((point) => (assumed(boiler).includes(point) ? inputDoubtful : 0)),
        needs: needs.map(slotOf),
        uses: uses.map(slotOf),
        whileFiring,
        byFuel,
        clamped,
        compute,
      }),
    );
  const deciding = Uint16Array.from(
    new Set([firing, ...prepared.flatMap(({ gives, needs, uses }) => [...gives, ...needs, ...uses])]),
  );
  // What no boiler can be is no result: NaN, too, is in no range.
  const ranges = catalogue.names.map((name) => catalogue.get(name)?.range);
  const lowest = Float64Array.from(ranges, (range) => range?.[0] ?? Number.NEGATIVE_INFINITY);
  const highest = Float64Array.from(ranges, (range) => range?.[1] ?? Number.POSITIVE_INFINITY);
  const heats: number[] = [];
  let plans: readonly Plan[] = [];

  function addFiring(frame: Frame): void {
    if (wasRead(frame, firing)) return;
    let fires = at(frame, load) >= firingFromLoadPercent;
    let read = wasRead(frame, load);
    let known = !read || isNumber(frame, load);
    for (const slot of flows) {
      if (!wasRead(frame, slot)) continue;
      read = true;
      known &&= isNumber(frame, slot);
      fires ||= at(frame, slot) > 0;
    }
    if (fires) frame.values[firing] = 1;
    else if (read && known) frame.values[firing] = 0;
    else if (read) frame.flaws[firing] = inputMissing;
  }

  function set({ values, flaws }: Frame, slot: number, value: number, flaw: number): boolean {
    if (value >= (lowest[slot] as number) && value <= (highest[slot] as number)) {
      values[slot] = value;
      if (flaw !== 0) flaws[slot] = flaw;
      return true;
    }
    values[slot] = Number.NaN;
    flaws[slot] = notComputable;
    return false;
  }

  /** The heat that the fuels bring, and what burns. */
  function addHeat(frame: Frame): Burning | null {
    let heatInputMjPerH = 0;
    let doubtful = false;
    let missing = false;
    let measured = false;
    for (let index = 0; index < flows.length; index += 1) {
      const slot = flows[index] as number;
      heats[index] = 0;
      if (!wasRead(frame, slot)) continue;
      if (!isNumber(frame, slot)) {
        missing = true;
        continue;
      }
      measured = true;
      doubtful ||= frame.flaws[slot] !== 0;
      const heat = Math.max(0, at(frame, slot)) * (ncvMjPerUnit[index] as number);
      heats[index] = heat;
      heatInputMjPerH += heat;
    }
    const burns = parts.length === 1 ? (parts[0] ?? null) : missing ? null : mixed(parts, heats);
    if (missing) {
      for (const slot of heatSlots) if (frame.flaws[slot] === 0) frame.flaws[slot] = inputMissing;
    } else if (measured && burns !== null) {
      const kw = heatInputMjPerH / 3.6;
      const flaw = doubtful ? inputDoubtful : 0;
      set(frame, heatSlots[0], kw, flaw);
      set(frame, heatSlots[1], kw * burns.gcvMjPerNcvMj, flaw);
      set(frame, heatSlots[2], (heatInputMjPerH * burns.co2KgPerTj) / 1e6, flaw);
      if (heatSlots[3] !== undefined)
        set(frame, heatSlots[3], (heatInputMjPerH * burns.biogenicCo2KgPerTj) / 1e6, flaw);
    }
    return burns;
  }

  /** Decides whether a formula runs and how good its result is, runs it, and notes both in the plan. */
  function apply(
    { gives, flaws: own, needs, uses, whileFiring, byFuel, clamped, compute }: Prepared,
    frame: Frame,
    context: Fired,
    plan: Plan,
  ): void {
    if (wasRead(frame, gives[0] ?? -1)) return;
    const { values, flaws } = frame;
    let missing = 0;
    let doubtful = byFuel && !plan.fuelKnown;
    for (const slot of needs) {
      const flaw = flaws[slot] ?? 0;
      if (Number.isNaN(at(frame, slot))) {
        if (flaw === 0) return; // no sensor gives it
        missing = flaw === notComputable && missing !== inputMissing ? notComputable : inputMissing;
      } else if (flaw !== 0) doubtful = true;
    }
    if (whileFiring && missing === 0) {
      if (values[firing] === 0) missing = notComputable;
      else if (flaws[firing] !== 0) {
        if (isNumber(frame, firing)) doubtful = true;
        else missing = inputMissing;
      }
    }
    if (missing !== 0) {
      for (const slot of gives) {
        flaws[slot] = missing;
        plan.flawed.push(slot);
        plan.flaws.push(missing);
      }
      return;
    }
    for (const slot of uses) {
      const flaw = flaws[slot] ?? 0;
      // A derived value that these inputs rightly do not have is no sensor that failed.
      if (flaw !== 0 && flaw !== notComputable) doubtful = true;
    }
    compute(view, context);
    plan.computes.push(compute);
    if (clamped !== null && !plan.clamps.includes(clamped)) plan.clamps.push(clamped);
    const isClamped = clamped?.(view) === true;
    if (isClamped) plan.isSpecial = true;
    const flaw = isClamped ? o2Clamped : doubtful ? inputDoubtful : 0;
    const hasResult = isNumber(frame, gives[0] ?? -1);
    for (let index = 0; index < gives.length; index += 1) {
      const slot = gives[index] as number;
      const ofOwn = flaw === 0 ? (own[index] as number) : flaw;
      if (!set(frame, slot, hasResult ? at(frame, slot) : Number.NaN, ofOwn)) plan.isSpecial = true;
      plan.given.push(slot);
      if (ofOwn === 0) continue;
      plan.flawed.push(slot);
      plan.flaws.push(ofOwn);
    }
  }

  /** The heat comes before the doubts: a flow that was doubted since makes it doubtful, too. */
  function doubtHeat({ flaws }: Frame): void {
    for (let index = 0; index < flows.length; index += 1) {
      if (flaws[flows[index] as number] === 0) continue;
      for (const slot of heatSlots) if (flaws[slot] === 0) flaws[slot] = inputDoubtful;
    }
  }

  function fits(
    { pattern, firing: fires, fuelKnown: known }: Plan,
    frame: Frame,
    fuelKnown: boolean,
  ): boolean {
    const { values, flaws } = frame;
    if (values[firing] !== fires || known !== fuelKnown) return false;
    for (let index = 0; index < pattern.length; index += 1) {
      const slot = deciding[index] as number;
      const value = values[slot] as number;
      // biome-ignore lint/suspicious/noSelfCompare: NaN alone is not itself, and this is the fastest way to ask
      const isThere = value === value ? 1 : 0;
      if (2 * (flaws[slot] as number) + isThere !== pattern[index]) return false;
    }
    return true;
  }

  function planOf(frame: Frame, fuelKnown: boolean): Plan | null {
    for (let index = 0; index < plans.length; index += 1) {
      const plan = plans[index] as Plan;
      if (fits(plan, frame, fuelKnown)) return plan;
    }
    return null;
  }

  /** @returns whether all came out as a plan can know it; if not, the frame is as it was */
  function follow(
    { computes, clamps, given, flawed, flaws: known }: Plan,
    frame: Frame,
    context: Fired,
  ): boolean {
    const { values, flaws } = frame;
    for (let index = 0; index < computes.length; index += 1)
      (computes[index] as Formula["compute"])(view, context);
    let isKnown = true;
    for (let index = 0; index < given.length; index += 1) {
      const slot = given[index] as number;
      const value = values[slot] as number;
      if (!(value >= (lowest[slot] as number) && value <= (highest[slot] as number))) isKnown = false;
    }
    for (let index = 0; index < clamps.length; index += 1)
      if ((clamps[index] as NonNullable<Formula["clamped"]>)(view)) isKnown = false;
    if (isKnown)
      for (let index = 0; index < flawed.length; index += 1)
        flaws[flawed[index] as number] = known[index] as number;
    else for (const slot of given) values[slot] = Number.NaN;
    return isKnown;
  }

  function planFor(frame: Frame, fuelKnown: boolean): Plan {
    const { values, flaws } = frame;
    const pattern = Uint8Array.from(
      deciding,
      (slot) => 2 * (flaws[slot] ?? 0) + (isNumber(frame, slot) ? 1 : 0),
    );
    const fires = values[firing] ?? Number.NaN;
    return {
      pattern,
      firing: fires,
      fuelKnown,
      computes: [],
      clamps: [],
      given: [],
      flawed: [],
      flaws: [],
      isSpecial: false,
    };
  }

  return {
    begin: (frame) => {
      addFiring(frame);
      return addHeat(frame);
    },
    finish: (frame, burns) => {
      // Which fuel burns is not known: the first lends its balance, under a doubt, and nobody is judged by it.
      const lent = burns ?? parts[0];
      if (lent === undefined) return;
      doubtHeat(frame);
      const context = contexts.get(lent) ?? fired(boiler, lent);
      const fuelKnown = burns !== null;
      view.slots = frame.values;
      const fitting = planOf(frame, fuelKnown);
      if (fitting !== null && follow(fitting, frame, context)) return;
      const plan = planFor(frame, fuelKnown);
      for (const each of prepared) apply(each, frame, context, plan);
      if (fitting === null && !plan.isSpecial) plans = [plan, ...plans].slice(0, mostPlans);
    },
  };
}

/** What the fuel meters alone give; carbon of plants only where the boiler has such a fuel. */
function heatPoints({ fuels }: Boiler): readonly PointName[] {
  const isBiogenic = fuels.some(({ emissionFactors }) => emissionFactors.biogenicPercent > 0);
  const always = ["heatInputLhvKw", "heatInputHhvKw", "co2KgPerH"] as const;
  return isBiogenic ? [...always, "biogenicCo2KgPerH"] : always;
}

/** What a boiler whose sensors give `measured` will have of derived points, in the order of the formulas. */
export function derivedFrom(boiler: Boiler, measured: readonly string[]): readonly PointName[] {
  const known = new Set<string>(measured);
  const derived: PointName[] = [];
  const add = (name: PointName) => {
    if (known.has(name)) return;
    known.add(name);
    derived.push(name);
  };
  const hasFlow = boiler.fuels.some(({ flowPoint }) => known.has(flowPoint));
  if (hasFlow || known.has("loadPercent")) add("firing");
  if (hasFlow) for (const name of heatPoints(boiler)) add(name);
  for (const { gives, needs, applies } of formulas) {
    if (applies(boiler) && needs.every((need) => known.has(need))) for (const name of gives) add(name);
  }
  return derived;
}
