/** One thing to measure: does `count` of its operations. */
export interface Subject {
  readonly name: string;
  run(count: number): void;
}

export interface Measured {
  readonly name: string;
  /** Operations per second of one core: the median of the rounds. */
  readonly perSecond: number;
  /** Lowest and highest round. */
  readonly range: readonly [lowest: number, highest: number];
}

const rounds = 7;
const roundMs = 700;

/** Runs the subjects in turns, so that what disturbs the machine disturbs all of them, and takes medians. */
export function measure(subjects: readonly Subject[]): readonly Measured[] {
  const counts = subjects.map(calibrated);
  const rates = subjects.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      const count = counts[index] ?? 1;
      rates[index]?.push((1_000 * count) / timed(subject, count));
    }
  }
  return subjects.map(({ name }, index) => {
    const sorted = (rates[index] ?? []).sort((a, b) => a - b);
    return {
      name,
      perSecond: sorted[Math.floor(sorted.length / 2)] ?? 0,
      range: [sorted[0] ?? 0, sorted.at(-1) ?? 0],
    };
  });
}

/** Warms a subject up and finds how many of its operations fill a round. */
function calibrated(subject: Subject): number {
  let count = 100;
  for (;;) {
    const took = timed(subject, count);
    if (took >= roundMs / 2) return Math.max(1, Math.round((count * roundMs) / took));
    count *= took < roundMs / 20 ? 10 : 2;
  }
}

function timed(subject: Subject, count: number): number {
  const from = performance.now();
  subject.run(count);
  return performance.now() - from;
}

export function print(measured: readonly Measured[]): void {
  const width = Math.max(...measured.map(({ name }) => name.length));
  for (const { name, perSecond, range } of measured) {
    const rate = Math.round(perSecond).toLocaleString("en").padStart(12);
    const [low, high] = range.map((each) => Math.round(each).toLocaleString("en"));
    console.log(
      `${name.padEnd(width)}  ${rate} /s   ${(1e6 / perSecond).toFixed(2).padStart(7)} µs   (${low} to ${high})`,
    );
  }
}
