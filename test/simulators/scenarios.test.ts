import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { registerTables } from "../../contracts/device-map.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import { type FlawReason, flawReasons, type Reading } from "../../domain/reading.ts";
import { thermalOilHeatKw } from "../../domain/steam/useful-heat.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { loadScenario } from "../../settings/scenario.ts";
import { loadSettings } from "../../settings/settings.ts";
import { secondsIn } from "../../simulators/duration.ts";
import { type ScenarioEvent, type ScenarioTargets, timeline } from "../../simulators/scenario.ts";
import { fuel } from "../helpers/boilers.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { virtualLines } from "../helpers/virtual-lines.ts";
import { root, virtualPlant } from "../helpers/virtual-plant.ts";

const folder = resolve(root, "config/scenarios");
const named = (kind: string) =>
  readdirSync(join(folder, kind))
    .map((file) => file.replace(/\.yaml$/, ""))
    .sort();

describe("the timeline", () => {
  const happened = (events: readonly ScenarioEvent[], seconds: number) => {
    const seen: string[] = [];
    let now = 0;
    const targets: ScenarioTargets = {
      controls: () => ({ damper: "auto", loadPercent: null }),
      set: (boiler, controls, rampSeconds) =>
        seen.push(`${now} ${boiler} ${JSON.stringify(controls)} ${rampSeconds}`),
      refit: (boiler) => seen.push(`${now} ${boiler} refit`),
      instrumentFault: (boiler, point, fault) =>
        seen.push(`${now} ${boiler} ${point} ${fault?.kind ?? "repaired"}`),
      busFault: (line, unit, fault) => seen.push(`${now} ${line}/${unit} ${fault?.kind ?? "mended"}`),
      broker: (isCut) => seen.push(`${now} broker ${isCut ? "cut" : "mended"}`),
      clock: (gateway, aheadSeconds) => seen.push(`${now} ${gateway} ahead ${aheadSeconds}`),
      message: (gateway) => seen.push(`${now} ${gateway} damaged`),
      telemetry: (isStalled) => seen.push(`${now} telemetry ${isStalled ? "stalled" : "mended"}`),
      server: (state) => seen.push(`${now} ${JSON.stringify(state)}`),
    };
    const running = timeline(events);
    for (now = 0; now <= seconds; now += 1) running.advance(now, targets);
    return seen;
  };

  test("lets things happen in their order, undoes what ends, and repeats what comes again", () => {
    const events: readonly ScenarioEvent[] = [
      { at: "2 s", boiler: "b", set: { damper: "stuck" }, for: "3 s", over: "1 s" },
      { at: "3 s", boiler: "b", point: "o2DryPercent", fault: { kind: "frozen" }, for: "1 s", every: "5 s" },
      { at: "4 s", line: "l", unit: 7, busFault: { kind: "dead" }, for: "2 s" },
      { at: "9 s", broker: "cut", for: "1 s" },
      { at: "11 s", gateway: "g", clockAheadSeconds: 2.5, for: "2 s" },
      { at: "11 s", gateway: "g", message: "damaged", every: "1 s" },
      { at: "11 s", telemetry: "stalled", for: "1 s" },
      { at: "11 s", diskUsedPercent: 91, for: "2 s" },
      { at: "12 s", certificateDays: 6 },
      { at: "13 s", savingGoing: "b" },
    ];
    expect(happened(events, 13)).toEqual([
      '2 b {"damper":"stuck"} 1',
      "3 b o2DryPercent frozen",
      "4 l/7 dead",
      "4 b o2DryPercent repaired",
      '5 b {"damper":"auto"} 1',
      "6 l/7 mended",
      "8 b o2DryPercent frozen",
      "9 broker cut",
      "9 b o2DryPercent repaired",
      "10 broker mended",
      "11 g ahead 2.5",
      "11 g damaged",
      "11 telemetry stalled",
      '11 {"diskUsedPercent":91}',
      '12 {"certificateDays":6}',
      "12 g damaged",
      "12 telemetry mended",
      '13 {"savingsGoing":{"b":"scenario"}}',
      "13 b o2DryPercent frozen",
      "13 g ahead 0",
      '13 {"diskUsedPercent":null}',
      "13 g damaged",
    ]);
  });

  test("a clock that jumps leaves nothing out", () => {
    const events: readonly ScenarioEvent[] = [
      { at: "1 s", boiler: "b", set: { burner: "off" }, for: "2 s", every: "4 s" },
    ];
    const seen: unknown[] = [];
    const targets = { controls: () => ({}), set: (_boiler: string, set: unknown) => seen.push(set) };
    timeline(events).advance(10, targets as unknown as ScenarioTargets);
    expect(seen).toHaveLength(5); // off at 1, 5 and 9; on again at 3 and 7, and not before 11
  });

  test.each([
    ["40 s", 40],
    ["1.5 h", 5_400],
    ["90 d", 7_776_000],
    ["2y", 63_072_000],
    ["soon", null],
  ])("%s is %s seconds", (text, seconds) => {
    expect(secondsIn(text)).toBe(seconds);
  });
});

describe("a scenario on the virtual clock", () => {
  test("same seed, same scenario: the same registers to the byte, twice", () => {
    const bytes = () => {
      const plant = virtualPlant("config/scenarios/alarms/air-ratio-above-table.yaml");
      const hash = createHash("sha256");
      for (let second = 0; second < 120; second += 1) {
        plant.simulation.advance(second);
        for (const [id, unit] of plant.units) {
          for (const table of registerTables)
            for (let address = 0; address < 40; address += 1)
              hash.update(`${id} ${table} ${address} ${JSON.stringify(unit.read(table, address, 1))}\n`);
        }
      }
      return hash.digest("hex");
    };
    expect(bytes()).toBe(bytes());
  });

  test("there is one for each flaw of the catalogue, and none for another", () => {
    expect(named("flaws")).toEqual([...flawReasons].sort());
  });

  test("there is one for each alarm of the shipped rules, and none for another", () => {
    const { alarmRules } = loadSettings(join(root, "config/demo.yaml"), root, readEnvironment({})).rules;
    expect(named("alarms")).toEqual([...alarmRules.keys()].sort());
  });

  // What only the line gives comes of the gateway's scanner; all else of what instruments show, or of a clock.
  const ofLines: readonly FlawReason[] = ["no-answer", "refused"];
  const flaws = flawReasons.filter((reason) => !ofLines.includes(reason));
  const raised = (readings: readonly Pick<Reading, "flaws">[], reason: FlawReason) =>
    readings.flatMap((reading) => Object.values(reading.flaws)).filter((flaw) => flaw === reason).length;

  test.each(flaws)("flaws/%s raises that flaw, not before it begins, and no process alarm", (reason) => {
    const plant = virtualPlant(`config/scenarios/flaws/${reason}.yaml`);
    const before = plant.run(55);
    expect(raised(before.readings, reason)).toBe(0);
    // That two signals are one takes two hundred samples, ten seconds apart.
    const during = plant.run((reason === "duplicate" ? 45 : 20) * 60);
    expect(raised(during.readings, reason)).toBeGreaterThan(0);
    const raisedRules = during.conditions.filter(({ turned }) => turned === "on").map(({ ruleId }) => ruleId);
    // The sensor is told of; what it says raises nothing about the process.
    expect(raisedRules.filter((ruleId) => !ruleId.startsWith("sensor-"))).toEqual([]);
  });

  test.each(ofLines)(
    "flaws/%s raises that flaw in the gateway's scanner, while the line fails and no longer",
    async (reason) => {
      const { scan } = virtualLines(`config/scenarios/flaws/${reason}.yaml`);
      expect(raised(await scan(55), reason)).toBe(0);
      expect(raised(await scan(30), reason)).toBeGreaterThan(20);
      // A unit that was left alone is asked again within a minute.
      await scan(180);
      expect(raised(await scan(30), reason)).toBe(0);
    },
    60_000,
  );

  test.each(named("alarms"))(
    "alarms/%s raises that alarm, and it ends",
    (rule) => {
      const plant = virtualPlant(`config/scenarios/alarms/${rule}.yaml`);
      const turns: string[] = [];
      const [blockSeconds, longestSeconds] = [300, 48 * 3_600];
      for (let seconds = 0; seconds < longestSeconds && turns.length < 2; seconds += blockSeconds) {
        const { conditions } = plant.run(blockSeconds);
        for (const { ruleId, turned } of conditions)
          if (ruleId === rule && (turned === "on" || turned === "off")) turns.push(turned);
      }
      expect(turns.slice(0, 2)).toEqual(["on", "off"]);
    },
    120_000,
  );

  test.each(named("trainer"))(
    "trainer/%s has a task and an answer in both languages, and something to see",
    (name) => {
      const { scenario, run, simulation } = virtualPlant(`config/scenarios/trainer/${name}.yaml`);
      expect(scenario.answer?.["zh-TW"]).toMatch(/\p{Script=Han}/u);
      expect(scenario.about.en.length).toBeGreaterThan(20);
      run(20);
      const before = JSON.stringify([simulation.controls("sb-01"), simulation.faults("sb-01")]);
      run(300);
      expect(JSON.stringify([simulation.controls("sb-01"), simulation.faults("sb-01")])).not.toBe(before);
    },
  );

  test("the demo is a scenario, too, and needs no events for its damper", () => {
    const { scenario, simulation } = virtualPlant("config/scenarios/demo.yaml");
    expect(scenario.events).toEqual([]);
    const surplusAt = (second: number) => {
      simulation.advance(second);
      return simulation.controls("toh-02").o2TrimPercent;
    };
    expect([surplusAt(34), surplusAt(60), surplusAt(300)]).toEqual([0, 2.9, 0]);
  });

  test("soot grows for thirty days, the exhaust with it, and then it is cleaned off", () => {
    const { simulation } = virtualPlant("config/scenarios/fouling.yaml", 600);
    const exhaustTempC = (day: number) => {
      simulation.advance(day * 86_400);
      return simulation.shown("sb-01")["exhaustTempC"] ?? Number.NaN;
    };
    const [clean, sooty, cleaned] = [exhaustTempC(0.1), exhaustTempC(29.9), exhaustTempC(30.1)] as const;
    expect(sooty - clean).toBeGreaterThan(10);
    expect(Math.abs(cleaned - clean)).toBeLessThan(3);
  });

  // The two stack tests, corrected to 6 % O₂ and unrounded: `reference/combustion.md`, section 1.5.
  test.each([
    ["before", 80, { pmDryMgPerNm3: 76.84, soxDryPpm: 171.96, noxDryPpm: 150.96 }, 264],
    ["after", 120, { pmDryMgPerNm3: 2.36, soxDryPpm: 0.76, noxDryPpm: 57.03 }, 140],
  ] as const)("the dyeing works' stack test %s is met within 5 %%", (_when, day, test6, exhaustTempC) => {
    const { simulation } = virtualPlant("config/scenarios/dyeing-works.yaml", 300);
    simulation.advance(day * 86_400);
    const means: Record<string, number> = {};
    const samples = 360;
    for (let sample = 1; sample <= samples; sample += 1) {
      simulation.advance(day * 86_400 + 300 * sample);
      const shown = simulation.shown("heater-1");
      const factor = referenceO2Factor(shown["o2DryPercent"] ?? Number.NaN, 6);
      for (const point of Object.keys(test6))
        means[point] = (means[point] ?? 0) + ((shown[point] ?? Number.NaN) * factor) / samples;
      means["exhaustTempC"] = (means["exhaustTempC"] ?? 0) + (shown["exhaustTempC"] ?? Number.NaN) / samples;
    }
    for (const [point, expected] of Object.entries({ ...test6, exhaustTempC }))
      expect(Math.abs((means[point] ?? Number.NaN) / expected - 1), `${point} ${means[point]}`).toBeLessThan(
        0.05,
      );
  });

  test("the dyeing works: heavy oil before, gas after day 90, preheated air after day 104", () => {
    const { simulation } = virtualPlant("config/scenarios/dyeing-works.yaml", 3_600);
    const direct = (fuelPoint: string, ncvMjPerUnit: number) => {
      const shown = simulation.shown("heater-1");
      return (100 * 3.6 * usefulKw(shown)) / ((shown[fuelPoint] ?? Number.NaN) * ncvMjPerUnit);
    };
    const day = 86_400;
    simulation.advance(80 * day);
    expect(simulation.shown("heater-1")["naturalGasFlowNm3PerH"]).toBe(0);
    expect(Math.abs(direct("heavyOilFlowLPerH", fuel("heavy-oil").ncvMjPerUnit) - 78)).toBeLessThan(2);
    simulation.advance(100 * day);
    expect(simulation.shown("heater-1")["heavyOilFlowLPerH"]).toBe(0);
    expect(simulation.shown("heater-1")["exhaustTempC"]).toBeGreaterThan(200);
    simulation.advance(120 * day);
    const after = simulation.shown("heater-1");
    expect(after["exhaustTempC"]).toBeLessThan(145);
    expect(after["preheatedAirTempC"]).toBeGreaterThan(160);
    expect(Math.abs(direct("naturalGasFlowNm3PerH", fuel("natural-gas").ncvMjPerUnit) - 90)).toBeLessThan(
      1.5,
    );
  });
});

/** What the thermal oil carries away, by the oil's data sheet at its mean temperature. */
function usefulKw(shown: Readonly<Record<string, number | null>>): number {
  const at = (point: string) => shown[point] ?? Number.NaN;
  const [back, out] = [at("thermalOilReturnTempC"), at("thermalOilSupplyTempC")];
  return (
    thermalOilHeatKw(
      at("thermalOilFlowM3PerH"),
      back,
      out,
      { densityKgPerM3: 750 - 0.7 * (back - 200) },
      { specificHeatKjPerKgK: 2.55 + 0.0037 * ((back + out) / 2 - 200) },
    ) ?? Number.NaN
  );
}

describe("a scenario that cannot be", () => {
  const faultsOf = (events: string) => {
    const file = join(temporaryFolder(), "scenario.yaml");
    const head = `kind: scenario\ntitle: { en: T, zh-TW: 題 }\nabout: { en: A, zh-TW: 關 }\nplant: ${root}/config/demo.yaml\nevents:\n`;
    writeFileSync(file, head + events);
    try {
      loadScenario(file, root, readEnvironment({}));
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  test("names every fault with its line: names that lead nowhere, times out of order, halves", () => {
    const message = faultsOf(`  - { at: 30 s, boiler: toh-9, set: { damper: stuck } }
  - { at: 20 s, boiler: toh-01, point: steamFlowKgPerH, fault: { kind: frozen } }
  - { at: 40 s, line: nowhere, busFault: { kind: dead } }
  - { at: 50 s, line: "127.0.0.1:15020", unit: 99, busFault: { kind: dead } }
  - { at: 60 s, boiler: toh-01 }
  - { at: 61 s, set: { damper: stuck } }
  - { at: 62 s, broker: cut, for: 2 min, every: 1 min }
  - { at: 63 s, boiler: toh-01, refit: { fuels: [{ fuel: whale-oil }] } }
  - { at: 64 s, gateway: gw-9, clockAheadSeconds: 3 }
  - { at: 65 s, message: damaged, for: 3 s }
`);
    expect(message).toMatch(
      /:6: events.0.boiler is "toh-9", which is not simulated; known are toh-01, toh-02, cfb-01/,
    );
    expect(message).toMatch(/:7: events.1.at is 20 s, before the event above it; put them in order/);
    expect(message).toMatch(/:7: events.1.point is "steamFlowKgPerH", which no device of toh-01 gives/);
    expect(message).toMatch(
      /:8: events.2.line is "nowhere", where nothing is simulated; known are 127.0.0.1:15020/,
    );
    expect(message).toMatch(/:9: events.3.unit is 99, which 127.0.0.1:15020 does not have; known are 1, 2/);
    expect(message).toMatch(
      /:10: events.4 needs exactly one of set, refit, fault, busFault, broker, clockAheadSeconds, message, telemetry, diskUsedPercent, certificateDays, savingGoing/,
    );
    expect(message).toMatch(/:11: events.5 needs "boiler": which one set is meant for/);
    expect(message).toMatch(/:12: events.6.every is 1 min; it must be longer than "for"/);
    expect(message).toMatch(/:13: events.7.refit has the fuel "whale-oil"; known are/);
    expect(message).toMatch(/:14: events.8.gateway is "gw-9", which is not there; known are/);
    expect(message).toMatch(/:15: events.9 needs "gateway": which one message is meant for/);
    expect(message).toMatch(/:15: events.9.for does not go with message/);
  });

  test("names what could not happen to this plant, which would else be found when its time comes", () => {
    const message = faultsOf(`  - { at: 1 s, line: "127.0.0.1:15020", unit: 1, busFault: { kind: half-open } }
  - { at: 2 s, boiler: toh-01, set: { fuelShares: { lpg: 1 } } }
  - { at: 3 s, boiler: toh-02, set: { fuelShares: { natural-gas: 0 } } }
  - { at: 4 s, boiler: toh-02, refit: { exhaustTempC: 70, airPreheater: { preheatedAirTempC: 450 } } }
  - { at: 5 s, boiler: toh-01, point: o2DryPercent, fault: { kind: calibration-gas, value: 40 } }
  - { at: 6 s, boiler: toh-01, point: heavyOilFlowLPerH, fault: { kind: calibration-gas, value: -5 } }
  - { at: 7 s, boiler: toh-01, point: o2DryPercent, fault: { kind: copies, point: soxPpm } }
  - { at: 8 s, boiler: toh-01, point: o2DryPercent, fault: { kind: clipped, low: 9, high: 2 } }
  - { at: 9 s, broker: cut, over: 3 s, every: 0.001 s }
  - { at: 10 s, boiler: toh-01, refit: { fuels: [{ fuel: lpg }] } }
  - { at: 11 s, boiler: toh-01, set: { fuelShares: { lpg: 1 } } }
`);
    expect(message).toMatch(/:6: events.0.busFault does not fit: half-open is for a whole line/);
    expect(message).toMatch(/:7: events.1.set.fuelShares has lpg; this boiler burns heavy-oil/);
    expect(message).toMatch(/:8: events.2.set.fuelShares gives no fuel a share/);
    expect(message).toMatch(/:9: events.3.refit.airPreheater warms air to 450 °C with gas of/);
    expect(message).toMatch(
      /:10: events.4.fault.value is 40; no gas has that: o2DryPercent lies between -0.2 and 21.1/,
    );
    expect(message).toMatch(/:11: events.5.fault.value is -5; no gas has that/);
    expect(message).toMatch(
      /:12: events.6.fault.point is "soxPpm", which is not there to be shown; known are/,
    );
    expect(message).toMatch(/:13: events.7.fault ends at 9 below and at 2 above/);
    expect(message).toMatch(/:14: events.8.over goes with set alone/);
    expect(message).toMatch(/:14: events.8.every is 0.001 s; it must be 1 s or more/);
    expect(message).toMatch(/has 10 faults/); // after the retrofit lpg is what burns
  });

  test("says which faults there are, and what is physically impossible", () => {
    const message = faultsOf(`  - { at: 1 s, boiler: toh-01, point: o2DryPercent, fault: { kind: explodes } }
  - { at: 2 s, boiler: toh-01, set: { o2TrimPercent: 30, airLeakPercent: -1 } }
  - { at: 1 fortnight, line: x, busFault: { kind: late, byMs: -3 } }
`);
    expect(message).toMatch(/:6: .*"explodes"}; it must be one of kind frozen, dead, no-value/);
    expect(message).toMatch(/:7: events.1.set.o2TrimPercent is 30; it must be <= 15/);
    expect(message).toMatch(/:7: events.1.set.airLeakPercent is -1; it must be >= 0/);
    expect(message).toMatch(/:8: events.2.at is "1 fortnight"; it must be a time like 40 s/);
    expect(message).toMatch(/:8: events.2.busFault.byMs is -3; it must be >= 0/);
  });
});
