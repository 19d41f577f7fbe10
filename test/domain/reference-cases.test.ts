import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { ReferenceCase } from "../../domain/reference-cases/case.ts";
import { caseKinds } from "../../domain/reference-cases/kinds.ts";
import { runCases } from "../../domain/reference-cases/run-cases.ts";
import { shippedRules } from "../helpers/boilers.ts";

const { limitTables, emissionStandards } = shippedRules();
const rules = {
  limitTables,
  emissionStandards,
  thumb: { o2: { savingPercent: 1, o2Points: 3 }, exhaust: { savingPercent: 1, perK: 20 } },
  atMs: Date.UTC(2026, 0, 1),
};
const casesOf = (file: string) =>
  (
    JSON.parse(readFileSync(resolve(import.meta.dirname, "../reference", file), "utf8")) as {
      readonly cases: readonly ReferenceCase[];
    }
  ).cases;
const cases = [...casesOf("combustion-cases.json"), ...casesOf("further-cases.json")];

describe("the golden cases", () => {
  test.each(cases)("$id $kind: $title", (each) => {
    expect(runCases([each], rules)[0]?.faults).toEqual([]);
  });

  test("there is one of every kind", () => {
    const run = new Set(cases.map(({ kind }) => kind));
    expect(Object.keys(caseKinds).filter((kind) => !run.has(kind))).toEqual([]);
  });

  test("a wrong expectation, an unknown kind and an unknown key fail, and say what", () => {
    const [first] = cases;
    const faults = (changes: Partial<ReferenceCase>) =>
      runCases([{ ...(first as ReferenceCase), ...changes }], rules)[0]?.faults.join("\n");
    expect(faults({ expected: { airRatio: { value: 1.26, tolerance: { abs: 0 } } } })).toMatch(
      /airRatio: expected 1.26 ± .*, got 1.25/,
    );
    expect(faults({ kind: "alchemy" })).toMatch(/kind alchemy is not known; known are air-ratio/);
    expect(faults({ inputs: { oxygen: 3 } })).toMatch(/input oxygen is not known to air-ratio/);
    expect(faults({ expected: { gold: 1 } })).toMatch(/result gold is not known to air-ratio/);
    expect(faults({ inputs: {} })).toMatch(/input o2 is missing/);
  });

  test("fuels that give no heat govern nothing; no fuel at all is a fault of the case", () => {
    const of = (...rates: number[]) => ({
      id: "own",
      kind: "governing-fuel",
      inputs: {
        capacity: 12,
        o2: 3,
        fuels: rates.map((rate) => ({ fuel: "gas", rate, ncv: { value: 8_000, unit: "kcal/m3" } })),
      },
      expected: { governingFuel: null, verdict: "not-evaluated", airRatioLimit: null },
    });
    expect(runCases([of(0, 0)], rules)[0]?.faults).toEqual([]);
    expect(runCases([of(0, 1)], rules)[0]?.faults).toHaveLength(3);
    expect(runCases([of()], rules)[0]?.faults).toEqual(["fuels names no fuel"]);
  });

  test("a moisture that no gas has gives no dry oxygen, and no verdict", () => {
    const inputs = { o2: 3, o2Basis: "wet", h2o: 100, fuel: "gas", capacity: 12 };
    const expected = { o2Dry: null, airRatio: null, computable: false, verdict: "not-evaluated" };
    const wet = { id: "own", kind: "air-ratio-limit", inputs, expected };
    expect(runCases([wet], rules)[0]?.faults).toEqual([]);
    expect(runCases([{ ...wet, inputs: { ...inputs, h2o: 10 } }], rules)[0]?.faults).toHaveLength(4);
  });
});

describe("a case that cannot be meant", () => {
  const own = (
    kind: string,
    inputs: Readonly<Record<string, unknown>>,
    expected: Readonly<Record<string, unknown>>,
  ) => ({ id: "own", kind, inputs, expected });
  const faultsOf = (...of: Parameters<typeof own>) => runCases([own(...of)], rules)[0]?.faults.join("\n");
  const gas = { fuel: "gas", capacity: 12 };
  const coal = { fuel: "coal", capacity: 12 };
  const emission = { pollutant: "PM", corrected: 10, boilerStatus: "new", date: "2026-01-01" };

  test("fails, and the others go on", () => {
    const good = own("air-ratio", { o2: 4.2 }, { airRatio: 1.25 });
    const outcomes = runCases(
      [
        own("constructor", {}, { x: 1 }),
        own("toString", {}, { x: 1 }),
        own("hourly-mean", { quarters: [null], refO2: 6, order: "correct-then-average" }, { valid: false }),
        own("governing-fuel", { fuels: [null], capacity: 3 }, { governingShare: null }),
        own("excess-air", { composition: { CH4: null }, compositionBasis: "mol%", o2: 3 }, { lambda: null }),
        good,
      ],
      rules,
    );
    expect(outcomes.map(({ faults }) => faults.join("; "))).toEqual([
      expect.stringMatching(/^the kind constructor is not known; known are air-ratio/),
      expect.stringMatching(/^the kind toString is not known; known are air-ratio/),
      "input quarters[1] is no object of c, o2, valid",
      "input fuels[1] is no object of fuel, bed, rate, ncv",
      "input composition.CH4 is missing",
      "",
    ]);
  });

  test.each([
    ["compliant", "above"],
    ["within", "above"],
    ["no limit", "above"],
    [{ value: "compliant" }, "above"],
  ])("the verdict %j does not pass for %s", (wanted, got) => {
    expect(faultsOf("air-ratio-limit", { o2: 6, ...gas }, { verdict: wanted })).toMatch(
      new RegExp(`^verdict: expected .*, got ${got}$`),
    );
  });

  test.each(["violation", "above"])("the verdict %s passes in the file's words and in ours", (wanted) => {
    expect(faultsOf("air-ratio-limit", { o2: 6, ...gas }, { verdict: wanted })).toBe("");
  });

  test.each(["complaint", "not-judged", "constructor", true, null, 3])(
    "the verdict %j is none, and the allowed ones are named",
    (wanted) => {
      for (const name of ["verdict", "exhaustVerdict"])
        expect(
          faultsOf(
            "governing-fuel",
            { fuels: [{ fuel: "gas", rate: 1, ncv: 8 }], capacity: 12 },
            { [name]: wanted },
          ),
        ).toMatch(
          /allowed are compliant, .*not-applicable, within, above, no limit, not judged, not in force/,
        );
    },
  );

  test("a text for a number or for true and false fails; a text for a text is for people", () => {
    const inputs = { o2: 4.2, ...gas };
    expect(faultsOf("air-ratio-limit", inputs, { computable: "true" })).toMatch(/true, false or null is due/);
    expect(faultsOf("air-ratio-limit", inputs, { airRatio: "1.25" })).toMatch(/a number or null is due/);
    expect(faultsOf("air-ratio-limit", inputs, { airRatio: [1.25] })).toMatch(/airRatio must be a number/);
    expect(faultsOf("air-ratio-limit", inputs, { airRatio: { unit: "1" } })).toMatch(/airRatio has no value/);
    const one = { fuels: [{ fuel: "gas", rate: 1, ncv: 8 }], capacity: 12 };
    expect(faultsOf("governing-fuel", one, { governingFuel: "natural gas" })).toBe("");
    expect(faultsOf("governing-fuel", one, { governingFuel: null })).toMatch(/got gas/);
  });

  test.each([{ abs: "big" }, { abs: -1 }, { slack: 1 }, 0.1])("the tolerance %j fails", (tolerance) => {
    expect(faultsOf("air-ratio", { o2: 3 }, { airRatio: { value: 5, tolerance } })).toMatch(/tolerance/);
  });

  test("a nested key that is not known is named", () => {
    const quarters = [{ c: 60, o2: 3, vaild: false }];
    expect(
      faultsOf("hourly-mean", { quarters, refO2: 6, order: "correct-then-average" }, { valid: false }),
    ).toBe("input quarters[1] has vaild; known are c, o2, valid");
    const fuels = [{ fuel: "gas", rate: 1, ncv: 8, colour: "red" }];
    expect(faultsOf("governing-fuel", { fuels, capacity: 12 }, { governingShare: 1 })).toBe(
      "input fuels[1] has colour; known are fuel, bed, rate, ncv",
    );
    const excess = (composition: unknown, compositionBasis: string) =>
      faultsOf("excess-air", { composition, compositionBasis, o2: 3 }, { lambda: 1 });
    expect(excess({ C: 86, Q: 5 }, "mass%")).toMatch(/composition has Q; known are C, H, S/);
    expect(excess({ CH4: 90, Ar: 10 }, "mol%")).toMatch(/composition has Ar; known are CH4/);
    expect(faultsOf("air-ratio", { o2: { value: 3, units: "%vol" } }, { airRatio: 1.17 })).toMatch(
      /o2 has units; known are value, unit, text/,
    );
  });

  test.each([
    ["air-ratio-limit", { o2: 6, ...gas, firing: "false" }, /firing is "false"; allowed are true and false/],
    ["air-ratio-limit", { o2: 6, ...gas, firing: 0 }, /firing is 0; allowed are true and false/],
    ["air-ratio-limit", { o2: 6, ...gas, stable: 1 }, /stable is 1; allowed are true and false/],
    ["air-ratio-limit", { o2: 6, ...gas, o2Basis: "wett" }, /o2Basis is "wett"; allowed are dry, wet/],
    ["air-ratio-limit", { o2: 6, ...gas, o2Basis: "Wet", h2o: 9 }, /o2Basis is "Wet"; allowed are dry, wet/],
    ["air-ratio-limit", { o2: 6, ...gas, fuel: "peat" }, /fuel is "peat"; allowed are coal, oil, gas/],
    ["air-ratio-limit", { o2: 6, ...gas, date: "never" }, /date is "never"; allowed is a day/],
    ["air-ratio-limit", { o2: "6", ...gas }, /o2 must be a number/],
    [
      "exhaust-temp-limit",
      { exhaustTemp: 190, ...coal, bed: "moving" },
      /bed is "moving"; allowed are fixed/,
    ],
    ["exhaust-temp-limit", { exhaustTemp: 190, ...coal }, /bed of coal is missing; allowed are fixed/],
    ["emission-limit", { ...emission, boilerStatus: "brandnew" }, /"brandnew"; allowed are new, existing/],
    ["emission-limit", { ...emission, date: "2026-13-40" }, /date is "2026-13-40"; allowed is a day/],
    ["emission-limit", { ...emission, date: "2026-02-30" }, /date is "2026-02-30"; allowed is a day/],
    ["emission-limit", { ...emission, pollutant: "constructor" }, /allowed are PM, SOx, NOx/],
    ["steam-enthalpy", { absolutePressure: 800, state: "saturatd" }, /allowed are saturated, liquid/],
    ["excess-air", { composition: { CH4: 100 }, compositionBasis: "vol%", o2: 3 }, /allowed are mass%, mol%/],
    ["hourly-mean", { quarters: [], refO2: 6, order: "both" }, /allowed are correct-then-average/],
  ])("%s of %j is refused", (kind, inputs, message) => {
    const [first = ""] = Object.keys(caseKinds[kind]?.expected ?? {});
    expect(faultsOf(kind, inputs, { [first]: null })).toMatch(message);
  });

  test("limits are those of the case's own date, else of the file's", () => {
    const tables = limitTables.map((each) => ({ ...each, validFrom: "2024-01-01" }));
    const limitAt = (atMs: number, date?: string) =>
      runCases(
        [own("air-ratio-limit", { o2: 6, ...gas, ...(date && { date }) }, { verdict: "not in force" })],
        { ...rules, limitTables: tables, atMs },
      )[0]?.faults.length;
    expect([limitAt(Date.UTC(2023, 0, 1)), limitAt(Date.UTC(2025, 0, 1))]).toEqual([0, 1]);
    expect([limitAt(Date.UTC(2025, 0, 1), "2023-12-31"), limitAt(0, "2024-01-01")]).toEqual([0, 1]);
  });
});

describe("units", () => {
  const q = (value: number, unit: string) => ({ value, unit });
  const passes = (
    kind: string,
    inputs: Readonly<Record<string, unknown>>,
    expected: Readonly<Record<string, unknown>>,
  ) => expect(runCases([{ id: "own", kind, inputs, expected }], rules)[0]?.faults).toEqual([]);
  const near = (value: number, unit = "") => ({ value, unit, tolerance: { rel: 1e-6 } });

  test.each([
    [q(473.15, "K"), "within"],
    [q(392, "degF"), "within"],
    [q(392.1, "°F"), "above"],
    [q(200, "℃"), "within"],
  ])("an exhaust of %j against 200 °C is %s", (exhaustTemp, verdict) => {
    passes("exhaust-temp-limit", { exhaustTemp, fuel: "gas", capacity: q(7_000, "kg/h") }, { verdict });
  });

  test.each([
    q(800, "kPa"),
    q(8, "bar"),
    q(8, "barA"),
    q(0.8, "MPa"),
    q(8.157_729_7, "kgf/cm2"),
    q(116.030_19, "psi"),
    q(116.030_19, "psia"),
    q(6.986_75, "barG"),
    q(698.675, "kPa gauge"),
    q(101.334_24, "psig"),
  ])("%j is a pressure of 0.8 MPa, absolute", (absolutePressure) => {
    passes("steam-enthalpy", { absolutePressure, state: "saturated" }, { saturationTemp: near(170.413_5) });
  });

  test.each([q(7, "bar"), q(0.7, "MPaG"), q(8, "barA"), q(800, "kPa abs"), q(7.138_013_5, "kg/cm²(g)")])(
    "%j is a gauge pressure of 7 bar in air of 100 kPa",
    (gaugePressure) => {
      const inputs = { gaugePressure, atmosphere: q(1_000, "hPa"), state: "saturated" };
      passes("steam-enthalpy", inputs, { saturationTemp: near(170.413_5) });
    },
  );

  test.each([
    ["L/h", "kcal/L", "m3/h", "kcal/m3", 100, 9_600, 150, 8_000],
    ["L/h", "kcal/L", "m3/h", "MJ/m3", 100, 9_600, 150, 33.4944],
    ["kL/h", "kcal/L", "m3/min", "kWh/m3", 0.1, 9_600, 2.5, 9.304],
    ["t/d", "MJ/kg", "Nm3/h", "kcal/Nm3", 2.4, 40.193_28, 150, 8_000],
  ])("%s of oil in %s beside %s of gas in %s", (rate, ncv, gasRate, gasNcv, ...[a, b, c, d]) => {
    const fuels = [
      { fuel: "oil", rate: q(a, rate), ncv: q(b, ncv) },
      { fuel: "gas", rate: q(c, gasRate), ncv: q(d, gasNcv) },
    ];
    const expected = { governingShare: near(5 / 9), airRatioLimit: 1.2, exhaustTempLimit: 170 };
    passes("governing-fuel", { fuels, capacity: q(32, "t/h") }, expected);
  });

  test.each([
    [q(1, "kL"), q(9_600, "kcal/L"), q(77_400, "kg/TJ")],
    [q(1_000, "L"), q(40.193_28, "GJ/kL"), q(77.4, "t/TJ")],
    [q(1, "t"), q(40_193.28, "kJ/kg"), q(77.4, "kg/GJ")],
    [q(1_000, "kg"), q(11_164.8, "kWh/t"), q(77.4, "tCO2/TJ")],
  ])("%j × %j × %j is 3.110960 t of CO₂", (quantity, ncv, ef) => {
    passes("co2-fuel", { items: [{ quantity, ncv, ef }] }, { co2: near(3_110.96, "kg") });
  });

  test.each([
    [q(2.47, "1e-7 dscm/J"), q(42.6, "MJ/L")],
    [q(9_202.96, "dscf/MMBtu"), q(42.6, "GJ/kL")],
    [q(2.47e-7, "m3/J"), q(42.6 / 4.1868, "Mcal/L")],
  ])("an F factor of %j with %j", (Fd, HHV) => {
    const inputs = { fuelRate: q(1, "m3/h"), HHV, Fd, o2: q(4, "%") };
    const flow = 1_000 * 4.26e7 * 2.47e-7 * (20.9 / 16.9);
    passes("m19-flow", inputs, {
      dryFlow20C: { value: flow, unit: "m3/h at 20 C", tolerance: { rel: 1e-5 } },
    });
  });

  test("flows, heats, concentrations, shares and what a result is said in", () => {
    const steam = { steamFlow: q(10, "t/h"), hSteam: q(2_768.3 / 4.1868, "kcal/kg"), hFeed: 335.57 };
    const fired = { fuelRate: q(700 / 60, "Nm3/min"), LHV: q(39_515 / 3_600, "kWh/Nm3") };
    const useful = { usefulHeat: near(6.757_583_33, "MW"), efficiencyLHV: near(0.879_496_14, "1") };
    passes("useful-heat-steam", { ...steam, ...fired }, useful);
    passes(
      "mass-rate",
      { massConcentration: q(0.0625, "g/Nm3"), dryFlow: q(3_481.8, "Nm3/h") },
      {
        massRate: near(217.6125, "g/h"),
      },
    );
    passes(
      "o2-correction",
      { concentration: q(60, "mg/Nm3"), o2: 3, refO2: 6 },
      {
        corrected: near(0.05, "g/Nm3"),
      },
    );
    const retrofit = { fuelBefore: 1, ncvBefore: 40, efBefore: 77_400, efAfter: 56_100, ncvAfter: 40 };
    passes("co2-retrofit", { ...retrofit, effBefore: q(0.9, "1"), effAfter: 90 }, { fuelAfter: near(1) });
    passes("sum-reduction", { parts: [q(1, "t"), q(500, "kg")] }, { total: near(1_500, "kg") });
  });

  test.each([
    ["mass-rate", { massConcentration: 60, dryFlow: q(60, "m3/h") }, /dryFlow is in "m3\/h".*Nm3/],
    ["mass-rate", { massConcentration: 60, dryFlow: q(60, "Nm3/h wet") }, /dryFlow is in "Nm3\/h wet"/],
    ["mass-rate", { ppm: q(60, "ppm wet"), molarMass: 46, dryFlow: 6 }, /ppm is in "ppm wet"/],
    [
      "ppm-to-mg",
      { ppm: q(60, "furlong"), molarMass: 46 },
      /ppm is in "furlong", no relative of ppm dry; known/,
    ],
    ["siegert", { gasTemp: q(200, "kPa"), airTemp: 25, o2: 3, A2: 0.66, B: 0.009 }, /known are degC, C, K/],
    ["water-dew-point", { h2o: 12, pressure: q(1, "degC") }, /pressure is in "degC"/],
    [
      "emission-limit",
      { pollutant: "SOx", corrected: q(9, "mg/Nm3"), boilerStatus: "new" },
      /corrected is in/,
    ],
    [
      "useful-heat-oil",
      { oilFlow: 1, density: 1, cp: 1, tIn: 1, tOut: 2, fuelRate: q(1, "L/h"), LHV: q(9_600, "kcal/kg") },
      /fuelRate in "L\/h" and input LHV per "kg" do not belong together/,
    ],
    [
      "steam-enthalpy",
      { gaugePressure: 7, atmosphere: q(1, "barG"), state: "saturated" },
      /atmosphere is in "barG"/,
    ],
  ])("%s of %j is refused", (kind, inputs, message) => {
    const expected = Object.fromEntries(
      Object.entries(caseKinds[kind]?.expected ?? {}).map(([name, { is }]) => [
        name,
        is === "verdict" ? "within" : null,
      ]),
    );
    expect(runCases([{ id: "own", kind, inputs, expected }], rules)[0]?.faults.join()).toMatch(message);
  });

  test("an amount of a year gives its CO₂ a year; Method 19 speaks of ng/J and of dscm", () => {
    const items = (unit: string) => ({
      items: [{ quantity: { value: 1_000, unit }, ncv: { value: 9_600, unit: "kcal/L" }, ef: 77_400 }],
    });
    const run = (kind: string, inputs: ReferenceCase["inputs"], expected: ReferenceCase["expected"]) =>
      runCases([{ id: "own", kind, inputs, expected }], rules)[0]?.faults;
    const co2 = (unit: string) => ({ co2: { value: 3_110.96, unit, tolerance: { abs: 0.01 } } });
    expect(run("co2-fuel", items("kL/yr"), co2("t/yr"))).toEqual([]);
    expect(run("co2-fuel", items("kL"), co2("t"))).toEqual([]);
    expect(run("co2-fuel", items("kL/yr"), co2("t"))).toHaveLength(1);
    expect(run("co2-fuel", { items: [...items("kL").items, ...items("kL/d").items] }, co2("t"))).toEqual([
      "the quantities of items are not all of the same time",
    ]);
    const gas = { fuelRate: { value: 300, unit: "Nm3/h" }, HHV: { value: 39.7332, unit: "MJ/Nm3" } };
    const flow = { dryFlow20C: { value: 0.904652, unit: "dscm/s", tolerance: { rel: 1e-5 } } };
    expect(run("m19-flow", { ...gas, Fd: 2.34, o2: 3 }, flow)).toEqual([]);
    const nox = { ppm: 60, molarMass: 46.01, Fd: 2.34, o2: 3, heatInput: { value: 10, unit: "GJ/h" } };
    const factor = { emissionFactor: { value: 31.355_031, unit: "ng/J", tolerance: { rel: 1e-6 } } };
    expect(run("m19-emission", nox, factor)).toEqual([]);
  });

  test("a result in a unit that is no relative of its own is refused", () => {
    const inputs = { h2o: 12.1905 };
    const expected = { dewPoint: { value: 50, unit: "kPa", tolerance: { abs: 0.02 } } };
    const [outcome] = runCases([{ id: "own", kind: "water-dew-point", inputs, expected }], rules);
    expect(outcome?.faults.join()).toMatch(/result dewPoint is in "kPa", no relative of degC/);
    passes("water-dew-point", inputs, { dewPoint: { value: 122, unit: "degF", tolerance: { abs: 0.036 } } });
  });
});

describe("docs/reference-cases.md", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/reference-cases.md"), "utf8");
  const rows = new Map(
    page
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) =>
        line
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      )
      .map(([name = "", inputs = "", expected = ""]) => [name, { inputs, expected }]),
  );
  const wordsOf = (cell: string | undefined) =>
    [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  /** Values that a text input may have; they stand in the row, too. */
  const values = new Set([
    ...["correct-then-average", "average-then-correct", "saturated", "liquid", "superheated"],
    ...["PM", "SOx", "NOx", "new", "existing"],
  ]);

  test.each(Object.entries(caseKinds))("tells the keys of %s, and no other", (name, { inputs, expected }) => {
    const row = rows.get(name);
    const told = wordsOf(row?.inputs).filter((word) => !values.has(word));
    expect([...new Set(told)].sort()).toEqual([...new Set(inputs)].sort());
    expect(wordsOf(row?.expected).sort()).toEqual(Object.keys(expected).sort());
  });

  test("its example passes", () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const { cases: own } = JSON.parse(example) as { readonly cases: readonly ReferenceCase[] };
    expect(runCases(own, rules).map(({ faults }) => faults)).toEqual([[]]);
  });
});
