import type { NotJudgedReason } from "./limits.ts";
import { qualityOf, type Reading } from "./reading.ts";

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
  /** Share of a step's samples that must be good. */
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
type Tracked = (typeof tracked)[number];

interface StepSums {
  /** Which step of event time: ⌊takenAtMs / stepMs⌋. */
  readonly step: number;
  samples: number;
  sum: Record<Tracked, number>;
  good: Record<Tracked, number>;
  /** The boiler has no such sensor, as far as this step shows. */
  absent: Record<Tracked, boolean>;
}

/** What is remembered of one boiler: plain data, so that it can be saved and taken up again. */
export interface SteadyMemory {
  firingSinceMs: number | null;
  firing: boolean | null;
  lastMs: number;
  steps: StepSums[];
  steadySinceMs: number | null;
}

export function steadyMemory(): SteadyMemory {
  return { firingSinceMs: null, firing: null, lastMs: 0, steps: [], steadySinceMs: null };
}

export type SteadyState =
  | {
      readonly steady: true;
      readonly sinceMs: number;
      /** Over the window; `null` where the boiler has no such sensor. */
      readonly means: { readonly o2DryPercent: number | null; readonly exhaustTempC: number | null };
    }
  | { readonly steady: false; readonly reason: NotJudgedReason };

/**
 * Takes one reading into the memory and says whether the boiler has been steady over the whole window.
 *
 * Complete steps before the current one are looked at: each must hold enough good samples, and the regression
 * line through each signal may not drift more than its tolerance, or twice its own scatter, over the window.
 * Flaws make a step unknown, never steady. Out of firing the memory begins anew.
 */
export function steadyState(memory: SteadyMemory, reading: Reading, settings: SteadySettings): SteadyState {
  const { takenAtMs } = reading;
  memory.lastMs = takenAtMs;
  const firing = reading.values["firing"];
  if (firing === undefined || firing === null) return unsteady(memory, "firing-unknown");
  if (firing === 0) {
    memory.firing = false;
    memory.firingSinceMs = null;
    memory.steps = [];
    return unsteady(memory, "not-firing");
  }
  // A boiler first seen firing was lit before we looked; one seen to light off waits.
  memory.firingSinceMs ??= memory.firing === false ? takenAtMs : takenAtMs - settings.afterLightOffMs;
  memory.firing = true;

  addSample(memory, reading, settings);
  if (takenAtMs - memory.firingSinceMs < settings.afterLightOffMs) return unsteady(memory, "light-off");
  const state = overWindow(memory, takenAtMs, settings);
  // The window stays steady over a sample that was missed, but nothing is said of a moment without good data.
  const flawed = tracked.some((point) => (qualityOf(reading, point) ?? "good") !== "good");
  return state.steady && flawed ? { steady: false, reason: "input-flawed" } : state;
}

function unsteady(memory: SteadyMemory, reason: NotJudgedReason): SteadyState {
  memory.steadySinceMs = null;
  return { steady: false, reason };
}

function addSample(memory: SteadyMemory, reading: Reading, { stepMs, windowMs }: SteadySettings): void {
  const step = Math.floor(reading.takenAtMs / stepMs);
  let current = memory.steps.at(-1);
  if (current === undefined || current.step !== step) {
    current = { step, samples: 0, sum: record(0), good: record(0), absent: record(true) };
    memory.steps.push(current);
    const oldest = step - Math.ceil(windowMs / stepMs);
    while ((memory.steps[0]?.step ?? step) < oldest) memory.steps.shift();
  }
  current.samples += 1;
  for (const point of tracked) {
    const quality = qualityOf(reading, point);
    if (quality !== null) current.absent[point] = false;
    if (quality !== "good") continue;
    current.good[point] += 1;
    current.sum[point] += reading.values[point] ?? 0;
  }
}

function record<T>(value: T): Record<Tracked, T> {
  return { o2DryPercent: value, exhaustTempC: value, loadPercent: value };
}

function overWindow(memory: SteadyMemory, nowMs: number, settings: SteadySettings): SteadyState {
  const { stepMs, windowMs, validShare } = settings;
  const now = Math.floor(nowMs / stepMs);
  const wanted = Math.ceil(windowMs / stepMs);
  const window = memory.steps.filter(({ step }) => step >= now - wanted && step < now);
  if (window.length < wanted) {
    const begun = memory.steps[0]?.step ?? now;
    return unsteady(memory, begun > now - wanted ? "window-filling" : "no-data");
  }
  const has = (point: Tracked) => window.some(({ absent }) => !absent[point]);
  if (!has("o2DryPercent") && !has("exhaustTempC")) return unsteady(memory, "no-sensor");

  const tolerance = {
    o2DryPercent: settings.o2DriftPercent,
    exhaustTempC: settings.exhaustDriftK,
    loadPercent: settings.loadDriftPercent,
  };
  for (const point of tracked) {
    if (!has(point)) continue;
    if (window.some(({ samples, good }) => good[point] < validShare * samples)) {
      return unsteady(memory, "input-flawed");
    }
    const means = window.map(({ sum, good }) => sum[point] / good[point]);
    const { drift, scatter } = line(means);
    if (Math.abs(drift) > Math.max(2 * scatter, tolerance[point])) return unsteady(memory, "not-steady");
  }
  memory.steadySinceMs ??= (now - wanted) * stepMs;
  return {
    steady: true,
    sinceMs: memory.steadySinceMs,
    means: {
      o2DryPercent: has("o2DryPercent") ? meanOf(window, "o2DryPercent") : null,
      exhaustTempC: has("exhaustTempC") ? meanOf(window, "exhaustTempC") : null,
    },
  };
}

function meanOf(window: readonly StepSums[], point: Tracked): number {
  let sum = 0;
  let good = 0;
  for (const step of window) {
    sum += step.sum[point];
    good += step.good[point];
  }
  return sum / good;
}

/** Rise of the regression line over all of `values`, and the standard deviation around it. */
function line(values: readonly number[]): { readonly drift: number; readonly scatter: number } {
  const n = values.length;
  const meanX = (n - 1) / 2;
  const meanY = values.reduce((sum, y) => sum + y, 0) / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  values.forEach((y, x) => {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  });
  const slope = xx === 0 ? 0 : xy / xx;
  const residual = Math.max(0, yy - slope * xy);
  return { drift: slope * n, scatter: n > 2 ? Math.sqrt(residual / (n - 2)) : 0 };
}
