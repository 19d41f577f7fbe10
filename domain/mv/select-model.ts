import { type BaselineModel, fitModel, intervalFault } from "./baseline-model.ts";
import { type Bend, bends, fitChangePoint } from "./change-point.ts";
import { driversOf, intercept, linear, type Term, termOf } from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import type { Refusal, Span } from "./refusal.ts";

/** Which way physics has a driver move energy: more heat takes more fuel, warmer feedwater less. */
export type Sign = "rises" | "falls" | "either";

export interface DriverPlan {
  readonly driver: string;
  readonly sign: Sign;
}

/** What is tried: the load, which may bend, and what else may matter. */
export interface Candidates {
  readonly load: DriverPlan | null;
  readonly others: readonly DriverPlan[];
  readonly bends: readonly Bend[];
  /** Whether the load's own square is tried, too: a boiler's curve is often a parabola. */
  readonly parabola?: boolean;
}

export type ModelForm = "1P" | "2P" | "parabola" | Bend;

export type RejectReason =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "wrong-sign"; readonly driver: string }
  | { readonly kind: "weak"; readonly driver: string; readonly t: number }
  | { readonly kind: "inflated"; readonly driver: string; readonly vif: number };

/** One model that was tried, chosen or not: what is not chosen is never silent. */
export interface Considered<B extends EnergyBasis> {
  readonly form: ModelForm;
  readonly drivers: readonly string[];
  readonly model: BaselineModel<B> | null;
  readonly rejected: readonly RejectReason[];
}

export interface Selection<B extends EnergyBasis> {
  readonly kind: "selection";
  readonly form: ModelForm;
  readonly model: BaselineModel<B>;
  readonly considered: readonly Considered<B>[];
}

/**
 * The model that says most with least: lowest BIC among those whose coefficients have the right sign and are told
 * apart from nothing, and the simpler one where BIC hardly differs. R² decides nothing: it is low for a boiler at one
 * load, however well that is known.
 */
export function selectModel<B extends EnergyBasis>(
  metered: Metered<B>,
  { load, others, bends: allowed, parabola = false }: Candidates,
  limits: { readonly tAtLeast: number; readonly vifAtMost: number; readonly bicDifference: number },
): Selection<B> | Refusal {
  const planned = [...(load === null ? [] : [load]), ...others].map(({ driver }) => driver);
  const fault = intervalFault(metered.intervals, planned);
  if (fault !== null) return fault;
  const plans = new Map(
    [...(load === null ? [] : [load]), ...others].map((each) => [each.driver, each.sign]),
  );
  const considered = subsets(others.map(({ driver }) => driver)).flatMap((extra) =>
    formsFor(load, allowed, parabola).map((form): Considered<B> => {
      const more = extra.map(linear);
      const drivers = [...(load !== null && form !== "1P" ? [load.driver] : []), ...extra];
      const model = fitted(metered, form, load?.driver ?? "", more);
      if (model.kind !== "model")
        return { form, drivers, model: null, rejected: [{ kind: "refused", refusal: model }] };
      return { form, drivers, model, rejected: faultsOf(model, plans, limits) };
    }),
  );
  const sound = considered
    .flatMap((each) =>
      each.model !== null && each.rejected.length === 0 ? [{ ...each, model: each.model }] : [],
    )
    .sort((a, b) => a.model.fit.p - b.model.fit.p || a.model.metrics.bic - b.model.metrics.bic);
  let chosen = sound[0];
  for (const each of sound) {
    const better = (chosen?.model.metrics.bic ?? 0) - each.model.metrics.bic;
    if (chosen === undefined || better >= limits.bicDifference) chosen = each;
    else if (better > 0 && each.model.fit.p === chosen.model.fit.p) chosen = each;
  }
  if (chosen === undefined) {
    // The mean needs least: what it is refused for, all others are.
    const refused = considered.flatMap(({ rejected }) => rejected).find(({ kind }) => kind === "refused");
    return refused?.kind === "refused" ? refused.refusal : { kind: "empty-period", period: "baseline" };
  }
  return { kind: "selection", form: chosen.form, model: chosen.model, considered };
}

function formsFor(
  load: DriverPlan | null,
  allowed: readonly Bend[],
  parabola: boolean,
): readonly ModelForm[] {
  if (load === null) return ["1P"];
  const curved: readonly ModelForm[] = parabola ? ["parabola"] : [];
  return ["1P", "2P", ...curved, ...bends.filter((bend) => allowed.includes(bend))];
}

function fitted<B extends EnergyBasis>(
  metered: Metered<B>,
  form: ModelForm,
  load: string,
  others: readonly Term[],
): BaselineModel<B> | Refusal {
  if (form === "1P") return fitModel(metered, [intercept, ...others]);
  if (form === "2P") return fitModel(metered, [intercept, linear(load), ...others]);
  if (form === "parabola")
    return fitModel(metered, [
      intercept,
      linear(load),
      { kind: "power", driver: load, exponent: 2 },
      ...others,
    ]);
  return fitChangePoint(metered, form, load, others);
}

function faultsOf(
  model: BaselineModel<EnergyBasis>,
  plans: ReadonlyMap<string, Sign>,
  { tAtLeast, vifAtMost }: { readonly tAtLeast: number; readonly vifAtMost: number },
): readonly RejectReason[] {
  const { terms, fit } = model;
  const ofDriver = (driver: string) =>
    terms.filter((term) => term.kind !== "intercept" && term.driver === driver);
  const wrong = driversOf(terms).filter((driver) =>
    slopesOf(model, driver).some((slope) => isWrong(slope, plans.get(driver))),
  );
  const weak = terms.flatMap((term, k): readonly RejectReason[] => {
    if (term.kind === "intercept") return [];
    const { driver } = term;
    const [t, vif] = [fit.t[k] as number, fit.vif[k] ?? 0];
    // A curve's lower term may be small where the higher one is not; and terms of one driver are close by nature.
    const isTop =
      term.kind !== "power" ||
      !ofDriver(driver).some((each) => each.kind === "power" && each.exponent > term.exponent);
    return [
      ...(isTop && Math.abs(t) < tAtLeast ? [{ kind: "weak", driver, t } as const] : []),
      ...(vif > vifAtMost && ofDriver(driver).length === 1
        ? [{ kind: "inflated", driver, vif } as const]
        : []),
    ];
  });
  return [...wrong.map((driver) => ({ kind: "wrong-sign", driver }) as const), ...weak];
}

function isWrong(slope: number, sign: Sign = "either"): boolean {
  return (sign === "rises" && slope < 0) || (sign === "falls" && slope > 0);
}

/** Slopes of a driver at the two ends of where it was: a bend or a curve may turn in between. */
function slopesOf({ terms, fit, ranges }: BaselineModel<EnergyBasis>, driver: string): readonly number[] {
  const { from, to } = ranges[driver] as Span;
  const step = (to - from) / 1_000;
  const at = (x: number) =>
    terms.reduce((sum, term, k) => {
      if (term.kind === "intercept" || term.driver !== driver) return sum;
      return sum + termOf(term, x) * (fit.coefficients[k] as number);
    }, 0);
  return [at(from + step) - at(from), at(to) - at(to - step)];
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
}
