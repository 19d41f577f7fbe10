import type { Boiler } from "./boiler.ts";
import type { Fired } from "./boiler-losses.ts";
import { type Formula, formulas } from "./formula.ts";
import { type Frame, flawCode } from "./frame.ts";
import { type Burning, burning, mixed } from "./fuel.ts";
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
  const contexts = new Map(parts.map((part): [Burning, Fired] => [part, { boiler, burning: part }]));
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
  // What no boiler can be is no result: NaN, too, is in no range.
  const ranges = catalogue.names.map((name) => catalogue.get(name)?.range);
  const lowest = ranges.map((range) => range?.[0] ?? Number.NEGATIVE_INFINITY);
  const highest = ranges.map((range) => range?.[1] ?? Number.POSITIVE_INFINITY);
  // One set of buffers serves all formulas: they run one after the other and keep nothing.
  const inputs: [number, number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0, 0];
  const out: number[] = [];
  const heats: number[] = [];

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

  function set({ values, flaws }: Frame, slot: number, value: number, flaw: number): void {
    if (value >= (lowest[slot] as number) && value <= (highest[slot] as number)) {
      values[slot] = value;
      if (flaw !== 0) flaws[slot] = flaw;
    } else flaws[slot] = notComputable;
  }

  /** The heat that the fuels bring, and what burns. */
  function addHeat(frame: Frame): Burning | null {
    let heatInputMjPerH = 0;
    let doubtful = false;
    let missing = false;
    let measured = false;
    for (const [index, slot] of flows.entries()) {
      heats[index] = 0;
      if (!wasRead(frame, slot)) continue;
      if (!isNumber(frame, slot)) {
        missing = true;
        continue;
      }
      measured = true;
      doubtful ||= frame.flaws[slot] !== 0;
      const heat = Math.max(0, at(frame, slot)) * (boiler.fuels[index]?.ncvMjPerUnit ?? 0);
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

  function apply(
    { gives, flaws: own, needs, uses, whileFiring, byFuel, clamped, compute }: Prepared,
    frame: Frame,
    context: Fired,
    fuelKnown: boolean,
  ): void {
    if (wasRead(frame, gives[0] ?? -1)) return;
    const { values, flaws } = frame;
    let missing = 0;
    let doubtful = byFuel && !fuelKnown;
    let input = 0;
    for (; input < needs.length; input += 1) {
      const slot = needs[input] ?? -1;
      const value = values[slot] ?? Number.NaN;
      const flaw = flaws[slot] ?? 0;
      if (Number.isNaN(value)) {
        if (flaw === 0) return; // no sensor gives it
        missing = flaw === notComputable && missing !== inputMissing ? notComputable : inputMissing;
      } else if (flaw !== 0) doubtful = true;
      inputs[input] = value;
    }
    if (whileFiring && missing === 0) {
      if (values[firing] === 0) missing = notComputable;
      else if (flaws[firing] !== 0) {
        if (isNumber(frame, firing)) doubtful = true;
        else missing = inputMissing;
      }
    }
    if (missing !== 0) {
      for (const slot of gives) flaws[slot] = missing;
      return;
    }
    for (let index = 0; index < uses.length; index += 1, input += 1) {
      const slot = uses[index] ?? -1;
      const flaw = flaws[slot] ?? 0;
      // A derived value that these inputs rightly do not have is no sensor that failed.
      if (flaw !== 0 && flaw !== notComputable) doubtful = true;
      inputs[input] = values[slot] ?? Number.NaN;
    }
    const [a, b, c, d, e, f, g] = inputs;
    const result = compute(context, out, a, b, c, d, e, f, g);
    const flaw = clamped?.(a, b, c, d, e, f, g) === true ? o2Clamped : doubtful ? inputDoubtful : 0;
    for (let index = 0; index < gives.length; index += 1) {
      const slot = gives[index] ?? -1;
      const value = result === null ? Number.NaN : index === 0 ? result : (out[index] ?? Number.NaN);
      set(frame, slot, value, flaw === 0 ? (own[index] as number) : flaw);
    }
  }

  /** The heat comes before the doubts: a flow that was doubted since makes it doubtful, too. */
  function doubtHeat({ flaws }: Frame): void {
    for (const flow of flows) {
      if (flaws[flow] === 0) continue;
      for (const slot of heatSlots) if (flaws[slot] === 0) flaws[slot] = inputDoubtful;
    }
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
      const context = contexts.get(lent) ?? { boiler, burning: lent };
      for (let index = 0; index < prepared.length; index += 1)
        apply(prepared[index] as Prepared, frame, context, burns !== null);
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
