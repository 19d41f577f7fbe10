import type { Boiler } from "./boiler.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "./combustion/dry-oxygen.ts";
import { expectedCo2DryPercent, flueGas, noFlueGas } from "./combustion/excess-air.ts";
import { doubt, type Frame, spoil } from "./frame.ts";
import type { Burning } from "./fuel.ts";
import { analyserPoints, fuelFlowPoints, type PointCatalogue, type PointName } from "./points.ts";
import type { FlawReason } from "./reading.ts";

/** When a reading is doubted: dated data from the rules. */
export interface Plausibility {
  readonly frozenMs: number;
  readonly frozenWhileLoadMovesPercent: number;
  readonly o2PercentPerSecond: number;
  readonly exhaustKPerMinute: number;
  readonly co2ClosurePoints: number;
  readonly airO2AtLeastPercent: number;
  readonly settledMs: number;
  readonly firingO2AtMostPercent: number;
  readonly flowRatio: { readonly from: number; readonly to: number };
  readonly duplicateSamples: number;
  readonly duplicateRelativeSpread: number;
  readonly firingExhaustC: { readonly from: number; readonly to: number };
}

/** Takes out what cannot be true, with the reason; nothing is ever put in its place. */
export interface Screen {
  screen(frame: Frame): void;
}

/**
 * Prepares what is looked at in each frame by itself.
 * @source Plausibility checks of the project, physical ranges and contradictions within one scan
 */
export function screenFor(catalogue: PointCatalogue): Screen {
  const ranges = catalogue.names.map((name) => catalogue.get(name)?.range ?? [-Infinity, Infinity]);
  const lowest = ranges.map(([low]) => low);
  const highest = ranges.map(([, high]) => high);
  const slot = (name: PointName) => catalogue.slotOf(name);
  const analyser = [...analyserPoints, "exhaustTempC" as const].map(slot);
  const o2Dry = slot("o2DryPercent");
  const o2Wet = slot("o2WetPercent");
  const co2 = slot("co2DryPercent");
  const exhaust = slot("exhaustTempC");
  const ambient = slot("ambientTempC");
  const air = slot("combustionAirTempC");
  const firing = slot("firing");
  const load = slot("loadPercent");

  return {
    screen: (frame) => {
      const { values } = frame;
      for (const each of frame.measured) {
        const value = values[each] as number;
        if (value < (lowest[each] as number) || value > (highest[each] as number))
          spoil(frame, each, "out-of-range");
      }
      // A flame is there or not: between the two, nobody knows.
      if (values[firing] !== 0 && values[firing] !== 1 && !Number.isNaN(values[firing]))
        spoil(frame, firing, "out-of-range");
      // A box without life sends zeros on all its channels. Flue gas never has exactly no oxygen together with exactly
      // no heat or no CO₂, so none of its channels that say zero is believed.
      const noOxygen = values[o2Dry] === 0 || values[o2Wet] === 0;
      if (noOxygen && (values[exhaust] === 0 || values[co2] === 0)) {
        for (const each of analyser) if (values[each] === 0) spoil(frame, each, "dead-analyser");
      }
      // Exhaust gas of a fire is not colder than the air around it, or than the air that it burns.
      const fires = values[firing] === 1 || (values[load] as number) > 5;
      const airTempC = values[Number.isNaN(values[ambient]) ? air : ambient];
      if (fires && (values[exhaust] as number) < (airTempC as number) - 2)
        spoil(frame, exhaust, "implausible");
      for (const each of [o2Dry, o2Wet]) {
        const value = values[each] as number;
        if (value < 0 || value > 20.95) doubt(frame, each, "drifted");
      }
    },
  };
}

/** What is remembered of one boiler's signals: plain data. */
export interface SignalMemory {
  lastMs: number;
  firing: boolean | null;
  /** When firing last began or ended. */
  turnedMs: number;
  /** By restless point; none where it has not been seen yet. */
  frozen: (StandingValue | null | undefined)[];
  lastO2: number | null;
  exhaust: { value: number; atMs: number } | null;
  /**
   * Slow means: CO₂ above the expected, percentage points; Fo from the middle of its fuel's range, 1 at its ends; the
   * measured stack flow as a share of the computed one. They begin where nothing is wrong: a doubt takes evidence.
   */
  closure: number;
  fo: number;
  flow: number;
  /** Of each pair of signals that are independent of each other, in the order of the pairs. */
  pairs: (PairMemory | null)[];
  /** Indexes of the signals that are one signal under two names. */
  duplicates: number[];
  sampledMs: number;
}

interface StandingValue {
  value: number;
  sinceMs: number;
  /** Of the load meanwhile; `null` while it is not known. */
  leastLoad: number | null;
  mostLoad: number | null;
}

interface PairMemory {
  samples: number;
  leastRatio: number;
  mostRatio: number;
  leastValue: number;
  mostValue: number;
  duplicate: boolean;
}

export function signalMemory(): SignalMemory {
  return {
    lastMs: 0,
    firing: null,
    turnedMs: 0,
    frozen: [],
    lastO2: null,
    exhaust: null,
    closure: 0,
    fo: 0,
    flow: 1,
    pairs: [],
    duplicates: [],
    sampledMs: 0,
  };
}

/** The clock was set: what is remembered happened so much later by it, and as long ago as before. */
export function moveSignals(memory: SignalMemory, byMs: number): void {
  memory.lastMs += byMs;
  memory.turnedMs += byMs;
  memory.sampledMs += byMs;
  // A signal that was never seen has no place yet.
  for (const standing of memory.frozen) if (standing) standing.sinceMs += byMs;
  if (memory.exhaust !== null) memory.exhaust.atMs += byMs;
}

/** Points that should never repeat themselves to the bit. */
const restless: readonly PointName[] = [...analyserPoints, "pmDryMgPerNm3", "exhaustTempC"];
/** Of these a clean fire has none: at zero they stand still rightly, and so do SO₂ and dust behind a filter. */
const mayBeAbsent: readonly PointName[] = ["coDryPpm", "soxDryPpm", "pmDryMgPerNm3"];
/** Signals of different instruments: none of them is another one times a number. */
const independent: readonly PointName[] = [
  ...analyserPoints,
  "pmDryMgPerNm3",
  "exhaustTempC",
  ...fuelFlowPoints,
  "steamFlowKgPerH",
  "thermalOilFlowM3PerH",
  "hotWaterFlowM3PerH",
  "stackFlowDryNm3PerH",
];
const slowMs = 60_000;
const pairsEveryMs = 10_000;
/**
 * No more than this enters a slow mean: a ratio to next to nothing, as of a fuel meter at light-off, is one wrong
 * frame, not the evidence of an hour.
 */
const mostFo = 3;
const mostFlow = 2;
/** A pair must cover this share of its values before a constant ratio means anything. */
const pairsMustVary = 0.02;
const normalM3PerMol = 22.414e-3;
const flue = { ...noFlueGas };

/** Holds a boiler's signals against each other and against their own past. */
export interface SignalWatch {
  /**
   * Leaves every value and marks those that are not to be relied on.
   * @param burning what burns, as far as it is known; the checks that need it are left out without
   */
  see(memory: SignalMemory, frame: Frame, burning: Burning | null): void;
}

/**
 * Prepares the watch over a boiler's signals.
 * @source Plausibility checks of the project, with the figures of `rules`; Element balance, CO₂ and flue gas of the fuel
 */
export function signalWatch(catalogue: PointCatalogue, boiler: Boiler, rules: Plausibility): SignalWatch {
  const slot = (name: PointName) => catalogue.slotOf(name);
  const restlessSlots = restless.map(slot);
  const absentSlots = mayBeAbsent.map(slot);
  const pairSlots = independent.map(slot);
  const flows = boiler.fuels.map(({ flowPoint }) => slot(flowPoint));
  const firingSlot = slot("firing");
  const loadSlot = slot("loadPercent");
  const o2DrySlot = slot("o2DryPercent");
  const o2WetSlot = slot("o2WetPercent");
  const co2Slot = slot("co2DryPercent");
  const exhaustSlot = slot("exhaustTempC");
  const stackFlowSlot = slot("stackFlowDryNm3PerH");
  const heatInputSlot = slot("heatInputLhvKw");
  const weighed = { sinceMs: Number.NaN, weight: Number.NaN };

  function see(memory: SignalMemory, frame: Frame, burning: Burning | null): void {
    const { values, takenAtMs } = frame;
    const firing = values[firingSlot] === 1 ? true : values[firingSlot] === 0 ? false : null;
    if (firing !== memory.firing) {
      memory.firing = firing;
      memory.turnedMs = takenAtMs;
    }
    const dtMs = takenAtMs - memory.lastMs;
    const settled = takenAtMs - memory.turnedMs >= rules.settledMs;
    const o2Slot = Number.isNaN(values[o2DrySlot]) ? o2WetSlot : o2DrySlot;
    const o2 = values[o2Slot] as number;

    checkFrozen(memory, frame, firing === true);
    if (
      memory.lastO2 !== null &&
      dtMs > 0 &&
      Math.abs(o2 - memory.lastO2) > (rules.o2PercentPerSecond * dtMs) / 1_000
    ) {
      doubt(frame, o2Slot, "too-fast");
    }
    memory.lastO2 = Number.isNaN(o2) ? null : o2;
    checkExhaustRate(memory, frame, firing === true && settled);
    if (firing === true) {
      const exhaust = values[exhaustSlot] as number;
      const tooCold = settled && exhaust < rules.firingExhaustC.from;
      if (tooCold || exhaust > rules.firingExhaustC.to) doubt(frame, exhaustSlot, "implausible");
    }
    if (firing === false && settled && o2 < rules.airO2AtLeastPercent) doubt(frame, o2Slot, "not-air");
    if (firing === true && settled && o2 > rules.firingO2AtMostPercent) doubt(frame, o2Slot, "air-leak");
    if (firing === true && values[firingSlot] === 1) checkFuelFlows(frame);
    if (burning !== null && firing === true) {
      // The first frame has no past to be weighed against, and one frame after a gap is no more than one frame.
      const sinceMs = memory.lastMs === 0 ? 0 : Math.min(slowMs, Math.max(0, dtMs));
      const weight = weightOf(sinceMs);
      const o2Dry = o2Slot === o2DrySlot ? o2 : dryOf(o2, burning);
      checkCo2(memory, frame, burning, o2Dry, o2Slot, weight);
      checkFlow(memory, frame, burning, o2Dry, weight);
    }
    if (takenAtMs - memory.sampledMs >= pairsEveryMs) {
      memory.sampledMs = takenAtMs;
      samplePairs(memory, frame);
    }
    markDuplicates(memory, frame);
    memory.lastMs = takenAtMs;
  }

  /** Scans are mostly as long as the one before. */
  function weightOf(sinceMs: number): number {
    if (sinceMs !== weighed.sinceMs) {
      weighed.sinceMs = sinceMs;
      weighed.weight = 1 - Math.exp(-sinceMs / slowMs);
    }
    return weighed.weight;
  }

  function dryOf(o2WetPercent: number, { stoichiometry }: Burning): number {
    const moisture = flueMoisturePercent(o2WetPercent, stoichiometry, boiler.airHumidityKgPerKg);
    return moisture === null ? Number.NaN : (o2DryFromWetPercent(o2WetPercent, moisture) ?? Number.NaN);
  }

  function checkFrozen(memory: SignalMemory, frame: Frame, fires: boolean): void {
    const { values, takenAtMs } = frame;
    const loadNow = values[loadSlot] as number;
    const load = Number.isNaN(loadNow) ? null : loadNow;
    for (let index = 0; index < restlessSlots.length; index += 1) {
      const each = restlessSlots[index] as number;
      const value = values[each] as number;
      // A value that was held says nothing about whether its sensor repeats itself.
      if (Number.isNaN(value) || frame.held?.includes(each)) continue;
      const known = memory.frozen[index] ?? null;
      if (known === null) {
        memory.frozen[index] = { value, sinceMs: takenAtMs, leastLoad: load, mostLoad: load };
        continue;
      }
      if (!fires || known.value !== value || (value === 0 && absentSlots.includes(each))) {
        known.value = value;
        known.sinceMs = takenAtMs;
        known.leastLoad = load;
        known.mostLoad = load;
        continue;
      }
      if (load !== null) {
        if (known.leastLoad === null || load < known.leastLoad) known.leastLoad = load;
        if (known.mostLoad === null || load > known.mostLoad) known.mostLoad = load;
      }
      if (known.leastLoad === null || known.mostLoad === null) continue;
      const moved = known.mostLoad - known.leastLoad;
      const longEnough = takenAtMs - known.sinceMs >= rules.frozenMs;
      if (longEnough && moved >= rules.frozenWhileLoadMovesPercent) doubt(frame, each, "frozen");
    }
  }

  function checkExhaustRate(memory: SignalMemory, frame: Frame, settledFire: boolean): void {
    const value = frame.values[exhaustSlot] as number;
    if (Number.isNaN(value)) return;
    const anchor = memory.exhaust;
    if (anchor === null || frame.takenAtMs - anchor.atMs >= 60_000 || !settledFire) {
      memory.exhaust = { value, atMs: frame.takenAtMs };
    } else if (Math.abs(value - anchor.value) > rules.exhaustKPerMinute)
      doubt(frame, exhaustSlot, "too-fast");
  }

  /** A flame needs fuel: meters that all stand still are not believed. */
  function checkFuelFlows(frame: Frame): void {
    if (frame.flaws[firingSlot] !== 0 || flows.length === 0) return;
    for (const each of flows) if (frame.values[each] !== 0) return;
    for (const each of flows) doubt(frame, each, "implausible");
  }

  function checkCo2(
    memory: SignalMemory,
    frame: Frame,
    burning: Burning,
    o2Dry: number,
    o2Slot: number,
    weight: number,
  ): void {
    const co2 = frame.values[co2Slot] as number;
    const expected = expectedCo2DryPercent(o2Dry, burning.stoichiometry);
    if (Number.isNaN(co2) || expected === null) return;
    memory.closure = slow(memory.closure, co2 - expected, weight);
    let reason: FlawReason | null = Math.abs(memory.closure) > rules.co2ClosurePoints ? "co2-closure" : null;
    const { fo } = burning.governing;
    if (fo !== null && co2 > 0.5) {
      const fromMiddle = (20.9 - o2Dry) / co2 - (fo[0] + fo[1]) / 2;
      memory.fo = slow(memory.fo, bounded(fromMiddle / ((fo[1] - fo[0]) / 2), -mostFo, mostFo), weight);
      if (reason === null && Math.abs(memory.fo) > 1) reason = "fo-range";
    }
    if (reason === null) return;
    doubt(frame, co2Slot, reason);
    doubt(frame, o2Slot, reason);
  }

  function checkFlow(
    memory: SignalMemory,
    frame: Frame,
    burning: Burning,
    o2Dry: number,
    weight: number,
  ): void {
    const measured = frame.values[stackFlowSlot] as number;
    const heatInputKw = frame.values[heatInputSlot] as number;
    if (Number.isNaN(measured) || !(heatInputKw > 0) || Number.isNaN(o2Dry)) return;
    const gas = flueGas(o2Dry, burning.stoichiometry, boiler.airHumidityKgPerKg, 0, flue);
    if (gas === null) return;
    const computed = heatInputKw * 3.6 * gas.dryMol * normalM3PerMol;
    if (!(computed > 0)) return;
    memory.flow = slow(memory.flow, bounded(measured / computed, 0, mostFlow), weight);
    if (memory.flow >= rules.flowRatio.from && memory.flow <= rules.flowRatio.to) return;
    doubt(frame, stackFlowSlot, "flow-mismatch");
    for (const each of flows) if (!Number.isNaN(frame.values[each])) doubt(frame, each, "flow-mismatch");
  }

  function samplePairs(memory: SignalMemory, { values }: Frame): void {
    let duplicates: Set<number> | null = null;
    let pair = -1;
    for (let a = 0; a < pairSlots.length; a += 1) {
      const first = values[pairSlots[a] as number] as number;
      for (let b = a + 1; b < pairSlots.length; b += 1) {
        pair += 1;
        const second = values[pairSlots[b] as number] as number;
        const known = memory.pairs[pair] ?? null;
        if (Math.abs(first) > 0 && Math.abs(second) > 0) {
          if (known === null) memory.pairs[pair] = firstPair(first, second / first);
          else seePair(known, first, second / first);
        }
        if (known?.duplicate === true) duplicates = (duplicates ?? new Set()).add(a).add(b);
      }
    }
    if (duplicates !== null) memory.duplicates = [...duplicates];
    else if (memory.duplicates.length > 0) memory.duplicates = [];
  }

  function firstPair(value: number, ratio: number): PairMemory {
    return {
      samples: 1,
      leastRatio: ratio,
      mostRatio: ratio,
      leastValue: value,
      mostValue: value,
      duplicate: false,
    };
  }

  function seePair(pair: PairMemory, value: number, ratio: number): void {
    pair.leastRatio = Math.min(pair.leastRatio, ratio);
    pair.mostRatio = Math.max(pair.mostRatio, ratio);
    // Two signals that part ways once are two signals; counting begins anew, in case a map is changed.
    if (pair.mostRatio - pair.leastRatio > rules.duplicateRelativeSpread * Math.abs(pair.mostRatio)) {
      pair.samples = 1;
      pair.leastRatio = ratio;
      pair.mostRatio = ratio;
      pair.leastValue = value;
      pair.mostValue = value;
      pair.duplicate = false;
      return;
    }
    pair.samples += 1;
    pair.leastValue = Math.min(pair.leastValue, value);
    pair.mostValue = Math.max(pair.mostValue, value);
    const varies = pair.mostValue - pair.leastValue > pairsMustVary * Math.abs(pair.mostValue);
    pair.duplicate = varies && pair.samples >= rules.duplicateSamples;
  }

  function markDuplicates({ duplicates }: SignalMemory, frame: Frame): void {
    for (const index of duplicates) {
      const slot = pairSlots[index] ?? -1;
      if (!Number.isNaN(frame.values[slot])) doubt(frame, slot, "duplicate");
    }
  }

  return { see };
}

function bounded(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function slow(before: number, now: number, weight: number): number {
  return before + weight * (now - before);
}
