import { resolve } from "node:path";
import { expect, test } from "vitest";
import { airRatioOf, asReading, nothingJudged, observed } from "../../api/report/diagnosis.ts";
import { diagnosisPage } from "../../api/report/diagnosis-page.ts";
import { proposalsOf } from "../../api/report/diagnosis-proposals.ts";
import { readEnvironment } from "../../platform/environment.ts";
import type { TierReader, TierRow } from "../../platform/telemetry/telemetry.ts";
import { registryOf } from "../../settings/registry.ts";
import { savingsRulesOf } from "../../settings/savings-rules.ts";
import { loadSettings } from "../../settings/settings.ts";

const root = resolve(import.meta.dirname, "../..");
const settings = loadSettings(resolve(root, "config/demo.yaml"), root, readEnvironment({}));
const registry = registryOf(settings);
const rules = savingsRulesOf(settings, []);
const nowMs = Date.parse("2026-03-12T12:00:00+08:00");
const boiler = registry
  .boilers(nowMs)
  .find(({ fuels }) => fuels.some(({ fuelClass }) => fuelClass === "oil"));
if (boiler === undefined) throw new Error("the demo has no oil-fired boiler");
const site = registry.sites.find(({ id }) => id === boiler.siteId);
if (site === undefined) throw new Error("the boiler has no site");
const flow = boiler.fuels.find(({ fuelClass }) => fuelClass === "oil")?.flowPoint ?? "";

/** Thirty hours of which the last six stand still. */
const store: Pick<TierReader, "rows"> = {
  rows: async (tier, { points }) =>
    tier === "hour"
      ? Array.from({ length: 30 }, (_, hour): TierRow => {
          const fires = hour < 24;
          const values: Record<string, number> = {
            firing: fires ? 1 : 0,
            [flow]: fires ? 200 : 0,
            o2DryPercent: fires ? 8 + (hour % 2) : 20.9,
            exhaustTempC: fires ? 264 : 30,
            combustionAirTempC: 25,
            ambientTempC: 25,
            shellTempC: 80,
            loadPercent: fires ? 70 : 0,
            heatInputLhvKw: fires ? 2_233 : 0,
            co2KgPerH: fires ? 622 : 0,
            efficiencyIndirectLhvPercent: fires ? 84 : Number.NaN,
          };
          const mean = points.map((point) => values[point] ?? null);
          return { at: hour, lowest: mean, highest: mean, mean, rows: [1], lowestFirst: [true] };
        })
      : [],
};

async function diagnosed(costs: Readonly<Record<string, number>> = {}) {
  if (boiler === undefined || site === undefined) throw new Error("no boiler");
  const sensor = { unit: "°C", decimals: 0, from: "sensor" as const, label: null };
  const others = boiler.points.filter(({ name }) => name !== "shellTempC" && name !== "ambientTempC");
  const points = [...others, { ...sensor, name: "shellTempC" }, { ...sensor, name: "ambientTempC" }];
  const seen = await observed({ ...boiler, points }, nowMs - 108_000_000, nowMs, store as TierReader);
  return {
    boiler,
    site,
    observed: seen,
    airRatio: airRatioOf(seen),
    advice: registry.advice(asReading(seen, boiler.id, nothingJudged)),
    costs,
  };
}

test("means are those of the firing time, and the hours are counted", async () => {
  const { observed: seen, airRatio } = await diagnosed();
  expect(seen).toMatchObject({ tier: "hour", hours: 30, firingHours: 24 });
  expect(seen.means["o2DryPercent"]).toBeCloseTo(8.5, 9);
  expect(seen.means["exhaustTempC"]).toBe(264);
  expect(airRatio).toBe(1.68);
});

test("each proposal has its saving, cost, payback and basis, in both languages", async () => {
  const found = await diagnosed({ "heat-recovery": 3_000_000 });
  const kinds = found.advice.map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["excess-air", "heat-recovery", "fuel-switch"]));
  const recovery = found.advice.find((each) => each.kind === "heat-recovery");
  const years = 3_000_000 / ((recovery?.moneyPerH ?? Number.NaN) * 0.8 * 8_760);
  const en = diagnosisPage(found, rules, "en");
  expect(en).toContain(`>${years.toFixed(1)}<`);
  const proposals = proposalsOf(found, rules, 7_008);
  const of = (measure: string) => proposals.find((each) => each.measure === measure);
  expect(of("heat-recovery"), "what is typed in goes before the site's cost").toMatchObject({
    cost: { amount: 3_000_000, currency: "TWD" },
  });
  expect(of("excess-air")).toMatchObject({
    cost: { amount: 600_000 },
    sources: expect.arrayContaining(["Demo cost of an O₂ trim"]),
  });
  // 200 L/h of oil at 18; the same heat of LPG at 26 per kg, with the two points that gas is better by.
  const [oil, lpg] = ["heavy-oil", "lpg"].map((id) => rules.fuel(id, nowMs)?.ncvMjPerUnit ?? Number.NaN);
  const lpgKgPerH = (200 * (oil ?? 0) * 0.84) / 0.86 / (lpg ?? 0);
  expect(of("lpg")?.moneyPerYear).toBeCloseTo((200 * 18 - lpgKgPerH * 26) * 7_008, 3);
  expect(of("lpg")?.paybackYears, "dearer fuel pays nothing back").toBeNull();
  expect(of("biomass")).toMatchObject({
    co2TPerYear: (0.2 * 622 * 7_008) / 1_000,
    moneyPerYear: null,
    paybackYears: null,
  });
  const insulation = of("insulation");
  const wall = found.advice.find((each) => each.kind === "insulation");
  expect(wall?.savedWPerM2).toBeLessThan(wall?.lossWPerM2 ?? 0);
  const fuelLPerM2 = (((wall?.savedWPerM2 ?? 0) * 3.6) / 1_000 / 0.84 / (oil ?? 0)) * 7_008;
  expect(insulation?.moneyPerYear).toBeCloseTo(18 * fuelLPerM2, 6);
  expect(insulation?.paybackYears).toBeCloseTo(2_000 / (18 * fuelLPerM2), 6);
  const zh = diagnosisPage(found, rules, "zh-TW");
  expect(zh).toContain("排氣熱回收");
  expect(zh).toContain("115/3/12");
  expect(`${en}${zh}`).not.toMatch(/NaN|undefined|Infinity/);
});

test("a boiler that stood still is not diagnosed", async () => {
  if (boiler === undefined || site === undefined) throw new Error("no boiler");
  const none = { rows: async () => [] } as unknown as TierReader;
  const seen = await observed(boiler, nowMs - 108_000_000, nowMs, none);
  const page = diagnosisPage(
    { boiler, site, observed: seen, airRatio: airRatioOf(seen), advice: [], costs: {} },
    rules,
    "en",
  );
  expect(page).toContain("there is nothing to diagnose");
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});
