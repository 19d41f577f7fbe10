import type { OpenPoint, RetrofitFigures } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitEvidence, StackTestText } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import type { CheckResult } from "../../domain/mv/acceptance.ts";
import type { EventProposal } from "../../domain/mv/non-routine.ts";
import type { BalanceFinding } from "../../domain/mv/point-sanity.ts";
import type { StackTestFinding } from "../../domain/stack-test.ts";

const figure = (value: number) => Number(value.toPrecision(4)).toLocaleString("en-US");

const findingText: Readonly<Record<StackTestFinding["check"], Label>> = {
  "corrected-concentration": {
    en: "The concentration at the reference oxygen does not follow from the measured one",
    "zh-TW": "校正濃度與實測濃度及含氧量不符",
  },
  "corrected-flow": {
    en: "The flow at the reference oxygen does not follow from the measured one",
    "zh-TW": "校正排氣量與實測排氣量不符",
  },
  "mass-rate": {
    en: "The mass rate does not follow from concentration and flow",
    "zh-TW": "排放量（kg/h）與濃度及排氣量不符",
  },
  "header-concentration": {
    en: "The value is printed two ways on the certificate",
    "zh-TW": "檢測報告內同一數值前後不一",
  },
  "moisture-from-flows": {
    en: "The moisture does not follow from the wet and the dry flow",
    "zh-TW": "含水率與溼、乾基排氣量不符",
  },
  "temperature-is-moisture": {
    en: "The gas temperature is the moisture's figure: a slip in printing",
    "zh-TW": "排氣溫度欄數值等於含水率，應為誤植",
  },
  "moisture-from-fuel": {
    en: "The moisture is not one that this fuel can give",
    "zh-TW": "含水率與燃料不符",
  },
  "co2-from-o2": { en: "CO₂ and O₂ do not belong to this fuel", "zh-TW": "CO₂ 與 O₂ 和燃料不符" },
  "fuel-rate": {
    en: "The fuel rate is not the one that the flue-gas flow needs",
    "zh-TW": "燃料用量與排氣量不符",
  },
};

const pollutantText = {
  pm: { en: "PM", "zh-TW": "粒狀污染物" },
  sox: { en: "SOx", "zh-TW": "硫氧化物" },
  nox: { en: "NOx", "zh-TW": "氮氧化物" },
} as const;
const nothing: Label = { en: "", "zh-TW": "" };

export const checkText: Readonly<Record<CheckResult["check"], Label>> = {
  "interval-excludes-zero": { en: "The interval does not contain nought", "zh-TW": "信賴區間不含零" },
  uncertainty: { en: "Uncertainty, % of the saving", "zh-TW": "不確定度（占節能量 %）" },
  "cv-rmse": { en: "CV(RMSE), %", "zh-TW": "CV(RMSE)，%" },
  "net-determination-bias": { en: "Net determination bias, %", "zh-TW": "淨判定偏差，%" },
  "model-p": { en: "p of the model (F test)", "zh-TW": "模型 p 值（F 檢定）" },
  "driver-p": { en: "p of the drivers", "zh-TW": "變數 p 值" },
  "r-squared": { en: "R²", "zh-TW": "R²" },
  t: { en: "|t| of the weakest driver", "zh-TW": "最弱變數 |t|" },
  vif: { en: "Variance inflation (VIF)", "zh-TW": "變異數膨脹因子（VIF）" },
  "condition-number": { en: "Condition number", "zh-TW": "條件數" },
  "effective-intervals": { en: "Effective independent intervals", "zh-TW": "等效獨立區間數" },
  "baseline-length": { en: "Days of the baseline", "zh-TW": "基準期天數" },
  "valid-days": { en: "Valid days of the baseline, %", "zh-TW": "基準期有效天數，%" },
  range: { en: "Metered energy inside the model's range, %", "zh-TW": "模型適用範圍內之計量能源，%" },
  "autocorrelation-known": {
    en: "Pairs of neighbours for the autocorrelation",
    "zh-TW": "自相關可用相鄰對數",
  },
  "meters-stated": { en: "Uncertainty of the meters is stated", "zh-TW": "計量器不確定度已敘明" },
};

interface Found {
  readonly evidence: RetrofitEvidence;
  readonly stack: readonly { readonly test: StackTestText; readonly findings: readonly StackTestFinding[] }[];
  readonly proposals: readonly (EventProposal & { readonly period: "baseline" | "reporting" })[];
  /** The day in which an interval begins. */
  readonly dayOf: (index: number) => string;
  readonly checks: readonly CheckResult[];
  readonly claims: boolean;
  readonly balance: readonly (BalanceFinding & { readonly period: string })[];
  readonly placebo: RetrofitFigures["placebo"];
  readonly efficiency: RetrofitFigures["efficiency"];
}

/** All that a person must have a word on before a release. A decision hides nothing: it stands beside its point. */
export function openPointsOf(found: Found): readonly OpenPoint[] {
  const decided = new Map(
    found.evidence.decisions.map(({ check, reason, author = "" }) => [check, { reason, author }]),
  );
  const point = (id: string, title: Label, says: Label): OpenPoint => ({
    id,
    title,
    says,
    decision: decided.get(id) ?? null,
  });
  const stack = found.stack.flatMap(({ test, findings }) =>
    findings.map(({ check, pollutant, printed, computed }) => {
      const what = pollutant === null ? nothing : pollutantText[pollutant];
      const of = pollutant === null ? "" : `${pollutant}:`;
      const title = findingText[check];
      return point(
        `stack:${test.date}:${of}${check}`,
        {
          en: `${what.en === "" ? "" : `${what.en}, `}${test.certificate}: ${title.en.charAt(0).toLowerCase()}${title.en.slice(1)}`,
          "zh-TW": `${test.certificate}${what["zh-TW"] === "" ? "" : `（${what["zh-TW"]}）`}：${title["zh-TW"]}`,
        },
        {
          en: `Printed ${figure(printed)}; the other figures of the certificate give ${figure(computed)}. The contradicting figure is not used.`,
          "zh-TW": `報告列 ${figure(printed)}，依其他數據應為 ${figure(computed)}；矛盾數值不予採用。`,
        },
      );
    }),
  );
  const events = found.proposals.map((each) => {
    const [from, to] = [found.dayOf(each.fromIndex), found.dayOf(each.toIndex)];
    const more = each.shiftGjPerPeriod > 0;
    const size = `${figure(Math.abs(each.shiftGjPerPeriod))} ± ${figure(1.645 * each.standardErrorGjPerPeriod)}`;
    const logged = each.logged.map(({ id }) => id);
    const named =
      logged.length === 0
        ? nothing
        : {
            en: ` The plant's own log has: ${[...new Set(logged)].join(", ")}.`,
            "zh-TW": ` 廠內紀錄：${[...new Set(logged)].join("、")}。`,
          };
    return point(
      `event:${each.period}:${from}:${to}`,
      {
        en: `${from} to ${to} differs from the rest of its period`,
        "zh-TW": `${from} 至 ${to} 與同期間其他日不同`,
      },
      {
        en: `${size} GJ per interval ${more ? "more" : "less"} than the rest. Decide: leave it, exclude it or adjust for it (a new version), and say why.${named.en}`,
        "zh-TW": `每區間較其餘${more ? "多" : "少"} ${size} GJ。請決定保留、排除或調整（需新版本）並敘明理由。${named["zh-TW"]}`,
      },
    );
  });
  const failed = found.claims ? found.checks.filter(({ passed, blocks }) => blocks && !passed) : [];
  const acceptance = failed.map(({ check, value, limit }) =>
    point(
      `check:${check}`,
      { en: `Not met: ${checkText[check].en}`, "zh-TW": `未達：${checkText[check]["zh-TW"]}` },
      {
        en: `${value === null ? "Not known" : figure(value)}; asked for is ${figure(limit)}. The saving is shown, and is not claimable.`,
        "zh-TW": `${value === null ? "未知" : figure(value)}；門檻 ${figure(limit)}。節能量照列，但不得據以請款。`,
      },
    ),
  );
  const balance = found.balance.map((each) => {
    const value = each.kind === "efficiency-implausible" ? each.efficiencyLhvPercent : 100 * each.ratio;
    return point(
      `balance:${each.period}:${each.kind}`,
      { en: "The balance of energy cannot be", "zh-TW": "能量平衡不合理" },
      {
        en: `${each.period}: ${figure(value)} %, outside of ${figure(each.from)} to ${figure(each.to)}. Check meters, units and heating values.`,
        "zh-TW": `${each.period}：${figure(value)} %，超出 ${figure(each.from)} 至 ${figure(each.to)}；請檢查計量器、單位與熱值。`,
      },
    );
  });
  const { placebo, efficiency } = found;
  const placeboPoint =
    placebo.kind === "placebo" && !placebo.passed
      ? [
          point(
            "placebo",
            {
              en: "The placebo test finds a saving before the works",
              "zh-TW": "安慰劑測試在改善前即出現節能",
            },
            {
              en: `Between two parts of the baseline ${figure(placebo.saved.value)} ± ${figure(placebo.saved.halfWidth)} GJ are found where nothing was changed. One in ten does so by chance.`,
              "zh-TW": `基準期前後兩段間出現 ${figure(placebo.saved.value)} ± ${figure(placebo.saved.halfWidth)} GJ；十次中約有一次屬偶然。`,
            },
          ),
        ]
      : [];
  const routes = efficiency?.reconciled ?? null;
  const routesPoint =
    routes !== null && !routes.consistent
      ? [
          point(
            "two-routes",
            { en: "Fuel meters and flue gas contradict each other", "zh-TW": "燃料計與排氣兩種方法互相矛盾" },
            {
              en: `Saved by the meters ${figure(routes.inputOutputPercent)} %, by the flue gas ${figure(routes.flueLossPercent)} % (z = ${figure(routes.z)}). What the flue gas cannot see, the shell say, must explain it.`,
              "zh-TW": `計量法節能 ${figure(routes.inputOutputPercent)} %，排氣損失法 ${figure(routes.flueLossPercent)} %（z = ${figure(routes.z)}）；須由排氣無法反映之因素（如爐體散熱）說明。`,
            },
          ),
        ]
      : [];
  return [...stack, ...events, ...acceptance, ...balance, ...placeboPoint, ...routesPoint];
}
