import { type FlawTally, type Frame, flawCounts, flawOfCode, qualityInSlot, tally } from "./frame.ts";
import type { NotJudgedReason, WindowMean } from "./limits.ts";
import type { PointCatalogue } from "./points.ts";
import { withoutNoise } from "./without-noise.ts";

/**
 * When a boiler counts as in stable operation. The rule that asks for it does not define it, so it is a setting of
 * each site, shown next to each verdict.
 */
export interface SteadySettings {
  /** Samples are averaged over steps of this length before anything is compared. */
  readonly stepMs: number;
  /** All of it must be steady. */
  readonly windowMs: number;
  /** No verdict sooner after light-off. */
  readonly afterLightOffMs: number;
  /** The most that each may drift over the window. */
  readonly o2DriftPercent: number;
  readonly exhaustDriftK: number;
  readonly loadDriftPercent: number;
  /** Share of the samples due in a step that must be good. */
  readonly validShare: number;
}

/** @source Proposal of the project for guidance 003, note "stable operation": 15 min of 1-min means, 30 min after light-off */
export const defaultSteadySettings: SteadySettings = {
  stepMs: 60_000,
  windowMs: 15 * 60_000,
  afterLightOffMs: 30 * 60_000,
  o2DriftPercent: 0.3,
  exhaustDriftK: 5,
  loadDriftPercent: 3,
  validShare: 0.75,
};

const tracked = ["o2DryPercent", "exhaustTempC", "loadPercent"] as const;
const o2 = 0;
const exhaust = 1;
/** Of fewer samples due a share is no whole number: of two at 75 %, one may fail to arrive. */
const fewSamples = 4;

/** One step of event time: what was seen of each tracked point, and the heat of each fuel. */
interface Step {
  /** ⌊takenAtMs / stepMs⌋. */
  readonly step: number;
  samples: number;
  readonly sum: number[];
  readonly good: number[];
  /** How often the point was read at all. */
  readonly read: number[];
  /** How often its value was one that was held; absent where none was. */
  held?: number[];
  /** Why it was not good. */
  readonly flaws: FlawTally[];
  /** Of each fuel: its heat by good samples of its meter, how many those were, and how often the meter was read. */
  readonly heat: number[];
  readonly flowGood: number[];
  readonly flowRead: number[];
}

/**
 * The ratio of two ways to find a signal's variance: around its own moving mean, and from sample to sample. Both
 * agree for noise; a signal that wanders or swings makes the first one larger.
 */
interface RatioFilter {
  mean: number;
  aroundMean: number;
  fromSampleToSample: number;
  last: number;
  transient: boolean;
}

/** What is remembered of one boiler: plain data, so that it can be saved and taken up again. */
export interface SteadyMemory {
  firingSinceMs: number | null;
  firing: boolean | null;
  steps: Step[];
  filters: (RatioFilter | null)[];
  steadySinceMs: number | null;
  /** Of the step before the current one: nothing about the window changes within a step. */
  state: SteadyState | null;
}

export function steadyMemory(): SteadyMemory {
  return {
    firingSinceMs: null,
    firing: null,
    steps: [],
    filters: [null, null, null],
    steadySinceMs: null,
    state: null,
  };
}

/** The clock was set: the window begins anew, and the fire has burned as long as before. */
export function moveSteady(memory: SteadyMemory, byMs: number): void {
  const { firing, firingSinceMs } = memory;
  Object.assign(memory, steadyMemory());
  memory.firing = firing;
  memory.firingSinceMs = firingSinceMs === null ? null : firingSinceMs + byMs;
}

export type SteadyState =
  | {
      readonly steady: true;
      readonly steadySinceMs: number;
      /** The window's end, exclusive. */
      readonly untilMs: number;
      /** Over the window; `null` where the boiler has no such sensor. */
      readonly o2DryPercent: WindowMean | null;
      readonly exhaustTempC: WindowMean | null;
      /**
       * Of the boiler's fuels, the one that gave most heat over the window; `null` when no meter tells, or when one
       * that was read was not good for long enough: the heat that it did not tell may be the most.
       */
      readonly governingFuel: number | null;
    }
  | { readonly steady: false; readonly reason: NotJudgedReason };

const noFire: SteadyState = { steady: false, reason: "not-firing" };
const fireUnknown: SteadyState = { steady: false, reason: "firing-unknown" };
const justLit: SteadyState = { steady: false, reason: "light-off" };
const flawedNow: SteadyState = { steady: false, reason: "input-flawed" };
const filling: SteadyState = { steady: false, reason: "window-filling" };
const noData: SteadyState = { steady: false, reason: "no-data" };
const noSensor: SteadyState = { steady: false, reason: "no-sensor" };
const notSteady: SteadyState = { steady: false, reason: "not-steady" };

/** Looks at the frames of a boiler, one after the other. */
export interface SteadyWatch {
  /** Takes a frame into the memory and says whether the boiler has been steady over the whole window. */
  see(memory: SteadyMemory, frame: Frame): SteadyState;
}

/** What the watch has to know of a boiler. */
export interface Watched {
  /** Flow point and net heating value of each fuel, to know which of several governs. */
  readonly fuels?: readonly { readonly flowPoint: string; readonly ncvMjPerUnit: number }[];
  /** How often it is read, so that what did not arrive counts as lost; `null`: what arrived was due. */
  readonly scanMs?: number | null;
  /** More oxygen than this is no fire's: the probe stands in air, or air leaks in. */
  readonly firingO2AtMostPercent?: number;
}

/**
 * Prepares the watch of a boiler.
 *
 * Complete steps before the current one are looked at. Each must hold enough good samples; the regression line through
 * each signal may not drift more than its tolerance, or twice its own scatter, over the window; and a signal that
 * covers more than its tolerance may not be one that wanders (Cao and Rhinehart's ratio of variances: transient above
 * 2, steady again below 1.4). Flaws make a step unknown, never steady. Out of firing the memory begins anew.
 * @source Cao & Rhinehart 1995, with λ = 0.2, 0.1, 0.1; slope test of the project
 */
export function steadyWatch(
  catalogue: PointCatalogue,
  settings: SteadySettings,
  { fuels = [], scanMs = null, firingO2AtMostPercent = Number.POSITIVE_INFINITY }: Watched = {},
): SteadyWatch {
  const { windowMs, validShare } = settings;
  // A step shorter than the time between two scans would often be empty.
  const stepMs = Math.max(settings.stepMs, scanMs ?? 0);
  const firingSlot = catalogue.slotOf("firing");
  const slots = tracked.map((point) => catalogue.slotOf(point));
  const flows = fuels.map(({ flowPoint, ncvMjPerUnit }) => ({
    slot: catalogue.slotOf(flowPoint),
    ncvMjPerUnit,
  }));
  const tolerances = [settings.o2DriftPercent, settings.exhaustDriftK, settings.loadDriftPercent];
  // One step alone would always be steady.
  const wanted = Math.max(2, Math.ceil(windowMs / stepMs));
  const due = scanMs === null ? 0 : Math.floor(stepMs / scanMs);

  const neededOfDue = due < fewSamples ? Math.floor(validShare * due) : validShare * due;

  /** Good samples of a signal that a step needs, of those due and of those that arrived. */
  function needed({ samples }: Step, skipped = 0): number {
    return Math.max(1, neededOfDue - skipped, validShare * (samples - skipped));
  }

  function see(memory: SteadyMemory, frame: Frame): SteadyState {
    const { takenAtMs, values, flaws } = frame;
    const firing = values[firingSlot] ?? Number.NaN;
    if (Number.isNaN(firing)) {
      memory.steadySinceMs = null;
      memory.state = null;
      return fireUnknown;
    }
    if (firing === 0) {
      if (memory.firing !== false) forget(memory);
      return noFire;
    }
    // A boiler first seen firing was lit before we looked; one seen to light off waits.
    memory.firingSinceMs ??= memory.firing === false ? takenAtMs : takenAtMs - settings.afterLightOffMs;
    memory.firing = true;

    const step = Math.floor(takenAtMs / stepMs);
    const current = memory.steps[memory.steps.length - 1];
    if (current === undefined || current.step !== step || memory.state === null) {
      if (current !== undefined && current.step !== step) endStep(memory, current);
      if (current?.step !== step) beginStep(memory, step);
      memory.state = overWindow(memory, step);
    }
    addSample(memory.steps[memory.steps.length - 1] as Step, frame);
    if (takenAtMs - memory.firingSinceMs < settings.afterLightOffMs) return justLit;
    if (!memory.state.steady) return memory.state;
    // The window stays steady over a sample that was missed, but nothing is said of a moment without good data.
    for (const slot of slots) if (flaws[slot] !== 0) return flawedNow;
    return isInAir(frame) ? flawedNow : memory.state;
  }

  /** Also in the first minutes, when screening does not yet doubt it. */
  function isInAir({ values }: Frame): boolean {
    return (values[slots[o2] ?? -1] ?? Number.NaN) > firingO2AtMostPercent;
  }

  function forget(memory: SteadyMemory): void {
    Object.assign(memory, steadyMemory());
    memory.firing = false;
  }

  function beginStep(memory: SteadyMemory, step: number): void {
    const none = () => tracked.map(() => 0);
    const noFlow = () => flows.map(() => 0);
    memory.steps.push({
      step,
      samples: 0,
      sum: none(),
      good: none(),
      read: none(),
      flaws: tracked.map(() => ({})),
      heat: noFlow(),
      flowGood: noFlow(),
      flowRead: noFlow(),
    });
    while ((memory.steps[0]?.step ?? step) < step - wanted) memory.steps.shift();
  }

  function addSample(step: Step, frame: Frame): void {
    step.samples += 1;
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index] ?? -1;
      const quality = qualityInSlot(frame, slot);
      if (quality === null) continue;
      // A held value would be steady by definition: it is neither looked at nor missed.
      if (frame.held?.includes(slot)) {
        step.held ??= tracked.map(() => 0);
        step.held[index] = (step.held[index] ?? 0) + 1;
        continue;
      }
      step.read[index] = (step.read[index] ?? 0) + 1;
      const inAir = index === o2 && isInAir(frame);
      if (quality !== "good" || inAir) {
        tally(step.flaws[index] as FlawTally, flawOfCode(frame.flaws[slot] ?? 0) ?? "air-leak");
        continue;
      }
      step.good[index] = (step.good[index] ?? 0) + 1;
      step.sum[index] = (step.sum[index] ?? 0) + (frame.values[slot] ?? 0);
    }
    for (let index = 0; index < flows.length; index += 1) {
      const { slot, ncvMjPerUnit } = flows[index] as (typeof flows)[number];
      const quality = qualityInSlot(frame, slot);
      if (quality === null) continue;
      step.flowRead[index] = (step.flowRead[index] ?? 0) + 1;
      if (quality !== "good") continue;
      step.flowGood[index] = (step.flowGood[index] ?? 0) + 1;
      step.heat[index] = (step.heat[index] ?? 0) + Math.max(0, frame.values[slot] ?? 0) * ncvMjPerUnit;
    }
  }

  /** Takes a whole step's means into the ratio filters. */
  function endStep(memory: SteadyMemory, { sum, good }: Step): void {
    for (let index = 0; index < tracked.length; index += 1) {
      const count = good[index] ?? 0;
      if (count === 0) continue;
      memory.filters[index] = nextFilter(memory.filters[index] ?? null, (sum[index] ?? 0) / count);
    }
  }

  function overWindow(memory: SteadyMemory, now: number): SteadyState {
    const { steps } = memory;
    const isInWindow = ({ step }: Step) => step >= now - wanted && step < now;
    const window = steps.filter(isInWindow);
    const unsteady = (state: SteadyState): SteadyState => {
      memory.steadySinceMs = null;
      return state;
    };
    if (window.length < wanted) {
      const begun = steps[0]?.step ?? now;
      return unsteady(begun > now - wanted ? filling : noData);
    }
    const has = (index: number) => window.some(({ read }) => (read[index] ?? 0) > 0);
    if (!has(o2) && !has(exhaust)) return unsteady(noSensor);
    for (let index = 0; index < tracked.length; index += 1) {
      if (!has(index)) continue;
      for (const step of window)
        if ((step.good[index] ?? 0) < needed(step, step.held?.[index])) return unsteady(flawedNow);
      const { drift, scatter, covers } = line(window, index);
      const tolerance = tolerances[index] ?? 0;
      const wanders = covers > tolerance && memory.filters[index]?.transient === true;
      if (Math.abs(drift) > Math.max(2 * scatter, tolerance) || wanders) return unsteady(notSteady);
    }
    memory.steadySinceMs ??= (now - wanted) * stepMs;
    return {
      steady: true,
      steadySinceMs: memory.steadySinceMs,
      untilMs: now * stepMs,
      o2DryPercent: has(o2) ? meanOf(window, o2) : null,
      exhaustTempC: has(exhaust) ? meanOf(window, exhaust) : null,
      governingFuel: governingOf(window, flows.length, (step) => needed(step)),
    };
  }

  return { see };
}

const filterWeights = { mean: 0.2, aroundMean: 0.1, fromSampleToSample: 0.1 } as const;
const transientAbove = 2;
const steadyBelow = 1.4;

function nextFilter(before: RatioFilter | null, value: number): RatioFilter {
  if (before === null) {
    return { mean: value, aroundMean: 0, fromSampleToSample: 0, last: value, transient: false };
  }
  const { mean: l1, aroundMean: l2, fromSampleToSample: l3 } = filterWeights;
  const aroundMean = l2 * (value - before.mean) ** 2 + (1 - l2) * before.aroundMean;
  const fromSampleToSample = l3 * (value - before.last) ** 2 + (1 - l3) * before.fromSampleToSample;
  const mean = l1 * value + (1 - l1) * before.mean;
  // A signal that repeats itself has no ratio; whether it is frozen is another question.
  const ratio = fromSampleToSample === 0 ? 1 : ((2 - l1) * aroundMean) / fromSampleToSample;
  const transient = ratio > transientAbove || (before.transient && ratio >= steadyBelow);
  return { mean, aroundMean, fromSampleToSample, last: value, transient };
}

function meanOf(window: readonly Step[], index: number): WindowMean {
  let sum = 0;
  let samples = 0;
  let goodSamples = 0;
  for (const step of window) {
    sum += step.sum[index] ?? 0;
    samples += step.samples;
    goodSamples += step.good[index] ?? 0;
  }
  const flaws = flawCounts(
    tracked[index] ?? "",
    window.map((step) => step.flaws[index] ?? {}),
  );
  return { mean: withoutNoise(sum / goodSamples), samples, goodSamples, flaws };
}

/** The fuel with most heat over the window, by the mean of each meter's good samples. */
function governingOf(
  window: readonly Step[],
  fuels: number,
  neededIn: (step: Step) => number,
): number | null {
  if (fuels === 1) return 0;
  let governing: number | null = null;
  let most = 0;
  for (let index = 0; index < fuels; index += 1) {
    let heat = 0;
    let good = 0;
    let read = 0;
    let needed = 0;
    for (const step of window) {
      heat += step.heat[index] ?? 0;
      good += step.flowGood[index] ?? 0;
      read += step.flowRead[index] ?? 0;
      needed += neededIn(step);
    }
    if (read === 0) continue; // no meter: what it burns, nobody can tell
    if (good < needed) return null;
    if (heat / good > most) {
      most = heat / good;
      governing = index;
    }
  }
  return governing;
}

interface Line {
  /** Rise of the regression line over the whole window. */
  readonly drift: number;
  /** Standard deviation around it. */
  readonly scatter: number;
  /** From the lowest to the highest mean. */
  readonly covers: number;
}

/** The regression line through a signal's means, one of each step. */
function line(window: readonly Step[], index: number): Line {
  const n = window.length;
  const meanX = (n - 1) / 2;
  let meanY = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const step of window) {
    const y = meanIn(step, index);
    meanY += y / n;
    lowest = Math.min(lowest, y);
    highest = Math.max(highest, y);
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let x = 0; x < n; x += 1) {
    const dy = meanIn(window[x] as Step, index) - meanY;
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * dy;
    yy += dy * dy;
  }
  const slope = xx === 0 ? 0 : xy / xx;
  const residual = Math.max(0, yy - slope * xy);
  return {
    drift: slope * n,
    scatter: n > 2 ? Math.sqrt(residual / (n - 2)) : 0,
    covers: highest - lowest,
  };
}

function meanIn({ sum, good }: Step, index: number): number {
  return (sum[index] ?? 0) / (good[index] ?? 1);
}
