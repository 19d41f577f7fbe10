import { describe, expect, test } from "vitest";
import { type Advice, type AdviceRules, advise } from "../../domain/advice/advise.ts";
import type { Boiler } from "../../domain/boiler.ts";
import type { EmissionQuantity } from "../../domain/emissions/emission-quantity.ts";
import type { PointName } from "../../domain/points.ts";
import { boiler, fuel, shippedRules } from "../helpers/boilers.ts";

const { files } = shippedRules();
const only = <T>([first]: readonly T[]): T => {
  if (first === undefined) throw new Error("no rule file");
  return first;
};
const rules: AdviceRules = {
  savingHints: only(files["saving-hints"]),
  dewFloors: only(files["dew-floors"]),
  wallTemperature: only(files["wall-temperature"]),
  abatementCosts: only(files["abatement-costs"]),
  gas: fuel("natural-gas"),
  gasPrice: { perUnit: 14, currency: "TWD" },
};

type Values = Partial<Record<PointName, number>>;
const hot: Values = {
  firing: 1,
  o2DryPercent: 8,
  exhaustTempC: 250,
  combustionAirTempC: 25,
  loadPercent: 80,
  heatInputLhvKw: 3_000,
  co2KgPerH: 800,
  flueMoisturePercent: 9,
  efficiencyIndirectLhvPercent: 86,
};

function advised(
  values: Values,
  changes: Partial<Boiler> = {},
  hoursAbove: readonly EmissionQuantity[] = [],
): readonly Advice[] {
  const oil = boiler({
    fuels: [fuel("heavy-oil")],
    prices: { "heavy-oil": { perUnit: 18, currency: "TWD" } },
    dewFloor: { practicalMinimumC: 160, marginK: 15, so3ConversionPercent: 3 },
    ...changes,
  });
  return advise(oil, rules, { value: (point) => values[point] ?? Number.NaN, hoursAbove });
}
function ofKind<K extends Advice["kind"]>(kind: K, list: readonly Advice[]) {
  return list.find((each): each is Extract<Advice, { kind: K }> => each.kind === kind);
}

describe("what may be worth doing", () => {
  test("less oxygen is held against the guidance where nobody recorded the burner's curve", () => {
    const advice = ofKind("excess-air", advised(hot));
    expect(advice).toMatchObject({ basis: "guidance", targetO2DryPercent: 4, currency: "TWD" });
    // Four points at 250 °C: about twice what the rule of thumb for a cool stack says.
    expect(advice?.thumbPercent).toBeCloseTo(4 / 3, 9);
    expect(advice?.fuelPercent).toBeGreaterThan(2.3);
    expect(advice?.fuelPercent).toBeLessThan(4);
    const litresPerH = (3_000 * 3.6) / fuel("heavy-oil").ncvMjPerUnit;
    expect(advice?.moneyPerH).toBeCloseTo(((advice?.fuelPercent ?? 0) / 100) * litresPerH * 18, 9);
    expect(advice?.co2KgPerH).toBeCloseTo(8 * (advice?.fuelPercent ?? 0), 9);
  });

  test("a tuned curve goes before the guidance, and no air above it is no advice", () => {
    const tunedO2 = [
      { loadPercent: 60, o2DryPercent: 5 },
      { loadPercent: 100, o2DryPercent: 3 },
    ];
    const advice = ofKind("excess-air", advised(hot, { tunedO2 }));
    expect(advice).toMatchObject({ basis: "tuned-curve", targetO2DryPercent: 4, source: null });
    expect(ofKind("excess-air", advised({ ...hot, o2DryPercent: 3.9 }, { tunedO2 }))).toBeUndefined();
  });

  test("heat is recovered down to the highest floor, and no further", () => {
    expect(ofKind("heat-recovery", advised(hot))).toMatchObject({ basis: "rule", floorTempC: 160 });
    expect(ofKind("heat-recovery", advised({ ...hot, acidDewPointTempC: 150 }))).toMatchObject({
      basis: "acid-dew-point",
      floorTempC: 165,
    });
    expect(ofKind("heat-recovery", advised({ ...hot, exhaustTempC: 158 }))).toBeUndefined();
    const deep = ofKind("heat-recovery", advised(hot))?.fuelPercent ?? 0;
    const shallow = ofKind("heat-recovery", advised({ ...hot, exhaustTempC: 180 }))?.fuelPercent ?? 0;
    expect(deep).toBeGreaterThan(3 * shallow);
  });

  test("a change to gas: the guidance's points of efficiency, and CO₂ by the factors", () => {
    const advice = ofKind("fuel-switch", advised(hot));
    expect(advice).toMatchObject({
      toFuelId: "natural-gas",
      efficiencyPoints: 2,
      basis: "efficiency-indirect",
    });
    expect(advice?.fuelPercent).toBeCloseTo(100 * (1 - 86 / 88), 9);
    const factor = (id: string) => fuel(id).emissionFactors.co2KgPerTj;
    const left = (factor("natural-gas") / 88) * (86 / factor("heavy-oil"));
    expect(advice?.co2Percent).toBeCloseTo(100 * (1 - left), 9);
    const gasPerH = (3_000 * 3.6 * (86 / 88)) / fuel("natural-gas").ncvMjPerUnit;
    const oilPerH = (3_000 * 3.6) / fuel("heavy-oil").ncvMjPerUnit;
    expect(advice?.moneyPerH).toBeCloseTo(oilPerH * 18 - gasPerH * 14, 6);
    expect(ofKind("fuel-switch", advised({ ...hot, efficiencyDirectLhvPercent: 78 }))?.basis).toBe(
      "efficiency-direct",
    );
    expect(ofKind("fuel-switch", advised(hot, { fuels: [fuel("natural-gas")] }))).toBeUndefined();
  });

  test("a hot wall is worth a look, also while nothing burns", () => {
    const list = advised({ firing: 0, shellTempC: 95, ambientTempC: 30 });
    const advice = ofKind("insulation", list);
    expect(advice).toMatchObject({ inspectAboveC: 60, costPerM2: 2_000, currency: "TWD" });
    expect(advice?.lossWPerM2).toBeGreaterThan(600);
    expect(advice?.lossWPerM2).toBeLessThan(1_000);
    expect(list).toHaveLength(1);
    expect(advised({ shellTempC: 59, ambientTempC: 30 })).toEqual([]);
  });

  test("an hour above its limit brings what abatement cost others", () => {
    expect(advised({}, {}, ["noxAtRefO2Ppm"])).toMatchObject([
      { kind: "abatement", deviceId: "scr", cost: 7_500_000, currency: "TWD", forFlowM3PerMin: 300 },
    ]);
  });

  test("what is not known, or not burning, advises nobody; without meter or price there is no money", () => {
    expect(advised({})).toEqual([]);
    expect(advised({ ...hot, firing: 0 })).toEqual([]);
    const { heatInputLhvKw, co2KgPerH, ...unmetered } = hot;
    expect(ofKind("excess-air", advised(unmetered))).toMatchObject({ moneyPerH: null, co2KgPerH: null });
    expect(ofKind("excess-air", advised(hot, { prices: {} }))).toMatchObject({
      moneyPerH: null,
      currency: null,
    });
    for (const each of advised({ ...hot, o2DryPercent: 25 }))
      for (const value of Object.values(each)) if (typeof value === "number") expect(value).not.toBeNaN();
  });

  test("most fuel comes first", () => {
    const shares = advised(hot).map((each) => ("fuelPercent" in each ? each.fuelPercent : 0));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares.length).toBe(3);
  });
});
