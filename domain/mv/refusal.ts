import type { Label } from "../boiler.ts";
import type { EnergyBasis } from "./energy.ts";

/** Why there is no figure. Each names what is missing or refused; `sentenceOf` says it, and what would help. */
export type Refusal =
  | { readonly kind: "too-few-intervals"; readonly have: number; readonly needed: number }
  | {
      readonly kind: "too-few-effective-intervals";
      readonly effective: number;
      readonly needed: number;
      readonly moreIntervals: number;
    }
  | { readonly kind: "not-a-number"; readonly what: string; readonly index: number }
  | { readonly kind: "no-time-covered"; readonly index: number }
  | { readonly kind: "repeated-interval"; readonly index: number }
  | { readonly kind: "driver-missing"; readonly driver: string; readonly index: number }
  | { readonly kind: "driver-constant"; readonly driver: string; readonly value: number }
  | { readonly kind: "drivers-collinear"; readonly term: string; readonly explainedBy: readonly string[] }
  | { readonly kind: "computed-from-drivers"; readonly drivers: readonly string[] }
  | { readonly kind: "energy-constant"; readonly valueGj: number }
  | { readonly kind: "change-point-not-found"; readonly driver: string }
  | { readonly kind: "mixed-bases"; readonly before: EnergyBasis; readonly after: EnergyBasis }
  | { readonly kind: "periods-overlap"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "intervals-shared"; readonly count: number; readonly firstIndex: number }
  | { readonly kind: "empty-period"; readonly period: "baseline" | "reporting" }
  | {
      readonly kind: "no-load-overlap";
      readonly driver: string;
      readonly baseline: Span;
      readonly reporting: Span;
    }
  | {
      readonly kind: "duplicate-channel";
      readonly channel: string;
      readonly copyOf: string;
      readonly ratio: number;
      readonly sharePercent: number;
    }
  | { readonly kind: "meter-missing"; readonly channel: string }
  | {
      readonly kind: "meter-exchanged";
      readonly meter: string;
      readonly serialBefore: string;
      readonly serialAfter: string;
    }
  | {
      readonly kind: "unit-does-not-fit";
      readonly channel: string;
      readonly unit: string;
      readonly expected: readonly string[];
    }
  | { readonly kind: "plan-changed"; readonly frozenHash: string; readonly hash: string }
  | { readonly kind: "confidence-out-of-range"; readonly confidence: number }
  | { readonly kind: "range-reversed"; readonly period: string; readonly from: string; readonly to: string }
  | { readonly kind: "nothing-to-compare"; readonly why: NothingToCompare };

const nothingToCompare = {
  "empty-profile": {
    en: "the profile holds no operation; state hours or days at some load",
    "zh-TW": "運轉條件為空，請填入負載與時數或天數",
  },
  "nothing-expected": {
    en: "the baseline expects no energy; check the units of its drivers",
    "zh-TW": "基線推估能源量為零，請檢查變數單位",
  },
  "nothing-metered-before": {
    en: "no energy was metered before; check the meter",
    "zh-TW": "改善前沒有計量能源，請檢查計量器",
  },
  "all-adjusted": {
    en: "every interval was adjusted or left out; keep some as they are",
    "zh-TW": "所有區間皆被調整或排除，請保留部分原始區間",
  },
  "different-models": {
    en: "the two periods do not share a model; fit both with the same terms",
    "zh-TW": "兩期間模型不同，請以相同項目擬合",
  },
  "no-scatter": {
    en: "neither model leaves any scatter; check that energy is metered",
    "zh-TW": "兩模型均無殘差，請確認能源為實際計量",
  },
} as const satisfies Readonly<Record<string, Label>>;
export type NothingToCompare = keyof typeof nothingToCompare;

export interface Span {
  readonly from: number;
  readonly to: number;
}

const figure = (value: number) => String(Number(value.toPrecision(4)));
const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

/** A refusal in plain words, with what would help. */
export function sentenceOf(refusal: Refusal): Label {
  switch (refusal.kind) {
    case "too-few-intervals": {
      const more = refusal.needed - refusal.have;
      return {
        en: `There are ${refusal.have} valid intervals; this model needs ${refusal.needed}. ${more} more would do.`,
        "zh-TW": `有效區間僅 ${refusal.have} 個，此模型需 ${refusal.needed} 個；再補 ${more} 個即可。`,
      };
    }
    case "too-few-effective-intervals":
      return {
        en: `Neighbouring intervals move together, so the data count for only ${figure(refusal.effective)} independent ones; ${figure(refusal.needed)} are needed. About ${refusal.moreIntervals} more intervals, or longer ones, would help.`,
        "zh-TW": `相鄰區間互相關聯，資料僅相當於 ${figure(refusal.effective)} 個獨立區間，需 ${figure(refusal.needed)} 個；再補約 ${refusal.moreIntervals} 個區間或改用較長區間。`,
      };
    case "not-a-number":
      return {
        en: `${refusal.what} has no usable value in interval ${refusal.index}. Mark the interval as missing or supply the value.`,
        "zh-TW": `區間 ${refusal.index} 的 ${refusal.what} 無可用數值；請標示為缺漏或補上數值。`,
      };
    case "no-time-covered":
      return {
        en: `Interval ${refusal.index} covers no time. Leave it out, or say how long it is.`,
        "zh-TW": `區間 ${refusal.index} 沒有涵蓋時間；請移除或註明長度。`,
      };
    case "repeated-interval":
      return {
        en: `Interval ${refusal.index} is given twice. Keep one of the two.`,
        "zh-TW": `區間 ${refusal.index} 重複；請只保留一筆。`,
      };
    case "driver-missing":
      return {
        en: `${refusal.driver} is missing in interval ${refusal.index}. Supply it, or choose a model without it.`,
        "zh-TW": `區間 ${refusal.index} 缺少 ${refusal.driver}；請補上，或改用不含此變數的模型。`,
      };
    case "driver-constant":
      return {
        en: `${refusal.driver} stays at ${figure(refusal.value)} all the time, so its effect cannot be told from the standing loss. Leave it out, or include a time in which it varies.`,
        "zh-TW": `${refusal.driver} 始終為 ${figure(refusal.value)}，無法與固定損失區分；請移除此變數，或納入其有變化的期間。`,
      };
    case "drivers-collinear":
      return {
        en: `${refusal.term} follows exactly from ${refusal.explainedBy.join(", ")}: their effects cannot be told apart. Leave one of them out.`,
        "zh-TW": `${refusal.term} 完全由 ${refusal.explainedBy.join("、")} 決定，無法分辨個別影響；請移除其中之一。`,
      };
    case "computed-from-drivers":
      return {
        en: `The energy follows from ${refusal.drivers.join(", ")} to the last digit: it is computed from it, not metered. Connect the fuel meter.`,
        "zh-TW": `能源量與 ${refusal.drivers.join("、")} 完全吻合至末位數，屬計算值而非計量值；請接上燃料計。`,
      };
    case "energy-constant":
      return {
        en: `The metered energy stays at ${figure(refusal.valueGj)} GJ per period all the time. Check the meter.`,
        "zh-TW": `計量能源始終為每期 ${figure(refusal.valueGj)} GJ；請檢查計量器。`,
      };
    case "change-point-not-found":
      return {
        en: `There is no change point in ${refusal.driver} with a tenth of the intervals on either side. A straight line, or more of its range, would help.`,
        "zh-TW": `${refusal.driver} 找不到兩側各有一成區間的轉折點；請用直線模型或補充其範圍。`,
      };
    case "mixed-bases":
      return {
        en: `Energy before is on ${refusal.before.toUpperCase()}, after on ${refusal.after.toUpperCase()}. Bring both to one basis with each fuel's own heating values.`,
        "zh-TW": `改善前以 ${refusal.before.toUpperCase()} 計，改善後以 ${refusal.after.toUpperCase()} 計；請以各燃料自身熱值換算為同一基準。`,
      };
    case "periods-overlap":
      return {
        en: `The periods overlap from ${day(refusal.fromMs)} to ${day(refusal.toMs)}. Move one of them, and leave out the works.`,
        "zh-TW": `兩期間自 ${day(refusal.fromMs)} 至 ${day(refusal.toMs)} 重疊；請調整期間並排除施工期。`,
      };
    case "intervals-shared":
      return {
        en: `${refusal.count} intervals, from number ${refusal.firstIndex} on, are in both periods: nothing can be saved against itself. Move one of the periods.`,
        "zh-TW": `自第 ${refusal.firstIndex} 號起有 ${refusal.count} 個區間同時屬於兩個期間，無法與自身比較；請調整期間。`,
      };
    case "empty-period":
      return {
        en: `The ${refusal.period} period holds no valid interval. Choose another, or supply its readings.`,
        "zh-TW": `${refusal.period === "baseline" ? "基線期" : "報告期"}沒有有效區間；請改選期間或補上讀值。`,
      };
    case "no-load-overlap":
      return {
        en: `${refusal.driver} was ${figure(refusal.baseline.from)} to ${figure(refusal.baseline.to)} before and is ${figure(refusal.reporting.from)} to ${figure(refusal.reporting.to)} now: the baseline says nothing there. Baseline intervals at ${figure(refusal.reporting.from)} to ${figure(refusal.reporting.to)} would help.`,
        "zh-TW": `${refusal.driver} 改善前為 ${figure(refusal.baseline.from)} 至 ${figure(refusal.baseline.to)}，現為 ${figure(refusal.reporting.from)} 至 ${figure(refusal.reporting.to)}，基線無法推估；需要 ${figure(refusal.reporting.from)} 至 ${figure(refusal.reporting.to)} 的基線資料。`,
      };
    case "duplicate-channel":
      return {
        en: `${refusal.channel} is ${refusal.copyOf} × ${figure(refusal.ratio)} in ${figure(refusal.sharePercent)} % of the rows: one signal mapped twice, not a meter of its own. Map ${refusal.channel} to its own register.`,
        "zh-TW": `${refusal.channel} 在 ${figure(refusal.sharePercent)} % 的資料列中等於 ${refusal.copyOf} × ${figure(refusal.ratio)}：同一訊號對應兩次，並非獨立計量；請將 ${refusal.channel} 對應至其本身的暫存器。`,
      };
    case "meter-missing":
      return {
        en: `There is no ${refusal.channel}. A saving needs a meter of the fuel and one of the useful heat.`,
        "zh-TW": `缺少 ${refusal.channel}；節能量需要燃料計與有效熱計。`,
      };
    case "meter-exchanged":
      return {
        en: `${refusal.meter} was exchanged (${refusal.serialBefore} before, ${refusal.serialAfter} now). State the factor between the two from a side-by-side test, with its uncertainty.`,
        "zh-TW": `${refusal.meter} 已更換（原 ${refusal.serialBefore}，現 ${refusal.serialAfter}）；請提供並列比對係數及其不確定度。`,
      };
    case "unit-does-not-fit":
      return {
        en: `${refusal.channel} is given in ${refusal.unit}; it is measured in ${refusal.expected.join(" or ")}. Correct the unit.`,
        "zh-TW": `${refusal.channel} 單位為 ${refusal.unit}，應為 ${refusal.expected.join(" 或 ")}；請更正單位。`,
      };
    case "plan-changed":
      return {
        en: `The plan was changed after it was frozen (${refusal.frozenHash.slice(0, 12)}, now ${refusal.hash.slice(0, 12)}). Restore it, or start a new version of the project.`,
        "zh-TW": `計畫凍結後遭變更（${refusal.frozenHash.slice(0, 12)}，現為 ${refusal.hash.slice(0, 12)}）；請還原，或建立專案新版本。`,
      };
    case "range-reversed":
      return {
        en: `The ${refusal.period} period ends on ${refusal.to}, before it begins on ${refusal.from}. Exchange the two days.`,
        "zh-TW": `${refusal.period} 期間結束日 ${refusal.to} 早於開始日 ${refusal.from}；請對調兩日期。`,
      };
    case "confidence-out-of-range":
      return {
        en: `A confidence of ${figure(refusal.confidence)} is none: it lies between 0.5 and 1, usually 0.9.`,
        "zh-TW": `信心水準 ${figure(refusal.confidence)} 無效：應介於 0.5 與 1 之間，通常為 0.9。`,
      };
    case "nothing-to-compare":
      return {
        en: `There is nothing to compare: ${nothingToCompare[refusal.why].en}.`,
        "zh-TW": `沒有可比較的內容：${nothingToCompare[refusal.why]["zh-TW"]}。`,
      };
  }
}
