import { describe, expect, test } from "vitest";
import {
  absolutePressure,
  liquidEnthalpyKjPerKg,
  saturatedEnthalpyKjPerKg,
  saturationPressure,
  saturationTempC,
  steamEnthalpyKjPerKg,
} from "../../domain/steam/if97.ts";

// The verification tables of the release, with as many digits as it prints.
const digits = (value: number | null | undefined) => Number((value ?? Number.NaN).toPrecision(9));

describe("IAPWS-IF97", () => {
  test.each([
    [3, 300, 0.115331273e3],
    [80, 300, 0.184142828e3],
    [3, 500, 0.975542239e3],
  ])("region 1, Table 5: %d MPa, %d K", (absoluteMpa, tempK, enthalpy) => {
    expect(digits(liquidEnthalpyKjPerKg({ absoluteMpa }, tempK - 273.15))).toBe(enthalpy);
  });

  test.each([
    [0.0035, 300, 0.254991145e4],
    [0.0035, 700, 0.333568375e4],
    [30, 700, 0.263149474e4],
  ])("region 2, Table 15: %d MPa, %d K", (absoluteMpa, tempK, enthalpy) => {
    expect(digits(steamEnthalpyKjPerKg({ absoluteMpa }, tempK - 273.15))).toBe(enthalpy);
  });

  test.each([
    [300, 0.353658941e-2],
    [500, 0.263889776e1],
    [600, 0.123443146e2],
  ])("region 4, Table 35: saturation pressure at %d K", (tempK, pressure) => {
    expect(digits(saturationPressure(tempK - 273.15)?.absoluteMpa)).toBe(pressure);
  });

  test.each([
    [0.1, 0.372755919e3],
    [1, 0.453035632e3],
    [10, 0.584149488e3],
  ])("region 4, Table 36: saturation temperature at %d MPa", (absoluteMpa, tempK) => {
    expect(digits((saturationTempC({ absoluteMpa }) ?? Number.NaN) + 273.15)).toBe(tempK);
  });

  test("outside of its regions it says so", () => {
    expect(liquidEnthalpyKjPerKg({ absoluteMpa: 0.1 }, 120)).toBeNull();
    expect(steamEnthalpyKjPerKg({ absoluteMpa: 1 }, 120)).toBeNull();
    expect(steamEnthalpyKjPerKg({ absoluteMpa: Number.NaN }, 120)).toBeNull();
    expect(saturationTempC({ absoluteMpa: 30 })).toBeNull();
    expect(saturationPressure(400)).toBeNull();
    expect(saturatedEnthalpyKjPerKg({ absoluteMpa: 1 }, 1.2)).toBeNull();
  });

  test("a gauge reading is not an absolute pressure until the air is added", () => {
    expect(saturationTempC(absolutePressure({ barG: 0 }))).toBeCloseTo(99.974, 2);
    expect(saturationTempC(absolutePressure({ barG: 7 }))).toBeCloseTo(170.5, 0);
  });

  test("water and steam meet at saturation as steam tables print them", () => {
    const at = { absoluteMpa: 0.8 };
    expect(saturatedEnthalpyKjPerKg(at, 1)).toBeCloseTo(2768.3, 1);
    expect(saturatedEnthalpyKjPerKg(at, 0)).toBeCloseTo(720.9, 0);
  });
});
