/** A day with how much of it is there. */
export interface CoveredDay {
  readonly date: string;
  readonly coveragePercent: number;
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly lacking: number;
}

/** A run may have such a share of its days lacking: a stop for service breaks no period. */
const mostLackingShare = 0.05;
/** A run of lacking days longer than this is the end of one stretch and the beginning of another. */
const mostLackingInARow = 3;
const leastDays = 14;

/**
 * The longest stretches of days that are there, two at most, in the order of time: where a baseline and a reporting
 * period can be looked for. Where the works lie, a person says.
 */
export function proposedPeriods(
  days: readonly CoveredDay[],
  coveragePercentAtLeast: number,
): readonly { readonly from: string; readonly to: string }[] {
  const runs: Run[] = [];
  let run = null as Run | null;
  let lackingNow = 0;
  for (const [k, { coveragePercent }] of days.entries()) {
    if (coveragePercent >= coveragePercentAtLeast) {
      run =
        run === null ? { from: k, to: k, lacking: 0 } : { ...run, to: k, lacking: run.lacking + lackingNow };
      lackingNow = 0;
      continue;
    }
    if (run === null) continue;
    lackingNow += 1;
    const length = k - run.from + 1;
    if (
      lackingNow > mostLackingInARow ||
      (run.lacking + lackingNow) / length > Math.max(mostLackingShare, mostLackingInARow / length)
    ) {
      runs.push(run);
      run = null;
      lackingNow = 0;
    }
  }
  if (run !== null) runs.push(run);
  return runs
    .filter(({ from, to }) => to - from + 1 >= leastDays)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, 2)
    .sort((a, b) => a.from - b.from)
    .map(({ from, to }) => ({ from: days[from]?.date ?? "", to: days[to]?.date ?? "" }));
}
