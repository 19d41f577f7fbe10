import { describe, expect, test } from "vitest";
import { formulas } from "../../domain/formula.ts";
import { conversion, inverseConversion, unitsInto } from "../../domain/units.ts";
import { boiler, fuel } from "../helpers/boilers.ts";
import { derivationOf } from "../helpers/frames.ts";

const gas = derivationOf(boiler());

describe("what is derived from a reading", () => {
  test("a gas boiler at 3.3 % and 140 °C: the published stack test", () => {
    const { values } = gas({
      firing: 1,
      o2DryPercent: 3.3,
      exhaustTempC: 140,
      noxDryPpm: 67.3,
      soxDryPpm: 0.9,
      pmDryMgPerNm3: 2.8,
    });
    expect(values["airRatio"]).toBe(1.19);
    expect(values["noxAtRefO2Ppm"]).toBeCloseTo(57.03, 2);
    expect(values["soxAtRefO2Ppm"]).toBeCloseTo(0.763, 3);
    expect(values["pmAtRefO2MgPerNm3"]).toBeCloseTo(2.373, 3);
    expect(values["stackLossSiegertLhvPercent"]).toBeCloseTo(5.32, 2);
    expect(values["efficiencySiegertLhvPercent"]).toBeCloseTo(94.68, 2);
  });

  test("a wet probe is dried by the fuel's own water; a dry one is never touched", () => {
    const wet = gas({ firing: 1, o2WetPercent: 2.5 }).values;
    expect(wet["o2DryPercent"]).toBeCloseTo(3, 1);
    expect(wet["flueMoisturePercent"]).toBeCloseTo(16.5, 0);
    // A moisture that is measured goes before the computed one.
    const measured = gas({ firing: 1, o2WetPercent: 2.5, flueMoisturePercent: 20 }).values;
    expect(measured["o2DryPercent"]).toBe(2.5 / 0.8);
    const both = gas({ firing: 1, o2WetPercent: 2.5, o2DryPercent: 4 }).values;
    expect(both["o2DryPercent"]).toBe(4);
  });

  test("a bad input gives no number and says so; an uncertain one marks the result; an absent one gives nothing", () => {
    const bad = gas({ firing: 1, o2DryPercent: null, exhaustTempC: 150 }, { o2DryPercent: "no-answer" });
    expect(bad.values["airRatio"]).toBeNull();
    expect(bad.flaws["airRatio"]).toBe("input-missing");
    expect(bad.flaws["stackLossSiegertLhvPercent"]).toBe("input-missing");
    const uncertain = gas({ firing: 1, o2DryPercent: 3 }, { o2DryPercent: "implausible" });
    expect(uncertain.values["airRatio"]).toBe(1.17);
    expect(uncertain.flaws["airRatio"]).toBe("input-doubtful");
    expect(gas({ firing: 1, exhaustTempC: 150 }).values).toEqual({ firing: 1, exhaustTempC: 150 });
  });

  test.each([21, 20.99, -0.1, 0])(
    "plain air, a drifted zero, O₂ of %d: never infinite, never negative, never NaN",
    (o2DryPercent) => {
      const { values } = gas({ firing: 1, o2DryPercent, exhaustTempC: 150, noxDryPpm: 60 });
      for (const value of Object.values(values)) expect(value === null || Number.isFinite(value)).toBe(true);
    },
  );

  test("a zero that drifted below nought is no flow and no mass, not one of minus something", () => {
    const { values } = gas({
      firing: 1,
      noxDryPpm: -2,
      stackFlowDryNm3PerH: 8_000,
      steamFlowKgPerH: -20,
      steamPressureBarG: 7,
      feedwaterTempC: 80,
    });
    expect([values["noxKgPerH"], values["usefulHeatKw"]]).toEqual([0, 0]);
  });

  test("a stopped burner has no air ratio and no emissions", () => {
    const { values, flaws } = gas({ firing: 0, o2DryPercent: 20.9, exhaustTempC: 60, noxDryPpm: 1 });
    expect([values["airRatio"], values["noxAtRefO2Ppm"], values["stackLossSiegertLhvPercent"]]).toEqual([
      null,
      null,
      null,
    ]);
    expect(flaws["airRatio"]).toBe("not-computable");
  });

  test("firing is told by the load or by fuel that flows, where no flame signal is wired", () => {
    const firing = (values: Readonly<Record<string, number | null>>) => gas(values).values["firing"];
    expect(firing({ loadPercent: 30 })).toBe(1);
    expect(firing({ loadPercent: 0 })).toBe(0);
    expect(firing({ naturalGasFlowNm3PerH: 120, loadPercent: null })).toBe(1);
    expect(firing({ naturalGasFlowNm3PerH: 0, loadPercent: null })).toBeNull();
    expect(firing({ exhaustTempC: 120 })).toBeUndefined();
  });

  test("the fuel with most heat lends its constants", () => {
    const two = derivationOf(boiler({ fuels: [fuel("heavy-oil"), fuel("natural-gas")] }));
    const loss = (flows: Readonly<Record<string, number>>) =>
      two({ firing: 1, o2DryPercent: 4, exhaustTempC: 200, ...flows }).values["stackLossSiegertLhvPercent"];
    expect(loss({ heavyOilFlowLPerH: 300, naturalGasFlowNm3PerH: 10 })).toBeCloseTo(
      175 * (0.68 / 17 + 0.007),
      9,
    );
    expect(loss({ heavyOilFlowLPerH: 3, naturalGasFlowNm3PerH: 100 })).toBeCloseTo(
      175 * (0.66 / 17 + 0.009),
      9,
    );
  });
});

describe("what stands in for a sensor that failed", () => {
  const full = {
    firing: 1,
    loadPercent: 80,
    naturalGasFlowNm3PerH: 600,
    o2DryPercent: 4,
    exhaustTempC: 180,
    combustionAirTempC: 30,
    coDryPpm: 20,
  };
  const tuned = derivationOf(boiler({ tunedO2: [{ loadPercent: 50, o2DryPercent: 2 }] }));

  test.each([
    ["combustionAirTempC", ["stackLossSiegertLhvPercent", "efficiencyIndirectLhvPercent"]],
    ["coDryPpm", ["excessAirPercent", "coLossLhvPercent", "efficiencyIndirectHhvPercent"]],
    ["naturalGasFlowNm3PerH", ["surfaceLossLhvPercent", "avoidableFuelPercent"]],
  ])("a dead %s leaves a doubt on what goes on without it", (dead, doubted) => {
    const healthy = tuned(full);
    const { values, flaws } = tuned({ ...full, [dead]: null });
    for (const name of doubted) {
      expect(healthy.flaws[name], name).toBeUndefined();
      expect(values[name], name).toEqual(expect.any(Number));
      expect(flaws[name], name).toBe("input-doubtful");
    }
    expect(flaws["airRatio"]).toBeUndefined();
    // A sensor that the boiler does not have is replaced by its description, as it always is.
    const { [dead as keyof typeof full]: _absent, ...without } = full;
    expect(tuned(without).flaws["stackLossSiegertLhvPercent"]).toBeUndefined();
  });

  test("of several fuels whose meters do not tell, all that hangs on the fuel is doubtful", () => {
    const fuels = [fuel("heavy-oil"), fuel("natural-gas")];
    const two = derivationOf(boiler({ fuels }));
    const reading = { ...full, heavyOilFlowLPerH: 100 };
    expect(Object.values(two(reading).flaws)).toEqual([]);
    for (const unknown of [
      { ...reading, heavyOilFlowLPerH: null },
      { ...reading, naturalGasFlowNm3PerH: null },
    ]) {
      const { values, flaws } = two(unknown);
      for (const name of ["stackLossSiegertLhvPercent", "excessAirPercent", "efficiencyIndirectLhvPercent"]) {
        expect(values[name], name).toEqual(expect.any(Number));
        expect(flaws[name], name).toBe("input-doubtful");
      }
      expect(flaws["airRatio"]).toBeUndefined();
    }
  });

  test("carbon in the ash that nobody has sampled is not the same as none", () => {
    const coal = {
      fuels: [fuel("bituminous-coal")],
      coalFiring: "fixed-bed",
      dewFloor: boiler().dewFloor,
    } as const;
    const at = { firing: 1, o2DryPercent: 6, exhaustTempC: 180, loadPercent: 80 };
    const none = derivationOf(boiler({ ...coal, carbonInAshPercent: 0 }))(at);
    const unknown = derivationOf(boiler({ ...coal, carbonInAshPercent: null }))(at);
    expect(unknown.values).toEqual(none.values);
    expect(none.flaws).toEqual({});
    expect(unknown.flaws).toEqual({
      unburntLossLhvPercent: "input-doubtful",
      efficiencyIndirectLhvPercent: "input-doubtful",
      efficiencyIndirectHhvPercent: "input-doubtful",
    });
    // Oil and gas leave next to no ash: nothing is doubtful for want of a figure about it.
    expect(derivationOf(boiler({ carbonInAshPercent: null }))(at).flaws).toEqual({});
  });

  test("CO₂ of biomass is told apart where a fuel has some, and not at all where none has", () => {
    const coal = fuel("bituminous-coal");
    const emissionFactors = { ...coal.emissionFactors, biogenicPercent: 30 };
    const of = (each: typeof coal) =>
      derivationOf(boiler({ fuels: [each], coalFiring: "fixed-bed" }))({ firing: 1, coalFlowKgPerH: 1_000 })
        .values;
    const [plain, cofired] = [of(coal), of({ ...coal, emissionFactors })];
    expect(plain["co2KgPerH"]).toBeCloseTo(2_408.113, 3);
    expect(plain["biogenicCo2KgPerH"]).toBeUndefined();
    expect(cofired["co2KgPerH"]).toBeCloseTo(0.7 * 2_408.113, 3);
    expect(cofired["biogenicCo2KgPerH"]).toBeCloseTo(0.3 * 2_408.113, 3);
  });

  test("each formula that another fuel gives another result says that it hangs on the fuel", () => {
    const sensors = {
      firing: 1,
      loadPercent: 80,
      o2DryPercent: 4,
      exhaustTempC: 180,
      coDryPpm: 100,
      noxDryPpm: 60,
      stackFlowDryNm3PerH: 8_000,
    };
    const of = (id: string) =>
      derivationOf(boiler({ fuels: [fuel(id)], tunedO2: [{ loadPercent: 50, o2DryPercent: 2 }] }))(sensors);
    const [oil, diesel] = [of("heavy-oil").values, of("diesel").values];
    const differs = formulas.filter(({ gives }) => gives.some((name) => oil[name] !== diesel[name]));
    expect(differs.length).toBeGreaterThan(5);
    // What takes only derived inputs has the doubt from them.
    const bare = differs.filter(({ byFuel, needs, uses }) => {
      const inputs = [...needs, ...uses];
      return !byFuel && inputs.every((name) => oil[name] === diesel[name]);
    });
    expect(bare).toEqual([]);
  });

  test("while nobody knows whether it fires, what only a fire means is missing", () => {
    const { values, flaws } = gas({ firing: null, o2DryPercent: 4, exhaustTempC: 180 });
    for (const name of ["airRatio", "stackLossSiegertLhvPercent", "efficiencyIndirectLhvPercent"]) {
      expect(values[name], name).toBeNull();
      expect(flaws[name], name).toBe("input-missing");
    }
  });

  test("so near air that the floor of the correction decides, a value at reference oxygen is marked as a bound", () => {
    const at = (o2DryPercent: number, flaws: Readonly<Record<string, "air-leak">> = {}) =>
      gas({ firing: 1, o2DryPercent, noxDryPpm: 4 }, flaws);
    expect(at(20).flaws["noxAtRefO2Ppm"]).toBeUndefined();
    const near = at(20.5);
    expect(near.values["noxAtRefO2Ppm"]).toBe(60);
    expect(near.flaws["noxAtRefO2Ppm"]).toBe("o2-clamped");
    expect(near.flaws["noxDryPpm"]).toBeUndefined();
    // Such oxygen in a fire is doubted itself; that the floor decided is the graver thing to know.
    expect(at(20.5, { o2DryPercent: "air-leak" }).flaws["noxAtRefO2Ppm"]).toBe("o2-clamped");
  });

  test("the acid dew point goes by the sulphur of the fuel, where a scrubber cleans before the analyser", () => {
    const oil = derivationOf(boiler({ fuels: [fuel("heavy-oil")] }));
    const acid = (soxDryPpm: number) =>
      oil({ firing: 1, o2DryPercent: 4, soxDryPpm }).values["acidDewPointTempC"] as number;
    const estimated = oil({ firing: 1, o2DryPercent: 4 }).values["acidDewPointTempC"] as number;
    expect(acid(5)).toBe(estimated);
    expect(acid(0)).toBe(estimated);
    expect(acid(4_000)).toBeGreaterThan(estimated);
  });
});

describe("units", () => {
  test.each([
    ["°F", "°C", 212, 100],
    ["K", "°C", 273.15, 0],
    ["kgf/cm²", "bar", 10, 9.80665],
    ["t/h", "kg/h", 3.2, 3_200],
    ["kcal/h", "kW", 600_000, 697.8],
  ])("%s to %s", (from, to, given, wanted) => {
    expect(conversion(from, to)?.(given)).toBeCloseTo(wanted, 6);
    expect(inverseConversion(from, to)?.(wanted)).toBeCloseTo(given, 6);
  });

  test("a way that does not exist is none, and the known ones can be told", () => {
    expect(conversion("°C", "bar")).toBeNull();
    expect(unitsInto("bar")).toEqual(["bar", "kPa", "MPa", "psi", "kgf/cm²"]);
  });
});
