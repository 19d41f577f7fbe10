import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avoidableFuelPercent } from "../../domain/advice/avoidable-fuel.ts";
import { wallLossWPerM2 } from "../../domain/advice/wall-loss.ts";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import {
  acidDewPointOkkesC,
  acidDewPointVerhoffBancheroC,
  partialPressures,
  waterDewPointC,
} from "../../domain/combustion/dew-point.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "../../domain/combustion/dry-oxygen.ts";
import { excessAirRatio, expectedCo2DryPercent, flueGas } from "../../domain/combustion/excess-air.ts";
import {
  type HeatLosses,
  type HeatLossInputs,
  heatLosses,
  surfaceLossLhvPercent,
} from "../../domain/combustion/heat-loss.ts";
import { stackLossSiegertLhvPercent } from "../../domain/combustion/siegert.ts";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import { method19Flow } from "../../domain/emissions/stack-flow.ts";
import { soxEstimateDryPpm } from "../../domain/emissions/sulphur.ts";
import { type Burning, burning } from "../../domain/fuel.ts";
import { liquidEnthalpyKjPerKg, saturatedEnthalpyKjPerKg, saturationTempC } from "../../domain/steam/if97.ts";
import { efficiencyDirectPercent } from "../../domain/steam/useful-heat.ts";
import { shippedRules } from "../helpers/boilers.ts";

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const fuels = [...shippedRules().fuels.values()].flatMap((editions) => editions.map(({ fuel }) => fuel));
const anyBurning = fc.constantFrom(...fuels.map(burning));
/** Dry oxygen of a fire, far enough from air for its losses to be percentages. */
const fireO2 = between(0, 16);

/** Two values of a range, at least a ten-thousandth of it apart or equal: far more than rounding. */
function pairs(min: number, max: number): fc.Arbitrary<readonly [number, number]> {
  const one = fc.nat(10_000).map((n) => min + ((max - min) * n) / 10_000);
  return fc.tuple(one, one);
}

/** Holds that `of` rises with its one argument; a `null` fails. */
function rises(of: (x: number) => number | null, [a, b]: readonly [number, number]): void {
  if (a === b) return;
  const [low, high] = [of(Math.min(a, b)), of(Math.max(a, b))];
  if (low === null || high === null)
    throw new Error(`no value for ${low === null ? Math.min(a, b) : "the larger"}`);
  expect(high).toBeGreaterThan(low);
}

const calm: HeatLossInputs = {
  o2DryPercent: 4,
  exhaustTempC: 180,
  airTempC: 25,
  airHumidityKgPerKg: 0.01,
  coDryPpm: 50,
  ashKg: 0,
  carbonInAshPercent: 0,
  surfaceLossLhvPercent: 1,
};
/** Losses of a fuel per MJ of net heat, at the calm inputs but for some. */
function lossesOf(
  { stoichiometry: of, gcvMjPerNcvMj, ashKgPerMj }: Burning,
  changes: Partial<HeatLossInputs>,
) {
  const inputs = { ...calm, ashKg: ashKgPerMj, ...changes };
  return heatLosses(inputs, of, { ncvKj: 1_000, gcvKj: 1_000 * gcvMjPerNcvMj }) as HeatLosses;
}

describe("more of the one is more of the other", () => {
  test("oxygen: excess air, dry gas loss, Siegert's loss, correction, gas volume; less CO₂ and SO₂", () => {
    fc.assert(
      fc.property(anyBurning, pairs(0, 16), (fuel, o2) => {
        const of = fuel.stoichiometry;
        rises((x) => excessAirRatio(x, of), o2);
        rises((x) => lossesOf(fuel, { o2DryPercent: x }).dryGasLhvPercent, o2);
        rises((x) => lossesOf(fuel, { o2DryPercent: x }).stackHhvPercent, o2);
        rises((x) => -lossesOf(fuel, { o2DryPercent: x }).efficiencyIndirectLhvPercent, o2);
        rises((x) => stackLossSiegertLhvPercent(200, 25, x, fuel.governing.siegert), o2);
        rises((x) => referenceO2Factor(x, 6), o2);
        rises((x) => flueGas(x, of, 0.01)?.wetMol ?? null, o2);
        rises((x) => method19Flow(1_000, fuel.fdM3PerJ, x)?.m3PerHAt20C ?? null, o2);
        rises((x) => -(expectedCo2DryPercent(x, of) ?? 0), o2);
        if (of.so2Mol > 0) rises((x) => -(soxEstimateDryPpm(of, x) ?? 0), o2);
        const [low, high] = [airRatio(Math.min(...o2)) ?? 9, airRatio(Math.max(...o2)) ?? 0];
        expect(high).toBeGreaterThanOrEqual(low); // rounded: it may stand still
      }),
    );
  });

  test("a hotter exhaust loses more, warmer air less, and each loss by itself", () => {
    fc.assert(
      fc.property(anyBurning, fireO2, pairs(60, 500), pairs(-20, 60), (fuel, o2DryPercent, exhaust, air) => {
        for (const loss of ["dryGasLhvPercent", "fuelWaterLhvPercent", "airMoistureLhvPercent"] as const) {
          rises((x) => lossesOf(fuel, { o2DryPercent, exhaustTempC: x })[loss], exhaust);
          rises((x) => -lossesOf(fuel, { o2DryPercent, airTempC: x })[loss], air);
        }
        rises((x) => stackLossSiegertLhvPercent(x, 25, o2DryPercent, fuel.governing.siegert), exhaust);
      }),
    );
  });

  test("CO, humid air, carbon in ash and low load each cost", () => {
    fc.assert(
      fc.property(anyBurning, pairs(0, 4_000), pairs(0, 0.03), pairs(0, 30), (fuel, co, humidity, carbon) => {
        rises((x) => lossesOf(fuel, { coDryPpm: x }).coLhvPercent, co);
        rises((x) => lossesOf(fuel, { airHumidityKgPerKg: x }).airMoistureLhvPercent, humidity);
        if (fuel.ashKgPerMj > 0)
          rises((x) => lossesOf(fuel, { carbonInAshPercent: x }).unburntLhvPercent, carbon);
      }),
    );
    fc.assert(
      fc.property(pairs(0.1, 20), (inputMw) => {
        rises((x) => -(surfaceLossLhvPercent(0.0113, 7, x) ?? 0), inputMw);
      }),
    );
  });

  test("water and acid: dew points rise; pressure: saturation rises; a hotter wall loses more", () => {
    fc.assert(
      fc.property(pairs(2, 30), pairs(0.1, 100), pairs(0.01, 10), pairs(30, 300), (water, so3, mpa, wall) => {
        const acid = (h2o: number, ppm: number) => partialPressures(h2o, ppm);
        rises(waterDewPointC, water);
        rises((x) => acidDewPointVerhoffBancheroC(acid(10, x).waterMmHg, acid(10, x).so3MmHg), so3);
        rises((x) => acidDewPointVerhoffBancheroC(acid(x, 10).waterMmHg, acid(x, 10).so3MmHg), water);
        rises((x) => acidDewPointOkkesC(acid(10, x).waterAtm, acid(10, x).so3Atm), so3);
        rises((x) => acidDewPointOkkesC(acid(x, 10).waterAtm, acid(x, 10).so3Atm), water);
        rises((x) => saturationTempC({ absoluteMpa: x }), mpa);
        rises((x) => wallLossWPerM2(x, 25, 0.9), wall);
        rises((x) => liquidEnthalpyKjPerKg({ absoluteMpa: 10 }, x), wall);
      }),
    );
    fc.assert(
      fc.property(between(0.01, 16), pairs(0, 1), (absoluteMpa, dryness) => {
        rises((x) => saturatedEnthalpyKjPerKg({ absoluteMpa }, x), dryness);
      }),
    );
  });

  test("a worse efficiency leaves more fuel to be avoided", () => {
    fc.assert(
      fc.property(pairs(50, 89), (efficiency) => {
        rises((x) => -(avoidableFuelPercent(x, 90) ?? 0), efficiency);
      }),
    );
  });
});

describe("what goes in comes out", () => {
  const massComposition = fc
    .record({
      c: between(30, 90),
      h: between(2, 25),
      s: between(0, 4),
      o: between(0, 15),
      n: between(0, 3),
      moisture: between(0, 30),
      ash: between(0, 20),
    })
    .map((each) => ({ basis: "mass" as const, ...each }));

  test("each element of fuel and air, in CO₂, water, SO₂, nitrogen and the oxygen left over", () => {
    fc.assert(
      fc.property(massComposition, between(0, 20), between(0, 0.03), (fuel, o2DryPercent, humidity) => {
        const of = stoichiometry(fuel);
        const gas = flueGas(o2DryPercent, of, humidity);
        if (gas === null) throw new Error("no flue gas");
        const airMol = gas.excessAirRatio * of.airMol;
        const airWaterMol = (airMol * humidity * 28.96) / 18.015;
        // mol of atoms per kg of fuel
        const fuelWaterMol = (10 * fuel.moisture) / 18.015;
        const into = {
          c: (10 * fuel.c) / 12.011,
          h: (10 * fuel.h) / 1.008 + 2 * fuelWaterMol + 2 * airWaterMol,
          o: (10 * fuel.o) / 15.999 + fuelWaterMol + airWaterMol + 2 * 0.2095 * airMol,
          n: (10 * fuel.n) / 14.007 + 2 * 0.7905 * airMol,
          s: (10 * fuel.s) / 32.06,
        };
        const out = {
          c: gas.co2Mol,
          h: 2 * gas.waterMol,
          o: 2 * gas.co2Mol + 2 * gas.so2Mol + 2 * gas.o2Mol + gas.waterMol,
          n: 2 * gas.n2Mol,
          s: gas.so2Mol,
        };
        for (const element of ["c", "h", "o", "n", "s"] as const)
          expect(Math.abs(out[element] - into[element]), element).toBeLessThanOrEqual(1e-9 * into.o);
        expect((100 * gas.o2Mol) / gas.dryMol).toBeCloseTo(o2DryPercent, 9);
        expect((100 * gas.co2Mol) / gas.dryMol).toBeCloseTo(expectedCo2DryPercent(o2DryPercent, of) ?? 0, 9);
      }),
    );
  });

  const inputs = fc.record({
    o2DryPercent: fireO2,
    exhaustTempC: between(60, 500),
    airTempC: between(-20, 60),
    airHumidityKgPerKg: between(0, 0.03),
    coDryPpm: between(0, 5_000),
    carbonInAshPercent: between(0, 40),
    surfaceLossLhvPercent: between(0, 10),
  });

  test("the heat of the fuel: losses and efficiency make 100 % on each basis", () => {
    fc.assert(
      fc.property(anyBurning, inputs, (fuel, changes) => {
        const losses = lossesOf(fuel, changes);
        const { dryGasLhvPercent, fuelWaterLhvPercent, airMoistureLhvPercent, coLhvPercent } = losses;
        const stack = dryGasLhvPercent + fuelWaterLhvPercent + airMoistureLhvPercent + coLhvPercent;
        expect(losses.stackLhvPercent).toBeCloseTo(stack, 9);
        const other = losses.unburntLhvPercent + losses.surfaceLhvPercent;
        expect(stack + other + losses.efficiencyIndirectLhvPercent).toBeCloseTo(100, 9);
        const otherHhv = other / fuel.gcvMjPerNcvMj;
        expect(losses.stackHhvPercent + otherHhv + losses.efficiencyIndirectHhvPercent).toBeCloseTo(100, 9);
      }),
    );
  });

  test("a loss is the same heat on both bases, and so is what is useful", () => {
    fc.assert(
      fc.property(anyBurning, inputs, (fuel, changes) => {
        const losses = lossesOf(fuel, changes);
        const ratio = fuel.gcvMjPerNcvMj;
        const sensibleOfGross = losses.stackHhvPercent - losses.latentHhvPercent;
        expect(sensibleOfGross * ratio).toBeCloseTo(losses.stackLhvPercent, 9);
        // The heating values differ by the heat of condensation, as far as the rule files print digits.
        const usefulOfNet = losses.efficiencyIndirectHhvPercent * ratio;
        expect(Math.abs(usefulOfNet - losses.efficiencyIndirectLhvPercent)).toBeLessThan(0.1);
      }),
    );
    fc.assert(
      fc.property(between(1, 1e5), between(1, 1e5), anyBurning, (usefulKw, inputKw, { gcvMjPerNcvMj }) => {
        const lhv = efficiencyDirectPercent(usefulKw, inputKw) ?? 0;
        const hhv = efficiencyDirectPercent(usefulKw, inputKw * gcvMjPerNcvMj) ?? 0;
        expect(Math.abs(hhv * gcvMjPerNcvMj - lhv)).toBeLessThanOrEqual(1e-12 * lhv);
      }),
    );
  });

  test("oxygen, wetted by the gas's own water and dried again", () => {
    fc.assert(
      fc.property(anyBurning, between(0, 20), between(0, 0.03), ({ stoichiometry: of }, o2Dry, humidity) => {
        const gas = flueGas(o2Dry, of, humidity);
        if (gas === null) throw new Error("no flue gas");
        const o2Wet = (100 * gas.o2Mol) / gas.wetMol;
        expect(o2Wet).toBeLessThanOrEqual(o2Dry + 1e-12);
        const moisture = flueMoisturePercent(o2Wet, of, humidity) ?? Number.NaN;
        expect(moisture).toBeCloseTo((100 * gas.waterMol) / gas.wetMol, 8);
        expect(o2DryFromWetPercent(o2Wet, moisture)).toBeCloseTo(o2Dry, 8);
      }),
    );
  });
});
