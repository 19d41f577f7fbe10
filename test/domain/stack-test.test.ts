import { describe, expect, test } from "vitest";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import {
  impliedFuelRatePerH,
  impliedSulphurPercent,
  type Printed,
  printed,
  type StackTest,
  stackTestFindings,
} from "../../domain/stack-test.ts";
import { fuel } from "../helpers/boilers.ts";

const as = (text: string): Printed => printed(text) ?? { value: Number.NaN, decimals: 0 };

/** The two tests of the guidance's dyeing works (stack P049), as their report prints them. */
const before: StackTest = {
  date: "2018-04-12",
  fuelId: "heavy-oil",
  referenceO2Percent: 6,
  rows: [
    {
      pollutant: "pm",
      o2DryPercent: as("8.8"),
      co2DryPercent: as("8.5"),
      dryFlowNm3PerMin: as("58.03"),
      correctedFlowNm3PerMin: as("47.20"),
      measured: as("62.5"),
      corrected: as("77"),
      massRateKgPerH: as("0.22"),
      headerMeasured: as("621.5"),
    },
    {
      pollutant: "sox",
      o2DryPercent: as("8.5"),
      co2DryPercent: null,
      dryFlowNm3PerMin: as("57.84"),
      correctedFlowNm3PerMin: as("48.20"),
      measured: as("143.3"),
      corrected: as("172"),
      massRateKgPerH: as("1.42"),
      headerMeasured: null,
    },
    {
      pollutant: "nox",
      o2DryPercent: as("8.5"),
      co2DryPercent: null,
      dryFlowNm3PerMin: as("57.84"),
      correctedFlowNm3PerMin: as("48.20"),
      measured: as("125.8"),
      corrected: as("151"),
      massRateKgPerH: as("0.90"),
      headerMeasured: null,
    },
  ],
  wetFlowNm3PerMin: as("63.51"),
  dryFlowNm3PerMin: as("57.84"),
  moisturePercent: null,
  gasTempC: as("8.93"),
  velocityMPerS: as("4.34"),
  fuelRatePerH: as("290"),
};
const after: StackTest = {
  date: "2018-09-12",
  fuelId: "natural-gas",
  referenceO2Percent: 6,
  rows: [
    {
      pollutant: "pm",
      o2DryPercent: as("3.2"),
      co2DryPercent: as("10.4"),
      dryFlowNm3PerMin: as("61.97"),
      correctedFlowNm3PerMin: as("72.54"),
      measured: as("2.8"),
      corrected: as("2"),
      massRateKgPerH: as("0.22"),
      headerMeasured: null,
    },
    {
      pollutant: "sox",
      o2DryPercent: as("3.3"),
      co2DryPercent: as("10.5"),
      dryFlowNm3PerMin: as("61.34"),
      correctedFlowNm3PerMin: as("72.38"),
      measured: as("0.9"),
      corrected: as("1"),
      massRateKgPerH: as("0.91"),
      headerMeasured: null,
    },
    {
      pollutant: "nox",
      o2DryPercent: as("3.3"),
      co2DryPercent: as("10.3"),
      dryFlowNm3PerMin: as("61.34"),
      correctedFlowNm3PerMin: as("72.38"),
      measured: as("67.3"),
      corrected: as("57"),
      massRateKgPerH: as("0.51"),
      headerMeasured: null,
    },
  ],
  wetFlowNm3PerMin: as("67.59"),
  dryFlowNm3PerMin: as("61.34"),
  moisturePercent: null,
  gasTempC: as("9.25"),
  velocityMPerS: as("3.62"),
  fuelRatePerH: as("2.460"),
};

const oil = { stoichiometry: stoichiometry(fuel("heavy-oil").composition), amountPerUnit: 0.96 };
const gas = { stoichiometry: stoichiometry(fuel("natural-gas").composition), amountPerUnit: 1_000 / 22.414 };

const found = (test: StackTest, of: typeof oil) =>
  stackTestFindings(test, of).map(({ check, pollutant }) =>
    pollutant === null ? check : `${pollutant} ${check}`,
  );

describe("the guidance's two stack tests", () => {
  test("before: the header's 621.5, the CO₂, the temperature that is the moisture, the fuel", () => {
    expect(found(before, oil)).toEqual(["pm header-concentration", "temperature-is-moisture", "fuel-rate"]);
    expect(impliedFuelRatePerH(58.03, 8.5, oil)).toBeCloseTo(214, -1);
  });

  test("after: the copied mass rates, the corrected flow, the impossible gas rate, the moisture", () => {
    expect(found(after, gas)).toEqual([
      "pm corrected-flow",
      "pm mass-rate",
      "sox mass-rate",
      "temperature-is-moisture",
      "moisture-from-fuel",
      "fuel-rate",
    ]);
    const findings = stackTestFindings(after, gas);
    const computed = (check: string, pollutant: string | null) =>
      findings.find((each) => each.check === check && each.pollutant === pollutant)?.computed;
    expect(computed("corrected-flow", "pm")).toBeCloseTo(73.54, 2);
    expect(computed("mass-rate", "pm")).toBeCloseTo(0.0104, 4);
    expect(computed("mass-rate", "sox")).toBeCloseTo(0.0095, 4);
    expect(computed("fuel-rate", null)).toBeCloseTo(330, -1);
  });

  test("without its misprints a test is found in order", () => {
    const [pm, ...gases] = before.rows;
    const mended = {
      ...before,
      rows: [{ ...(pm as NonNullable<typeof pm>), headerMeasured: null }, ...gases],
      gasTempC: as("264"),
      moisturePercent: as("8.93"),
      fuelRatePerH: as("214"),
    };
    expect(stackTestFindings(mended, oil)).toEqual([]);
  });

  test("the sulphur of the oil is implied by its SO₂", () => {
    expect(impliedSulphurPercent(143.3, 8.5, oil)).toBeCloseTo(0.35, 2);
  });

  test("what is no number is none", () => {
    expect(printed("n.d.")).toBeNull();
    expect(printed("1,234.50")).toEqual({ value: 1234.5, decimals: 2 });
  });
});
