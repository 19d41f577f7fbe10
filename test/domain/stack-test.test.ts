import { describe, expect, test } from "vitest";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import {
  impliedFuelRatePerH,
  impliedSulphurPercent,
  printed,
  type StackTest,
  stackTestFindings,
} from "../../domain/stack-test.ts";
import { fuel } from "../helpers/boilers.ts";
import { stackTestAfter as after, asPrinted, stackTestBefore as before } from "../helpers/stack-tests.ts";

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
      gasTempC: asPrinted("264"),
      moisturePercent: asPrinted("8.93"),
      fuelRatePerH: asPrinted("214"),
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
