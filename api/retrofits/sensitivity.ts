import type { RetrofitFigures } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { fitModel } from "../../domain/mv/baseline-model.ts";
import type { BeforeAndAfter } from "../../domain/mv/before-and-after.ts";
import type { EnergyBasis, Metered } from "../../domain/mv/energy.ts";
import { oddIntervals } from "../../domain/mv/outliers.ts";
import { type Refusal, sentenceOf } from "../../domain/mv/refusal.ts";
import { type AvoidedEnergy, avoidedEnergy } from "../../domain/mv/savings.ts";
import type { SavingsRules } from "../registry.ts";
import type { Stuff } from "./inputs.ts";
import { meterUncertaintyOf } from "./periods.ts";
import type { RowSet } from "./rows.ts";

/** The same question asked a little differently: what depends on the way of asking is no result. */
export function sensitivityOf(
  { plan }: RetrofitDocument,
  set: RowSet,
  result: BeforeAndAfter<EnergyBasis>,
  { baseline, reporting, reportingMonths }: Stuff,
  rules: SavingsRules,
): RetrofitFigures["sensitivity"] {
  const { selection, avoided, adjusted } = result;
  const { model } = selection;
  const { confidence } = avoided;
  const meters = meterUncertaintyOf(plan);
  const line = (label: Label, found: AvoidedEnergy<EnergyBasis> | Refusal) =>
    found.kind === "avoided-energy"
      ? { label, savedGj: found.savedGj, halfWidthGj: found.interval.halfWidthGj, says: null }
      : { label, savedGj: null, halfWidthGj: null, says: sentenceOf(found) };
  const saving = (of: Metered<EnergyBasis>, after: Metered<EnergyBasis>, terms = model.terms) => {
    const fitted = fitModel(of, terms);
    if (fitted.kind !== "model") return fitted;
    return avoidedEnergy(fitted, after, { confidence, meters, reportingMonths, adjusted });
  };
  const odd = new Set(
    oddIntervals(model).flatMap(({ index, oddities }) =>
      oddities.includes("residual") || oddities.includes("spike") ? [index] : [],
    ),
  );
  const straight = model.terms.filter(
    (term) => term.kind === "intercept" || (term.kind === "power" && term.exponent === 1),
  );
  const other: EnergyBasis = plan.basis === "lhv" ? "hhv" : "lhv";
  const onOther = (of: Metered<EnergyBasis>, period: "baseline" | "reporting"): Metered<EnergyBasis> => {
    const rows = new Map(set.rows.filter((row) => row.period === period).map((row) => [row.index, row]));
    return {
      ...of,
      basis: other,
      intervals: of.intervals.map((interval) => ({
        ...interval,
        energyGj: Object.entries(rows.get(interval.index)?.fuels ?? {}).reduce((sum, [fuelId, { lhvGj }]) => {
          const fuel = rules.fuel(fuelId, rows.get(interval.index)?.fromMs ?? 0);
          const factor = fuel === null || other === "lhv" ? 1 : fuel.gcvMjPerUnit / fuel.ncvMjPerUnit;
          return sum + lhvGj * factor;
        }, 0),
      })),
    };
  };
  return [
    line(
      {
        en: `Without ${odd.size} odd intervals of the baseline`,
        "zh-TW": `剔除基準期 ${odd.size} 個異常區間`,
      },
      saving(
        { ...baseline, intervals: baseline.intervals.filter(({ index }) => !odd.has(index)) },
        reporting,
      ),
    ),
    line({ en: "With a straight line", "zh-TW": "改用直線模型" }, saving(baseline, reporting, straight)),
    line(
      { en: `Both periods on ${other.toUpperCase()}`, "zh-TW": `兩期間皆以 ${other.toUpperCase()} 計` },
      saving(onOther(baseline, "baseline"), onOther(reporting, "reporting")),
    ),
  ];
}
