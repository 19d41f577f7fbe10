import { type BaselineModel, fitModel, intervalFault } from "./baseline-model.ts";
import { type Bend, bends, fitChangePoint } from "./change-point.ts";
import { changePointsIn, intercept, linear, type Term } from "./design.ts";
import type { EnergyBasis, Metered } from "./energy.ts";
import type { Refusal } from "./refusal.ts";

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
}

export type ModelForm = "1P" | "2P" | Bend;

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
  { load, others, bends: allowed }: Candidates,
  limits: { readonly tAtLeast: number; readonly vifAtMost: number; readonly bicDifference: number },
): Selection<B> | Refusal {
  const planned = [...(load === null ? [] : [load]), ...others].map(({ driver }) => driver);
  const fault = intervalFault(metered.intervals, planned);
  if (fault !== null) return fault;
  const plans = new Map(
    [...(load === null ? [] : [load]), ...others].map((each) => [each.driver, each.sign]),
  );
  const considered = subsets(others.map(({ driver }) => driver)).flatMap((extra) =>
    formsFor(load, allowed).map((form): Considered<B> => {
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

function formsFor(load: DriverPlan | null, allowed: readonly Bend[]): readonly ModelForm[] {
  return load === null ? ["1P"] : ["1P", "2P", ...bends.filter((bend) => allowed.includes(bend))];
}

function fitted<B extends EnergyBasis>(
  metered: Metered<B>,
  form: ModelForm,
  load: string,
  others: readonly Term[],
): BaselineModel<B> | Refusal {
  if (form === "1P") return fitModel(metered, [intercept, ...others]);
  if (form === "2P") return fitModel(metered, [intercept, linear(load), ...others]);
  return fitChangePoint(metered, form, load, others);
}

function faultsOf(
  { terms, fit }: BaselineModel<EnergyBasis>,
  plans: ReadonlyMap<string, Sign>,
  { tAtLeast, vifAtMost }: { readonly tAtLeast: number; readonly vifAtMost: number },
): readonly RejectReason[] {
  const bent = changePointsIn(terms) > 0;
  return terms.flatMap((term, k): readonly RejectReason[] => {
    if (term.kind === "intercept") return [];
    const [b, t, vif] = [fit.coefficients[k] as number, fit.t[k] as number, fit.vif[k] ?? 0];
    const sign = plans.get(term.driver) ?? "either";
    // "below" counts downwards, so its slope has the other sign. The second slope of a bend is a change of slope.
    const slope = term.kind === "below" ? -b : b;
    const isChange =
      term.kind === "above" && terms.some((each) => each.kind === "power" && each.driver === term.driver);
    const whole = isChange ? slope + slopeBefore(terms, fit.coefficients, term.driver) : slope;
    return [
      ...((sign === "rises" && whole < 0) || (sign === "falls" && whole > 0)
        ? [{ kind: "wrong-sign", driver: term.driver } as const]
        : []),
      ...(Math.abs(t) < tAtLeast ? [{ kind: "weak", driver: term.driver, t } as const] : []),
      ...(vif > vifAtMost && !bent ? [{ kind: "inflated", driver: term.driver, vif } as const] : []),
    ];
  });
}

function slopeBefore(terms: readonly Term[], coefficients: readonly number[], driver: string): number {
  const k = terms.findIndex((each) => each.kind === "power" && each.driver === driver);
  return coefficients[k] ?? 0;
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
}
