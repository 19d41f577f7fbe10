import type { Label } from "../boiler.ts";
import type { BeforeAndAfter } from "./before-and-after.ts";
import type { EnergyBasis } from "./energy.ts";

/** What stands in the sentence besides the result. */
export interface SentenceParts {
  /** Days of the plant, as 2026-01-01: the first and the last of the reporting period. */
  readonly fromDate: string;
  readonly toDate: string;
  /** `null` where factors, or prices, are not known: then nothing is said of them. */
  readonly co2eT: number | null;
  readonly money: { readonly amount: number; readonly currency: string } | null;
  /** The driver that the load is, with its unit, for the range that the sentence holds for. */
  readonly load: { readonly driver: string; readonly unit: string } | null;
  readonly namedEvents: number;
}

const figure = (value: number) => {
  const digits = Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
  return digits.toLocaleString("en-US");
};

/** The one sentence that a result is: what was saved, how surely, and where it holds; or that nothing is demonstrated. */
export function resultSentence<B extends EnergyBasis>(
  { avoided, verdict, range }: BeforeAndAfter<B>,
  { fromDate, toDate, co2eT, money, load, namedEvents }: SentenceParts,
): Label {
  const { savedGj, savedPercent, interval, confidence, basis } = avoided;
  const [size, half, share] = [Math.abs(savedGj), interval.halfWidthGj, Math.abs(savedPercent)].map(figure);
  const sure = `${figure(100 * confidence)} %`;
  const unit = `GJ (${basis.toUpperCase()})`;
  const [lowest, highest] = [interval.fromGj, interval.toGj].map(figure);
  if (verdict.kind === "no-saving-demonstrated")
    return {
      en: `Between ${fromDate} and ${toDate} no saving is demonstrated: the ${sure} interval from ${lowest} to ${highest} ${unit} contains nought.`,
      "zh-TW": `${fromDate} 至 ${toDate} 期間未能證實節能：${sure} 信賴區間 ${lowest} 至 ${highest} ${unit} 包含零。`,
    };
  const more = verdict.kind === "more-used";
  const valid = range.drivers.find(({ driver }) => driver === load?.driver)?.valid;
  const at =
    valid === undefined || load === null ? null : `${figure(valid.from)}–${figure(valid.to)} ${load.unit}`;
  const co2 = co2eT === null || more ? null : figure(co2eT);
  const worth = money === null || more ? null : `${figure(money.amount)} ${money.currency}`;
  return {
    en: [
      `Between ${fromDate} and ${toDate} the unit used ${size} ± ${half} ${unit} ${more ? "more" : "less"} (${sure} confidence) than the same useful heat would have needed before, i.e. ${share} %`,
      ...(co2 === null ? [] : [`${co2} t CO₂e`]),
      ...(worth === null ? [] : [worth]),
    ]
      .join(", ")
      .concat(at === null ? "" : `; valid for loads of ${at}`)
      .concat(
        namedEvents === 0
          ? "."
          : `; adjusted for ${namedEvents} named ${namedEvents === 1 ? "event" : "events"}.`,
      ),
    "zh-TW": [
      `${fromDate} 至 ${toDate} 期間，相同有效熱下較改善前${more ? "多用" : "少用"} ${size} ± ${half} ${unit}（${sure} 信心水準），即 ${share} %`,
      ...(co2 === null ? [] : [`${co2} 公噸 CO₂e`]),
      ...(worth === null ? [] : [worth]),
    ]
      .join("、")
      .concat(at === null ? "" : `；適用負載 ${at}`)
      .concat(namedEvents === 0 ? "。" : `；已就 ${namedEvents} 項具名事件調整。`),
  };
}
