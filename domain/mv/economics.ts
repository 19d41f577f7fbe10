/** A yearly rate, or why there is none. */
export type InternalRate =
  | { readonly kind: "rate"; readonly perYear: number }
  /** No rate makes the flows worth nothing: they never turn, or never come back. */
  | { readonly kind: "none" }
  /** The flows turn more than once and several rates fit: none of them means anything. */
  | { readonly kind: "not-unique"; readonly ratesPerYear: readonly number[] };

/** Years until the flows have paid back, or that they do not within their time. */
export type Payback = { readonly kind: "years"; readonly years: number } | { readonly kind: "never" };

export interface Worth {
  readonly npv: number;
  readonly irr: InternalRate;
  readonly simplePayback: Payback;
  readonly discountedPayback: Payback;
}

/**
 * What a project is worth.
 * @param flows by year, today's first: money out is negative
 * @param discountRate 0.06 for 6 % a year
 */
export function worth(flows: readonly number[], discountRate: number): Worth {
  return {
    npv: netPresentValue(flows, discountRate),
    irr: internalRate(flows),
    simplePayback: payback(flows),
    discountedPayback: payback(flows.map((flow, year) => flow / (1 + discountRate) ** year)),
  };
}

export function netPresentValue(flows: readonly number[], discountRate: number): number {
  return flows.reduce((sum, flow, year) => sum + flow / (1 + discountRate) ** year, 0);
}

/** Within a year money comes evenly, so the year of payback is interpolated. */
function payback(flows: readonly number[]): Payback {
  let open = -(flows[0] ?? 0);
  if (open <= 0) return { kind: "years", years: 0 };
  for (let year = 1; year < flows.length; year += 1) {
    const flow = flows[year] ?? 0;
    if (flow > 0 && flow >= open) return { kind: "years", years: year - 1 + open / flow };
    open -= flow;
  }
  return { kind: "never" };
}

const ratesFrom = -0.9;
const ratesTo = 10;

/**
 * Rate at which the flows are worth nothing, between −90 % and 1,000 % a year: beyond, a root is arithmetic alone.
 *
 * Flows that turn once have one rate at most. Where they turn more often, every root is looked for, and more than one
 * is said to be so.
 * @source Descartes' rule of signs; roots by halving
 */
export function internalRate(flows: readonly number[]): InternalRate {
  const value = (rate: number) => netPresentValue(flows, rate);
  const steps = 4_000;
  const rateAt = (step: number) => (1 + ratesFrom) * ((1 + ratesTo) / (1 + ratesFrom)) ** (step / steps) - 1;
  const roots: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    let [low, high] = [rateAt(step), rateAt(step + 1)];
    const [atLow, atHigh] = [value(low), value(high)];
    if (atLow === 0 && flows.some((flow) => flow !== 0)) roots.push(low);
    if (atLow * atHigh >= 0) continue;
    for (let half = 0; half < 100; half += 1) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (value(middle) * atLow > 0) low = middle;
      else high = middle;
    }
    roots.push((low + high) / 2);
  }
  const [first] = roots;
  if (first === undefined) return { kind: "none" };
  return roots.length === 1 ? { kind: "rate", perYear: first } : { kind: "not-unique", ratesPerYear: roots };
}

/** A fuel bought at its own price: saved energy is never multiplied by one price. */
export interface FuelBill {
  readonly fuelId: string;
  /** In the unit that the price is for. */
  readonly quantity: number;
  readonly pricePerUnit: number;
}

export function fuelCost(bills: readonly FuelBill[]): number {
  return bills.reduce((sum, { quantity, pricePerUnit }) => sum + quantity * pricePerUnit, 0);
}

/** What a year is worth, part by part; money saved is positive. */
export interface AnnualSaving {
  readonly fuelCostBefore: number;
  readonly fuelCostAfter: number;
  readonly fuel: number;
  readonly electricity: number;
  readonly maintenance: number;
  readonly airPollutionFee: number;
  readonly carbonFee: number;
  readonly credits: number;
  readonly net: number;
}

/** @param before at the adjusted baseline's quantity: what this year's useful heat would have taken */
export function annualSaving(
  before: readonly FuelBill[],
  after: readonly FuelBill[],
  others: Omit<AnnualSaving, "fuelCostBefore" | "fuelCostAfter" | "fuel" | "net">,
): AnnualSaving {
  const [fuelCostBefore, fuelCostAfter] = [fuelCost(before), fuelCost(after)];
  const fuel = fuelCostBefore - fuelCostAfter;
  const { electricity, maintenance, airPollutionFee, carbonFee, credits } = others;
  const net = fuel + electricity + maintenance + airPollutionFee + carbonFee + credits;
  return { fuelCostBefore, fuelCostAfter, fuel, ...others, net };
}

/** Flows of a project whose years are alike. */
export function levelFlows(
  investment: number,
  subsidy: number,
  annual: number,
  years: number,
): readonly number[] {
  return [subsidy - investment, ...Array.from({ length: years }, () => annual)];
}

/** One stretch of a contract that shares savings. */
export interface SharingTerm {
  readonly years: number;
  /** Of the proven saving, to the service company. */
  readonly companyPercent: number;
}

export interface SharedSaving {
  readonly year: number;
  readonly company: number;
  readonly owner: number;
}

/** Who gets what of each year's money. After the contract all of it is the owner's; a loss is nobody's income. */
export function sharedSavings(
  annual: readonly number[],
  terms: readonly SharingTerm[],
): readonly SharedSaving[] {
  const shares = terms.flatMap(({ years, companyPercent }) =>
    Array.from({ length: years }, () => companyPercent),
  );
  return annual.map((money, index) => {
    const company = (Math.max(money, 0) * (shares[index] ?? 0)) / 100;
    return { year: index + 1, company, owner: money - company };
  });
}

/** What one assumption does to the worth, all others kept. */
export interface Sensitivity<Name extends string> {
  readonly assumption: Name;
  readonly atLow: number;
  readonly atHigh: number;
}

/** Each assumption moved by itself, widest effect first. */
export function sensitivities<Name extends string>(
  central: Readonly<Record<Name, number>>,
  ranges: readonly { readonly assumption: Name; readonly low: number; readonly high: number }[],
  npv: (assumptions: Readonly<Record<Name, number>>) => number,
): readonly Sensitivity<Name>[] {
  return ranges
    .map(({ assumption, low, high }) => ({
      assumption,
      atLow: npv({ ...central, [assumption]: low }),
      atHigh: npv({ ...central, [assumption]: high }),
    }))
    .sort((a, b) => Math.abs(b.atHigh - b.atLow) - Math.abs(a.atHigh - a.atLow));
}
