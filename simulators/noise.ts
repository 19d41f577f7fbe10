/** A number of mean 0 and standard deviation 1: the sum of twelve uniform ones is normal enough for a sensor. */
export function normal(random: () => number): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw += 1) sum += random();
  return sum;
}

/** Noise that forgets itself over time; its spread does not depend on the length of the steps. */
export interface SlowNoise {
  /** Standard deviation 1; what it was `lagSeconds` ago counts for 37 %. */
  next(dtSeconds: number, lagSeconds: number): number;
}

export function slowNoise(random: () => number): SlowNoise {
  let value = normal(random);
  return {
    next: (dtSeconds, lagSeconds) => {
      const kept = Math.exp(-dtSeconds / lagSeconds);
      value = value * kept + normal(random) * Math.sqrt(1 - kept * kept);
      return value;
    },
  };
}

/** A value on its way to another, exactly, whatever the step. */
export function lagged(before: number, target: number, dtSeconds: number, lagSeconds: number): number {
  return lagSeconds <= 0 ? target : target + (before - target) * Math.exp(-dtSeconds / lagSeconds);
}
