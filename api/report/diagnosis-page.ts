import type { Label } from "../../domain/boiler.ts";
import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { escaped } from "../../domain/mv/plots/frame.ts";
import type { SavingsRules } from "../registry.ts";
import { type Diagnosis, firingHoursAYear } from "./diagnosis.ts";
import { type Proposal, proposalsOf } from "./diagnosis-proposals.ts";
import { cell, kv, number, p, right, row, table } from "./html.ts";
import { standingPage } from "./page.ts";
import { dateText, type Language, wordsOf } from "./words.ts";

/** What the test protocol asks for, in its order; each with its name in both languages and its digits. */
const protocol: readonly (readonly [string, Label, number])[] = [
  ["loadPercent", { en: "Load", "zh-TW": "負載" }, 0],
  ["steamFlowKgPerH", { en: "Steam", "zh-TW": "蒸汽量" }, 0],
  ["steamPressureBarG", { en: "Steam pressure", "zh-TW": "蒸汽壓力" }, 1],
  ["feedwaterTempC", { en: "Feedwater temperature", "zh-TW": "給水溫度" }, 0],
  ["usefulHeatKw", { en: "Useful heat", "zh-TW": "有效熱" }, 0],
  ["heavyOilFlowLPerH", { en: "Heavy oil", "zh-TW": "重油用量" }, 0],
  ["dieselFlowLPerH", { en: "Diesel", "zh-TW": "柴油用量" }, 0],
  ["naturalGasFlowNm3PerH", { en: "Natural gas", "zh-TW": "天然氣用量" }, 0],
  ["lpgFlowKgPerH", { en: "LPG", "zh-TW": "液化石油氣用量" }, 0],
  ["coalFlowKgPerH", { en: "Coal", "zh-TW": "燃煤用量" }, 0],
  ["o2DryPercent", { en: "O₂, dry", "zh-TW": "排氣含氧量（乾基）" }, 1],
  ["coDryPpm", { en: "CO, dry", "zh-TW": "一氧化碳（乾基）" }, 0],
  ["exhaustTempC", { en: "Exhaust temperature", "zh-TW": "排氣溫度" }, 0],
  ["combustionAirTempC", { en: "Combustion air", "zh-TW": "燃燒空氣溫度" }, 0],
  ["preheatedAirTempC", { en: "Air after recovery", "zh-TW": "熱回收後空氣溫度" }, 0],
  ["shellTempC", { en: "Surface temperature", "zh-TW": "爐體表面溫度" }, 0],
  ["ambientTempC", { en: "Ambient temperature", "zh-TW": "環境溫度" }, 0],
  ["efficiencyDirectLhvPercent", { en: "Efficiency by the meters (LHV)", "zh-TW": "效率（直接法，LHV）" }, 1],
  ["efficiencyIndirectLhvPercent", { en: "Efficiency by losses (LHV)", "zh-TW": "效率（熱損失法，LHV）" }, 1],
];

const en = {
  kind: "Diagnosis before a retrofit",
  boiler: "Boiler",
  capacity: "Capacity",
  carrier: "Heat carrier",
  fuels: "Fuels",
  limits: "Limit table",
  recovery: "Heat recovery",
  hasRecovery: "air is preheated (measured)",
  noRecovery: "none that is measured",
  hours: "Hours observed, of them firing",
  perYear: "Firing hours a year, if it goes on so",
  tooShort: "not said: less than a day was observed",
  protocol: "Measured while firing",
  quantity: "Quantity",
  mean: "Mean",
  within: "within",
  above: "above",
  limit: "Limit",
  missing: "Not measured here",
  proposals: "Proposals",
  measure: "Measure",
  basis: "Basis",
  saving: "Fuel, %",
  money: "A year",
  co2: "CO₂, t a year",
  cost: "Cost",
  payback: "Payback, years",
  none: "Nothing that these readings would advise.",
  nothing: "This boiler did not fire in the days that were looked at: there is nothing to diagnose.",
  notStated: "not stated",
  note: "Estimates from means of the firing time, by computed losses: never a proved saving, which takes a before and an after. Costs are what was typed in, the site's (measureCosts), or the rule file's; prices are the site's.",
  measures: {
    "excess-air": "O₂ trim, burner tuning",
    "heat-recovery": "Heat recovery from the exhaust",
    insulation: "Insulation of the shell",
    "fuel-switch": "Switch to natural gas",
    lpg: "Switch to LPG",
    biomass: "Biomass beside the fuel",
    abatement: "Flue-gas cleaning",
  } as Readonly<Record<Proposal["measure"], string>>,
  steam: "steam",
  oil: "thermal oil",
};
type Words = typeof en;
const zh: Words = {
  kind: "改善前診斷報告",
  boiler: "鍋爐",
  capacity: "容量",
  carrier: "熱媒",
  fuels: "燃料",
  limits: "限值表",
  recovery: "熱回收",
  hasRecovery: "空氣已預熱（有量測）",
  noRecovery: "無量測之熱回收",
  hours: "觀測時數（其中燃燒）",
  perYear: "推估年燃燒時數（以現況）",
  tooShort: "觀測未滿一日，不推估",
  protocol: "燃燒中量測值",
  quantity: "項目",
  mean: "平均",
  within: "在限值內",
  above: "超過限值",
  limit: "限值",
  missing: "未量測",
  proposals: "改善建議",
  measure: "措施",
  basis: "依據",
  saving: "燃料 %",
  money: "每年金額",
  co2: "CO₂ 公噸／年",
  cost: "費用",
  payback: "回收年限",
  none: "依量測值無建議事項。",
  nothing: "觀測期間鍋爐未燃燒，無從診斷。",
  notStated: "未提供",
  note: "以燃燒時間平均值之計算損失推估，非經驗證之節能；驗證須有改善前後量測。費用為輸入值、廠區設定（measureCosts）或規則檔所載；單價為廠區設定。",
  measures: {
    "excess-air": "含氧控制、燃燒調校",
    "heat-recovery": "排氣熱回收",
    insulation: "爐體保溫",
    "fuel-switch": "改用天然氣",
    lpg: "改用液化石油氣",
    biomass: "混燒生質燃料",
    abatement: "廢氣處理設備",
  },
  steam: "蒸汽",
  oil: "熱媒油",
};
const words: Readonly<Record<Language, Words>> = { en, "zh-TW": zh };

/** A boiler's diagnosis as a page that stands by itself. */
export function diagnosisPage(found: Diagnosis, rules: SavingsRules, language: Language): string {
  const w = words[language];
  const { boiler, site, observed } = found;
  const { means } = observed;
  const hoursAYear = firingHoursAYear(observed);
  const day = (atMs: number) => dateText(plantDayOf(atMs, site.timeZone), language);
  const { airRatio: ratioLimit, exhaustTempC: exhaustLimit } = boiler.limits;
  const judged = (value: number | null, limit: number | null) =>
    value === null || limit === null
      ? "–"
      : `${number(limit, limit < 10 ? 2 : 0)}, ${value > limit ? w.above : w.within}`;
  const unitOf = (point: string) => boiler.points.find(({ name }) => name === point)?.unit ?? "";
  const measured = protocol.filter(([point]) => means[point] !== undefined);
  const lacking = ["o2DryPercent", "exhaustTempC", "shellTempC", "ambientTempC", "usefulHeatKw"].filter(
    (point) => means[point] === undefined,
  );
  const proposed = proposalsOf(found, rules, hoursAYear);
  const proposals = proposed.map((each) =>
    row([
      cell(escaped(w.measures[each.measure])),
      cell(escaped(each.basis[language])),
      right(each.fuelPercent === null ? "–" : number(each.fuelPercent, 1)),
      right(
        each.moneyPerYear === null ? "–" : `${number(each.moneyPerYear)} ${escaped(each.currency ?? "")}`,
      ),
      right(each.co2TPerYear === null ? "–" : number(each.co2TPerYear, 1)),
      right(
        each.cost === null
          ? escaped(w.notStated)
          : `${number(each.cost.amount)} ${escaped(each.cost.currency)}${each.cost.perM2 ? "/m²" : ""}`,
      ),
      right(each.paybackYears === null ? "–" : number(each.paybackYears, 1)),
    ]),
  );
  const isIdle = observed.firingHours === 0;
  return standingPage(
    {
      language,
      left: w.kind,
      right: `${site.name[language]} · ${boiler.id}`,
      title: `${w.kind}: ${boiler.name}`,
      tags: boiler.simulated ? [wordsOf[language].simulated] : [],
      under: `${site.name[language]} · ${day(observed.fromMs)} – ${day(observed.toMs - 1)}`,
    },
    [
      {
        id: "boiler",
        title: w.boiler,
        html: kv([
          [w.capacity, `${number(boiler.capacityTPerH, 1)} t/h`],
          [w.carrier, escaped(boiler.heatCarrier === "steam" ? w.steam : w.oil)],
          [
            w.fuels,
            boiler.fuels
              .map(({ label, ncvMjPerUnit }) => `${escaped(label[language])} (${number(ncvMjPerUnit, 2)} MJ)`)
              .join(", "),
          ],
          [w.recovery, escaped(means["preheatedAirTempC"] === undefined ? w.noRecovery : w.hasRecovery)],
          [w.hours, `${number(observed.hours, 1)} / ${number(observed.firingHours, 1)}`],
          [w.perYear, isIdle || hoursAYear === null ? escaped(w.tooShort) : number(hoursAYear)],
          [w.limits, escaped(ratioLimit?.source ?? exhaustLimit?.source ?? "–")],
        ]),
      },
      {
        id: "protocol",
        title: w.protocol,
        html: isIdle
          ? p(w.nothing)
          : table(
              [w.quantity, { r: w.mean }, "", { r: w.limit }],
              [
                ...measured.map(([point, label, digits]) =>
                  row([
                    cell(escaped(label[language])),
                    right(number(means[point] ?? 0, digits)),
                    cell(escaped(unitOf(point))),
                    right(
                      point === "exhaustTempC"
                        ? judged(means[point] ?? null, exhaustLimit?.limit ?? null)
                        : "",
                    ),
                  ]),
                ),
                row([
                  cell(escaped(wordsOf[language].what["air-ratio"])),
                  right(found.airRatio === null ? "–" : number(found.airRatio, 2)),
                  cell("21 / (21 − O₂)"),
                  right(judged(found.airRatio, ratioLimit?.limit ?? null)),
                ]),
              ],
            ) +
            (lacking.length === 0
              ? ""
              : p(
                  `${w.missing}: ${lacking.map((point) => protocol.find(([name]) => name === point)?.[1][language] ?? point).join(", ")}`,
                  "note",
                )),
      },
      {
        id: "money",
        title: w.proposals,
        html:
          (proposals.length === 0
            ? p(w.none)
            : table(
                [
                  w.measure,
                  w.basis,
                  { r: w.saving },
                  { r: w.money },
                  { r: w.co2 },
                  { r: w.cost },
                  { r: w.payback },
                ],
                proposals,
              )) +
          p(w.note, "note") +
          [...new Set(proposed.flatMap(({ sources }) => sources))]
            .map((source) => p(source, "note"))
            .join(""),
      },
    ],
    null,
  );
}
