/**
 * What a value was at each load while the boiler was new to us, and how far it is off that now: plain data.
 *
 * The past of a boiler is the only fair measure of its fouling: a table knows neither its heating surfaces nor its
 * load. Each tenth of the load has its own mean, learned once from steady firing and kept from then on, so that a slow
 * decay cannot drag its own measure along.
 */
export interface BaselineMemory {
  /** By tenth of the load. */
  readonly bins: { seconds: number; mean: number }[];
  /** Mean deviation of late, and how much of that time it rests on. */
  deviation: number;
  deviationSeconds: number;
  lastMs: number;
}

export interface BaselineSettings {
  /** Steady firing of a load band that makes its mean. */
  readonly learnMs: number;
  /** Time constant of the deviation. */
  readonly meanMs: number;
}

/** No more time than this passes between two readings that belong together. */
const longestStepSeconds = 60;
const binPercent = 10;

export function baselineMemory(): BaselineMemory {
  return { bins: [], deviation: 0, deviationSeconds: 0, lastMs: 0 };
}

/** Takes in a value of steady firing. */
export function seeBaseline(
  memory: BaselineMemory,
  value: number,
  loadPercent: number,
  atMs: number,
  { learnMs, meanMs }: BaselineSettings,
): void {
  const seconds = memory.lastMs === 0 ? 0 : Math.min(longestStepSeconds, (atMs - memory.lastMs) / 1_000);
  memory.lastMs = atMs;
  if (Number.isNaN(value) || !(loadPercent >= 0) || seconds <= 0) return;
  const bin = Math.floor(loadPercent / binPercent);
  for (let index = memory.bins.length; index <= bin; index += 1) memory.bins.push({ seconds: 0, mean: 0 });
  const known = memory.bins[bin];
  if (known === undefined) return;
  if (known.seconds * 1_000 < learnMs) {
    known.seconds += seconds;
    known.mean += (seconds / known.seconds) * (value - known.mean);
    return;
  }
  const weight = 1 - Math.exp((-seconds * 1_000) / meanMs);
  memory.deviation += weight * (value - known.mean - memory.deviation);
  memory.deviationSeconds += seconds;
}

/** By how much the value is off its past of late; NaN until enough of both is known. */
export function deviationFrom({ deviation, deviationSeconds }: BaselineMemory, { meanMs }: BaselineSettings) {
  return deviationSeconds * 1_000 < meanMs ? Number.NaN : deviation;
}
