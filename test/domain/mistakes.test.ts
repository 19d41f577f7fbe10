import { describe, expect, test } from "vitest";
import { airRatio, airRatioHundredths } from "../../domain/combustion/air-ratio.ts";
import { acidDewPointVerhoffBancheroC, partialPressures } from "../../domain/combustion/dew-point.ts";
import { excessAirRatio, flueGas } from "../../domain/combustion/excess-air.ts";
import { heatLosses } from "../../domain/combustion/heat-loss.ts";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { molarMass } from "../../domain/emissions/concentration.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import { burning } from "../../domain/fuel.ts";
import { fuel } from "../helpers/boilers.ts";

const gas = burning(fuel("natural-gas"));
const oil = burning(fuel("heavy-oil"));
const methane = stoichiometry({ basis: "mole", gases: { CH4: 100 } });

/** The figures of the table "What commonly goes wrong" in docs/domain.md: what each mistake would do. */
describe("a mistake, and what it would do", () => {
  test("wet oxygen taken as dry reads low by a sixth, and passes where the dry one fails", () => {
    const flue = flueGas(3.69, gas.stoichiometry, 0);
    const wet = (100 * (flue?.o2Mol ?? 0)) / (flue?.wetMol ?? 1);
    expect(1 - wet / 3.69).toBeCloseTo(1 / 6, 1);
    expect(wet).toBeCloseTo(3.1, 1);
    expect([airRatio(3.1), airRatio(3.69)]).toEqual([1.17, 1.21]);
  });

  test("21 / (21 − O₂) overstates the surplus air of gas by a tenth: 1.17 for 1.15", () => {
    const exact = excessAirRatio(3, methane) ?? 0;
    expect(exact).toBeCloseTo(1.15, 3);
    expect(airRatio(3)).toBe(1.17);
    expect((21 / 18 - 1) / (exact - 1)).toBeCloseTo(1.11, 2);
  });

  test("rounding in binary puts five of 2,100 hundredths on the wrong side", () => {
    const wrong = Array.from({ length: 2_100 }, (_, n) => n / 100).filter(
      (o2) => Math.round((100 * 21) / (21 - o2)) !== airRatioHundredths(o2),
    );
    expect(wrong).toEqual([14.28, 16.2, 19.4, 20.04, 20.68]);
  });

  test("without a floor the correction near air is 150-fold; with it 15-fold", () => {
    expect(referenceO2Factor(20.9, 6, 0)).toBeCloseTo(150, 6);
    expect(referenceO2Factor(20.9, 6)).toBe(15);
  });

  test("volumes at 20 and 25 °C are 7 and 9 % larger", () => {
    expect(293.15 / 273.15).toBeCloseTo(1.07, 2);
    expect(298.15 / 273.15).toBeCloseTo(1.09, 2);
  });

  test("NOx weighed as NO is a third too little", () => {
    expect(1 - (14.007 + 15.999) / molarMass.nox).toBeCloseTo(0.35, 2);
  });

  test("between the stack losses on LHV and HHV lie 9 points for gas, 5 for heavy oil", () => {
    const apart = (
      { stoichiometry: of, gcvMjPerNcvMj }: typeof gas,
      o2DryPercent: number,
      exhaustTempC: number,
    ) => {
      const inputs = { o2DryPercent, exhaustTempC, airTempC: 25, airHumidityKgPerKg: 0, coDryPpm: 0 };
      const rest = { ashKg: 0, carbonInAshPercent: 0, surfaceLossLhvPercent: 0 };
      const losses = heatLosses({ ...inputs, ...rest }, of, { ncvKj: 1_000, gcvKj: 1_000 * gcvMjPerNcvMj });
      return (losses?.stackHhvPercent ?? 0) - (losses?.stackLhvPercent ?? 0);
    };
    expect(apart(gas, 3.3, 140)).toBeCloseTo(9, 0);
    expect(apart(oil, 8.5, 264)).toBeCloseTo(5, 0);
  });

  test("the dew-point formula with atm for mmHg gives 13 °C in place of 137 °C", () => {
    const { waterMmHg, so3MmHg, waterAtm, so3Atm } = partialPressures(10, 10);
    expect(acidDewPointVerhoffBancheroC(waterMmHg, so3MmHg)).toBeCloseTo(137.3, 1);
    expect(acidDewPointVerhoffBancheroC(waterAtm, so3Atm)).toBeCloseTo(13, 0);
  });
});
