/** A number of mean 0 and standard deviation 1: the sum of six uniform ones is normal enough for a sensor. */
export function normal(random: () => number): number {
  return Math.SQRT2 * (random() + random() + random() + random() + random() + random() - 3);
}

/** Noise that forgets itself over time; its spread does not depend on the length of the steps. */
export interface SlowNoise {
  /** Standard deviation 1; what it was `lagSeconds` ago counts for 37 %. */
  next(dtSeconds: number, lagSeconds: number): number;
}

export function slowNoise(random: () => number): SlowNoise {
  const keptOver = forgetting();
  let value = normal(random);
  return {
    next: (dtSeconds, lagSeconds) => {
      const kept = keptOver(dtSeconds, lagSeconds);
      value = value * kept + normal(random) * Math.sqrt(1 - kept * kept);
      return value;
    },
  };
}

/** A value on its way to another, exactly, whatever the step. */
export function lagged(before: number, target: number, dtSeconds: number, lagSeconds: number): number {
  return lagSeconds <= 0 ? target : target + (before - target) * Math.exp(-dtSeconds / lagSeconds);
}

/** e^(−dt / lag), remembered: steps are mostly as long as the last one. 0 without a lag. */
export function forgetting(): (dtSeconds: number, lagSeconds: number) => number {
  let lastDt = Number.NaN;
  let lastLag = Number.NaN;
  let kept = 0;
  return (dtSeconds, lagSeconds) => {
    if (dtSeconds !== lastDt || lagSeconds !== lastLag) {
      lastDt = dtSeconds;
      lastLag = lagSeconds;
      kept = lagSeconds <= 0 ? 0 : Math.exp(-dtSeconds / lagSeconds);
    }
    return kept;
  };
}
