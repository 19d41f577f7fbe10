/**
 * One metered stretch of time: a day, an hour, a month.
 *
 * A model is one of energy per period, so that months of 28 and 31 days, or a day with an hour missing, stand beside
 * each other: `periods` says how many of the model's periods (days, say) the metered energy covers.
 */
export interface Interval {
  /** Counts intervals from a common start: neighbours differ by one, and a gap is a gap. */
  readonly index: number;
  readonly periods: number;
  /** Over the whole interval, on the basis of the set that it belongs to. */
  readonly energyGj: number;
  /** What energy depends on: useful heat per period, a mean temperature … */
  readonly drivers: Readonly<Record<string, number>>;
}

/** How long a set's intervals are. Months are few and hardly hang together, hours are many and do. */
export type Granularity = "hourly" | "daily" | "monthly";

/** One term of a model. A change point bends the line of its driver. */
export type Term =
  | { readonly kind: "intercept" }
  | { readonly kind: "power"; readonly driver: string; readonly exponent: number }
  | { readonly kind: "above" | "below"; readonly driver: string; readonly changePoint: number };

export const intercept: Term = { kind: "intercept" };

export function linear(driver: string): Term {
  return { kind: "power", driver, exponent: 1 };
}

export function termValue(term: Term, drivers: Interval["drivers"]): number {
  if (term.kind === "intercept") return 1;
  return termOf(term, drivers[term.driver] ?? Number.NaN);
}

/** A term at one value of its driver. */
export function termOf(term: Exclude<Term, { readonly kind: "intercept" }>, x: number): number {
  switch (term.kind) {
    case "power":
      return term.exponent === 1 ? x : x ** term.exponent;
    case "above":
      return Math.max(0, x - term.changePoint);
    case "below":
      return Math.max(0, term.changePoint - x);
  }
}

/** What a term is called in a table of coefficients. */
export function termName(term: Term): string {
  switch (term.kind) {
    case "intercept":
      return "1";
    case "power":
      return term.exponent === 1 ? term.driver : `${term.driver}^${term.exponent}`;
    case "above":
      return `max(0, ${term.driver} − ${term.changePoint})`;
    case "below":
      return `max(0, ${term.changePoint} − ${term.driver})`;
  }
}

/** A change point of a driver. */
export interface ChangePoint {
  readonly driver: string;
  readonly at: number;
}

export function changePointsOf(terms: readonly Term[]): readonly ChangePoint[] {
  const points = new Map<string, ChangePoint>();
  for (const term of terms) {
    if (term.kind !== "above" && term.kind !== "below") continue;
    const { driver, changePoint: at } = term;
    points.set(`${driver} ${at}`, { driver, at });
  }
  return [...points.values()];
}

/** How a model's value moves when one of its change points does. */
export function changePointSlope(
  terms: readonly Term[],
  coefficients: readonly number[],
  { driver, at }: ChangePoint,
  drivers: Interval["drivers"],
): number {
  const x = drivers[driver] ?? Number.NaN;
  return terms.reduce((sum, term, k) => {
    if (term.kind === "intercept" || term.kind === "power") return sum;
    if (term.driver !== driver || term.changePoint !== at) return sum;
    const isBent = term.kind === "below" ? x < at : x > at;
    return isBent ? sum + (term.kind === "below" ? 1 : -1) * (coefficients[k] as number) : sum;
  }, 0);
}

export function designColumns(terms: readonly Term[], intervals: readonly Interval[]): Float64Array[] {
  return terms.map((term) => Float64Array.from(intervals, ({ drivers }) => termValue(term, drivers)));
}

export function energyPerPeriod(intervals: readonly Interval[]): Float64Array {
  return Float64Array.from(intervals, ({ energyGj, periods }) => energyGj / periods);
}

export function driversOf(terms: readonly Term[]): readonly string[] {
  return [...new Set(terms.flatMap((term) => (term.kind === "intercept" ? [] : [term.driver])))];
}
