import { escaped } from "../../domain/mv/plots/frame.ts";
import type { AgainstBaseline, BoilerMonth, EnergyMonth } from "./energy-figures.ts";
import { cell, figure, number, orDash, p, right, row, type Section, table } from "./html.ts";
import { standingPage } from "./page.ts";
import { dateText, type Language, wordsOf } from "./words.ts";

const en = {
  kind: "Monthly energy report",
  boilers: "Energy performance by boiler",
  boiler: "Boiler",
  fuel: "Fuel, GJ (LHV)",
  heat: "Useful heat, GJ",
  steam: "Steam, t",
  perHeat: "GJ fuel per GJ heat",
  perSteam: "t CO₂ per t steam",
  perHeatCarbon: "kg CO₂e per GJ heat",
  carbon: "CO₂e, t",
  known: "Time known, %",
  site: "Site",
  ledger: "CO₂ ledger by fuel",
  quantity: "Quantity",
  edition: "Factors",
  ledgerNote: (source: string) => `CO₂e with methane and nitrous oxide; warming potentials: ${source}.`,
  baseline: "Against the baseline",
  expected: "Expected by the baseline, GJ",
  metered: "Metered, GJ",
  saved: "Less than expected, GJ",
  model: "Baseline and its variables",
  valid: (driver: string, from: string, to: string, validFrom: string, validTo: string) =>
    `${driver}: ${from} to ${to} this month; the baseline holds from ${validFrom} to ${validTo}.`,
  inRange: (percent: string, days: number) =>
    `${days} intervals; ${percent} % of the energy inside the range.`,
  noBaseline: "No released baseline covers a boiler of this site: release one under Retrofits.",
  completeness: "Completeness",
  completeNote:
    "Amounts are of the time in which all meters of a boiler were known; nothing is filled in or scaled up.",
  missing: (boiler: string, points: string) => `${boiler} has no ${points}.`,
  use: "Evidence for an energy-management system (performance indicators against a baseline, ISO 50001), a carbon-fee self-reduction plan, or the monitoring report of a credit. Whether it suffices is for the authority or the verifier.",
  purpose: "What it may be used for",
};
type Words = typeof en;
const zh: Words = {
  kind: "每月能源報告",
  boilers: "各鍋爐能源績效",
  boiler: "鍋爐",
  fuel: "燃料 GJ（LHV）",
  heat: "有效熱 GJ",
  steam: "蒸汽 公噸",
  perHeat: "燃料 GJ／有效熱 GJ",
  perSteam: "公噸 CO₂／公噸蒸汽",
  perHeatCarbon: "kg CO₂e／GJ 熱",
  carbon: "CO₂e 公噸",
  known: "資料完整率 %",
  site: "全廠",
  ledger: "燃料別 CO₂ 帳",
  quantity: "用量",
  edition: "排放係數版本",
  ledgerNote: (source) => `CO₂e 含甲烷與氧化亞氮；溫暖化潛勢：${source}。`,
  baseline: "與能源基線比較",
  expected: "基線推估 GJ",
  metered: "實測 GJ",
  saved: "較推估減少 GJ",
  model: "能源基線與相關變數",
  valid: (driver, from, to, validFrom, validTo) =>
    `${driver}：本月 ${from} 至 ${to}；基線適用 ${validFrom} 至 ${validTo}。`,
  inRange: (percent, days) => `${days} 個區間；${percent} % 能源在適用範圍內。`,
  noBaseline: "本廠鍋爐尚無已發行之能源基線；請於「改善驗證」發行。",
  completeness: "資料完整性",
  completeNote: "數量僅計各鍋爐所有計量器皆有資料之時間；不補值、不放大。",
  missing: (boiler, points) => `${boiler} 無 ${points}。`,
  use: "可作為能源管理系統（ISO 50001 績效指標與基線）、碳費自主減量計畫或減量額度監測報告之佐證；是否足夠由主管機關或查驗機構認定。",
  purpose: "用途",
};
const words: Readonly<Record<Language, Words>> = { en, "zh-TW": zh };

const ratio = (value: number, by: number | null, digits: number) =>
  by === null || !(by > 0) ? "–" : number(value / by, digits);

/** The indicators of a boiler, or of all of a site together. */
function indicators(
  name: string,
  of: Omit<BoilerMonth, "fuels" | "missing" | "boilerId" | "name" | "carrier">,
) {
  return row([
    cell(escaped(name)),
    right(number(of.fuelGj)),
    right(orDash(of.heatGj)),
    right(orDash(of.steamT)),
    right(ratio(of.fuelGj, of.heatGj, 3)),
    right(ratio(of.co2T, of.steamT, 4)),
    right(ratio(1_000 * of.co2eT, of.heatGj, 1)),
    right(number(of.co2eT, 1)),
    right(number(of.coveragePercent, 1)),
  ]);
}

/** Boilers together; heat and steam only where each of them has the meter. */
function together(boilers: readonly BoilerMonth[]) {
  const sum = (of: (boiler: BoilerMonth) => number) => boilers.reduce((total, each) => total + of(each), 0);
  const every = (of: (boiler: BoilerMonth) => number | null) =>
    boilers.some((each) => of(each) === null) ? null : sum((each) => of(each) ?? 0);
  return {
    fuelGj: sum(({ fuelGj }) => fuelGj),
    heatGj: every(({ heatGj }) => heatGj),
    steamT: every(({ steamT }) => steamT),
    co2T: sum(({ co2T }) => co2T),
    co2eT: sum(({ co2eT }) => co2eT),
    coveragePercent: sum(({ coveragePercent }) => coveragePercent) / Math.max(1, boilers.length),
  };
}

function baselineHtml(each: AgainstBaseline, language: Language, w: Words): string {
  const { found } = each;
  const head = `<p><b>${escaped(each.title[language])}</b> (${each.boilers.map(escaped).join(", ")}): <code>${escaped(each.equation)}</code></p>`;
  if (found.kind === "refused") return head + p(found.says[language]);
  return [
    head,
    table(
      [{ r: w.expected }, { r: w.metered }, { r: w.saved }, { r: "±" }, { r: "%" }],
      [
        row([
          right(number(found.expectedGj)),
          right(number(found.meteredGj)),
          right(number(found.savedGj)),
          right(number(found.halfWidthGj)),
          right(number(found.savedPercent, 1)),
        ]),
      ],
    ),
    p(w.inRange(number(found.coveredPercent), found.intervals), "note"),
    ...each.drivers.map(({ driver, from, to, validFrom, validTo }) =>
      p(w.valid(driver, figure(from), figure(to), figure(validFrom), figure(validTo)), "note"),
    ),
  ].join("");
}

/** A site's month as a page that stands by itself. */
export function energyPage(month: EnergyMonth, language: Language): string {
  const w = words[language];
  const { boilers, baselines } = month;
  const title = `${w.kind}: ${language === "zh-TW" ? dateText(month.from, language).replace(/\/1$/, "") : month.from.slice(0, 7)}`;
  const sections: Section[] = [
    {
      id: "boilers",
      title: w.boilers,
      html: table(
        [
          w.boiler,
          ...[w.fuel, w.heat, w.steam, w.perHeat, w.perSteam, w.perHeatCarbon, w.carbon, w.known].map(
            (r) => ({
              r,
            }),
          ),
        ],
        [
          ...boilers.map((each) => indicators(each.name, each)),
          ...(boilers.length > 1 ? [indicators(w.site, together(boilers))] : []),
        ],
      ),
    },
    {
      id: "baseline",
      title: w.baseline,
      html:
        baselines.length === 0
          ? p(w.noBaseline)
          : baselines.map((each) => baselineHtml(each, language, w)).join(""),
    },
    {
      id: "ledger",
      title: w.ledger,
      html:
        table(
          [
            w.boiler,
            wordsOf[language].fuel,
            { r: w.quantity },
            { r: "GJ (LHV)" },
            { r: "CO₂, t" },
            { r: "CO₂e, t" },
            w.edition,
          ],
          boilers.flatMap(({ name, fuels }) =>
            fuels.map((fuel) =>
              row([
                cell(escaped(name)),
                cell(escaped(fuel.label[language])),
                right(`${number(fuel.quantity)} ${escaped(fuel.unit)}`),
                right(number(fuel.energyLhvGj)),
                right(number(fuel.co2T, 1)),
                right(number(fuel.co2eT, 1)),
                cell(escaped(fuel.edition)),
              ]),
            ),
          ),
        ) + p(w.ledgerNote(month.potentials), "note"),
    },
    {
      id: "completeness",
      title: w.completeness,
      html: [
        p(w.completeNote),
        ...boilers
          .filter(({ missing }) => missing.length > 0)
          .map(({ name, missing }) => p(w.missing(name, missing.join(", ")), "note")),
      ].join(""),
    },
    { id: "purpose", title: w.purpose, html: p(w.use) },
  ];
  return standingPage(
    {
      language,
      left: w.kind,
      right: `${month.siteName[language]} · ${month.siteId}`,
      title,
      tags: month.simulated ? [wordsOf[language].simulated] : [],
      under: `${month.siteName[language]} · ${dateText(month.from, language)} – ${dateText(month.to, language)}`,
    },
    sections,
    null,
  );
}

/** A line for each boiler and fuel; numbers as they are, nothing rounded. */
export function energyCsv({ from, to, siteId, boilers }: EnergyMonth): string {
  const heading =
    "site,from,to,boiler,coveragePercent,fuel,quantity,unit,fuelLhvGj,co2T,co2eT,factors,boilerFuelLhvGj,usefulHeatGj,steamT,gjFuelPerGjHeat,tCo2PerTSteam";
  const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = boilers.flatMap((of) =>
    of.fuels.map((fuel) =>
      [
        siteId,
        from,
        to,
        of.boilerId,
        of.coveragePercent,
        fuel.fuelId,
        fuel.quantity,
        fuel.unit,
        fuel.energyLhvGj,
        fuel.co2T,
        fuel.co2eT,
        quoted(fuel.edition),
        of.fuelGj,
        of.heatGj ?? "",
        of.steamT ?? "",
        of.heatGj !== null && of.heatGj > 0 ? of.fuelGj / of.heatGj : "",
        of.steamT !== null && of.steamT > 0 ? of.co2T / of.steamT : "",
      ].join(","),
    ),
  );
  return `${[heading, ...lines].join("\r\n")}\r\n`;
}
