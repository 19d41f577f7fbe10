import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { airRatio, airRatioHundredths } from "../../domain/combustion/air-ratio.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "../../domain/combustion/dry-oxygen.ts";
import { stackLossSiegertLhvPercent } from "../../domain/combustion/siegert.ts";
import { airO2Percent, stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import { fuel } from "../helpers/boilers.ts";
import { goldenCases, toleranceOf } from "../helpers/golden-cases.ts";

const normalM3PerMol = 22.414e-3;

describe("the air ratio of the tables", () => {
  test.each(goldenCases("air-ratio"))("$id: $title", ({ inputs, expected }) => {
    const computed = airRatio(inputs["o2"]?.value ?? Number.NaN);
    if ((expected["computable"] as unknown) === false) expect(computed).toBeNull();
    else expect(computed).toBe(expected["airRatio"]?.value);
  });

  test("is right for every hundredth of a percent, where binary rounding is wrong five times", () => {
    let wrongInBinary = 0;
    for (let n = 0; n < 2_100; n += 1) {
      const d = 2_100n - BigInt(n);
      const exact = Number((2n * 210_000n + d) / (2n * d));
      expect(airRatioHundredths(n / 100), `O₂ ${n / 100} %`).toBe(exact);
      if (Math.round((100 * 21) / (21 - n / 100)) !== exact) wrongInBinary += 1;
    }
    expect(wrongInBinary).toBeGreaterThan(0);
  });

  test.each([
    [1.2, 3.57, 3.58],
    [1.25, 4.26, 4.27],
    [1.3, 4.9, 4.91],
    [1.45, 6.56, 6.57],
  ])("the limit %d is passed at %d %% of O₂ and missed at %d %%", (limit, passes, fails) => {
    expect(airRatio(passes)).toBeLessThanOrEqual(limit);
    expect(airRatio(fails)).toBeGreaterThan(limit);
  });

  test("rises with the oxygen, and is none below 0 and from 21 % on", () => {
    const o2 = fc.double({ min: 0, max: 20.9, noNaN: true });
    fc.assert(
      fc.property(o2, o2, (a, b) => {
        expect((airRatio(Math.min(a, b)) ?? 0) <= (airRatio(Math.max(a, b)) ?? 0)).toBe(true);
      }),
    );
    for (const o2DryPercent of [-0.01, 21, 36, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(airRatio(o2DryPercent)).toBeNull();
    }
  });
});

describe("complete combustion", () => {
  test("methane at 3 % of dry oxygen: λ 1.150, and its water and CO₂", () => {
    const [expected] = goldenCases("excess-air").filter(({ id }) => id === "S23");
    const methane = stoichiometry({ basis: "mole", gases: { CH4: 100 } });
    const surplusMol = (methane.dryProductMol * 3) / (airO2Percent - 3);
    const dryMol = methane.dryProductMol + surplusMol;
    const quantity = (name: string) => expected?.expected[name] ?? { value: Number.NaN, unit: "" };
    expect(Math.abs(1 + surplusMol / methane.airMol - quantity("lambda").value)).toBeLessThan(
      toleranceOf(quantity("lambda")),
    );
    expect(Math.abs((100 * methane.co2Mol) / dryMol - quantity("co2Dry").value)).toBeLessThan(
      toleranceOf(quantity("co2Dry")),
    );
    const waterPercent = (100 * methane.waterMol) / (dryMol + methane.waterMol);
    expect(Math.abs(waterPercent - quantity("h2oWet").value)).toBeLessThan(toleranceOf(quantity("h2oWet")));
  });

  test("heavy oil at 8.5 %: λ 1.644 and 16.9 Nm³ of dry flue gas per kg", () => {
    const oil = stoichiometry(fuel("heavy-oil").composition);
    const surplusMol = (oil.dryProductMol * 8.5) / (airO2Percent - 8.5);
    expect(1 + surplusMol / oil.airMol).toBeCloseTo(1.6435, 2);
    expect((oil.dryProductMol + surplusMol) * normalM3PerMol).toBeCloseTo(16.91, 1);
  });
});

describe("dry from wet oxygen", () => {
  test.each(goldenCases("wet-to-dry-o2"))("$id: $title", ({ inputs, expected }) => {
    const dry = o2DryFromWetPercent(inputs["o2"]?.value ?? 0, inputs["h2o"]?.value ?? 0);
    const wanted = expected["o2Dry"] ?? { value: Number.NaN, unit: "" };
    expect(Math.abs((dry ?? Number.NaN) - wanted.value)).toBeLessThanOrEqual(toleranceOf(wanted));
  });

  test("gas at 3 % dry: 16.2 % of water in dry air, 17.7 % with 12 g of water in each kg of it", () => {
    const gas = stoichiometry(fuel("natural-gas").composition);
    for (const [humidity, wanted] of [
      [0, 16.2],
      [0.012, 17.7],
    ] as const) {
      const wet = (3 * (100 - wanted)) / 100;
      expect(flueMoisturePercent(wet, gas, humidity)).toBeCloseTo(wanted, 0);
    }
  });

  test("leads back to the dry oxygen that the wet reading came from", () => {
    const gas = stoichiometry(fuel("natural-gas").composition);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 15, noNaN: true }), (o2DryPercent) => {
        const surplusMol = (gas.dryProductMol * o2DryPercent) / (airO2Percent - o2DryPercent);
        const dryMol = gas.dryProductMol + surplusMol;
        const o2WetPercent = (o2DryPercent * dryMol) / (dryMol + gas.waterMol);
        const moisture = flueMoisturePercent(o2WetPercent, gas, 0) ?? Number.NaN;
        expect(o2DryFromWetPercent(o2WetPercent, moisture)).toBeCloseTo(o2DryPercent, 9);
      }),
    );
  });
});

describe("Siegert's stack loss", () => {
  test.each(goldenCases("siegert"))("$id: $title", ({ inputs, expected }) => {
    const of = (name: string) => inputs[name]?.value ?? Number.NaN;
    const loss = stackLossSiegertLhvPercent(of("gasTemp"), of("airTemp"), of("o2"), {
      a2: of("A2"),
      b: of("B"),
    });
    const wanted = expected["loss"] ?? { value: Number.NaN, unit: "" };
    expect(Math.abs((loss ?? Number.NaN) - wanted.value)).toBeLessThanOrEqual(toleranceOf(wanted));
  });

  test("more oxygen or a hotter stack never lose less", () => {
    const { siegert } = fuel("natural-gas");
    const o2 = fc.double({ min: 0, max: 20, noNaN: true });
    const temp = fc.double({ min: 60, max: 400, noNaN: true });
    fc.assert(
      fc.property(o2, o2, temp, temp, (a, b, t, u) => {
        const less = stackLossSiegertLhvPercent(Math.min(t, u), 25, Math.min(a, b), siegert) ?? 0;
        const more = stackLossSiegertLhvPercent(Math.max(t, u), 25, Math.max(a, b), siegert) ?? 0;
        expect(more).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});

describe("the reference oxygen", () => {
  test.each(goldenCases("o2-correction"))("$id: $title", ({ inputs, expected }) => {
    const of = (name: string) => inputs[name]?.value ?? Number.NaN;
    const corrected = of("concentration") * referenceO2Factor(of("o2"), of("refO2"));
    const wanted = expected["corrected"] ?? { value: Number.NaN, unit: "" };
    expect(Math.abs(corrected - wanted.value)).toBeLessThanOrEqual(toleranceOf(wanted));
  });

  test("changes nothing at the reference itself, and never more than fifteenfold", () => {
    expect(referenceO2Factor(6, 6)).toBe(1);
    expect(referenceO2Factor(20.9, 6)).toBe(15);
    expect(referenceO2Factor(21.1, 6)).toBe(15);
  });
});
