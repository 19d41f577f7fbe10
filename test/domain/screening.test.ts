import { describe, expect, test } from "vitest";
import type { Boiler } from "../../domain/boiler.ts";
import { expectedCo2DryPercent, flueGas } from "../../domain/combustion/excess-air.ts";
import { boilerDerivation } from "../../domain/derivation.ts";
import { flawOfCode } from "../../domain/frame.ts";
import { burning } from "../../domain/fuel.ts";
import type { FlawReason, Values } from "../../domain/reading.ts";
import { screenFor, signalMemory, signalWatch } from "../../domain/screening.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { boiler, fuel, shippedPlausibility } from "../helpers/boilers.ts";
import { catalogue, frame } from "../helpers/frames.ts";

const minutes = (count: number) => count * 60;
const everySeconds = 5;
const startMs = Date.UTC(2026, 0, 5);
const gasBoiler = boiler({ airHumidityKgPerKg: 0.008 });
const gas = burning(fuel("natural-gas"));

/** Which points were doubted for which reason, and when that was first, in seconds. */
type Doubts = ReadonlyMap<string, number>;

/** Lets a boiler's sensors through screening as they come; `sample` gives what they say at a second. */
function doubtsIn(seconds: number, sample: (second: number) => Values, of: Boiler = gasBoiler): Doubts {
  const screen = screenFor(catalogue);
  const derivation = boilerDerivation(of, catalogue);
  const signals = signalWatch(catalogue, of, shippedPlausibility());
  const memory = signalMemory();
  const doubts = new Map<string, number>();
  for (let second = 0; second < seconds; second += everySeconds) {
    const scan = frame(sample(second), startMs + second * 1_000);
    screen.screen(scan);
    signals.see(memory, scan, derivation.begin(scan));
    for (const slot of scan.measured) {
      const reason = flawOfCode(scan.flaws[slot] ?? 0);
      const doubt = `${catalogue.names[slot]} ${reason}`;
      if (reason !== null && !doubts.has(doubt)) doubts.set(doubt, second);
    }
  }
  return doubts;
}

const reasonsIn = (doubts: Doubts) => [...doubts.keys()].sort();

/** A healthy gas boiler: the load swings over half an hour, every instrument has its own noise. */
function healthy(seed = 1, changes: (values: Record<string, number>, second: number) => Values = (v) => v) {
  const random = seededRandom(seed);
  const noise = (size: number) => size * (random() + random() - 1);
  return (second: number): Values => {
    const loadPercent = 60 + 20 * Math.sin((2 * Math.PI * second) / minutes(30)) + noise(0.5);
    const o2 = 4.5 - loadPercent / 50 + noise(0.05);
    const gasFlow = 5.6 * loadPercent + noise(2);
    const dryMolPerMj = flueGas(o2, gas.stoichiometry, 0.008)?.dryMol ?? 0;
    const stackFlow = gasFlow * 39.515 * dryMolPerMj * 0.022414;
    return changes(
      {
        firing: 1,
        loadPercent,
        naturalGasFlowNm3PerH: gasFlow,
        o2DryPercent: o2,
        co2DryPercent: (expectedCo2DryPercent(o2, gas.stoichiometry) ?? 0) + noise(0.05),
        coDryPpm: 20 + noise(5),
        noxDryPpm: 55 + 0.1 * loadPercent + noise(2),
        soxDryPpm: 0,
        exhaustTempC: 120 + 0.5 * loadPercent + noise(0.5),
        ambientTempC: 25 + noise(0.1),
        stackFlowDryNm3PerH: stackFlow + noise(20),
      },
      second,
    );
  };
}

/** A healthy boiler whose sensors say something else from a moment on. */
const faulty = (changes: (values: Record<string, number>, second: number) => Values) => healthy(1, changes);
const stopped = (o2DryPercent: number) => () => ({
  firing: 0,
  loadPercent: 0,
  o2DryPercent,
  exhaustTempC: 60,
});

describe("a healthy boiler", () => {
  test.each([1, 2, 3])("is doubted in nothing for three hours (seed %d)", (seed) => {
    expect(reasonsIn(doubtsIn(minutes(180), healthy(seed)))).toEqual([]);
  });

  test("nor is one with a wet probe, a stopped one in air, or one that lights off and stops", () => {
    const wet = healthy(4, ({ o2DryPercent = 0, ...rest }) => {
      const flue = flueGas(o2DryPercent, gas.stoichiometry, 0.008);
      return { ...rest, o2WetPercent: (o2DryPercent * (flue?.dryMol ?? 0)) / (flue?.wetMol ?? 1) };
    });
    expect(reasonsIn(doubtsIn(minutes(60), wet))).toEqual([]);
    expect(reasonsIn(doubtsIn(minutes(60), stopped(20.7)))).toEqual([]);
    const lit = healthy(5, (values, second) => {
      if (second >= minutes(30) && second < minutes(60)) return values;
      // The probe washes out, and fills, within a minute or so; the stack cools slowly.
      const since = second < minutes(30) ? 3_600 : second - minutes(60);
      const o2DryPercent = 20.8 - 17.5 * Math.exp(-since / 40);
      return { firing: 0, loadPercent: 0, o2DryPercent, exhaustTempC: 60 + 100 * Math.exp(-since / 2_000) };
    });
    expect(reasonsIn(doubtsIn(minutes(90), lit))).toEqual([]);
  });
});

describe("a signal that cannot be", () => {
  test.each<[string, string, number]>([
    ["o2DryPercent", "out-of-range", 36],
    ["o2DryPercent", "out-of-range", -5],
    ["exhaustTempC", "out-of-range", 1_372],
    ["loadPercent", "out-of-range", 6_553.5],
    ["noxDryPpm", "out-of-range", 65_535],
    ["naturalGasFlowNm3PerH", "out-of-range", -1],
  ])("%s is %s at %d", (point, reason, value) => {
    const doubts = doubtsIn(
      60,
      faulty((values) => ({ ...values, [point]: value })),
    );
    expect(reasonsIn(doubts)).toContain(`${point} ${reason}`);
    const scan = frame({ [point]: value }, startMs);
    screenFor(catalogue).screen(scan);
    expect(scan.values[catalogue.slotOf(point)]).toBeNaN();
  });

  test.each<[number, FlawReason | null]>([
    [-0.1, "drifted"],
    [0, null],
    [20.95, null],
    [21.05, "drifted"],
  ])("oxygen of %d %% is %s, and its value stays", (o2DryPercent, reason) => {
    const scan = frame({ firing: 0, o2DryPercent, exhaustTempC: 60 }, startMs);
    screenFor(catalogue).screen(scan);
    const slot = catalogue.slotOf("o2DryPercent");
    expect(flawOfCode(scan.flaws[slot] ?? 0)).toBe(reason);
    expect(scan.values[slot]).toBe(o2DryPercent);
  });

  test("a dead analyser sends zeros on all channels; one channel at zero is no dead analyser", () => {
    const dead = { o2DryPercent: 0, co2DryPercent: 0, coDryPpm: 0, noxDryPpm: 0 };
    expect(
      reasonsIn(
        doubtsIn(
          60,
          faulty((values) => ({ ...values, ...dead })),
        ),
      ),
    ).toEqual([
      "co2DryPercent dead-analyser",
      "coDryPpm dead-analyser",
      "noxDryPpm dead-analyser",
      "o2DryPercent dead-analyser",
      "soxDryPpm dead-analyser",
    ]);
    expect(
      reasonsIn(
        doubtsIn(
          60,
          faulty((values) => ({ ...values, coDryPpm: 0 })),
        ),
      ),
    ).toEqual([]);
  });

  test("exhaust below the air around a fire, and fuel meters that stand still with a flame on", () => {
    expect(
      reasonsIn(
        doubtsIn(
          60,
          faulty((values) => ({ ...values, exhaustTempC: 15 })),
        ),
      ),
    ).toEqual(["exhaustTempC implausible"]);
    expect(
      reasonsIn(
        doubtsIn(
          60,
          faulty((values) => ({ ...values, naturalGasFlowNm3PerH: 0 })),
        ),
      ),
    ).toEqual(["naturalGasFlowNm3PerH implausible"]);
  });
});

describe("a signal that contradicts its own past", () => {
  const stuck = (point: string, at: number) =>
    faulty((values, second) => (second < minutes(20) ? values : { ...values, [point]: at }));

  test.each<[string, number]>([
    ["exhaustTempC", 150],
    ["noxDryPpm", 60],
    ["coDryPpm", 22],
  ])("%s frozen at %d while the load moves, ten minutes after", (point, value) => {
    const doubts = doubtsIn(minutes(50), stuck(point, value));
    expect(reasonsIn(doubts)).toEqual([`${point} frozen`]);
    expect(doubts.get(`${point} frozen`)).toBe(minutes(30));
  });

  test("exhaust of a fire far below the water dew point, or hotter than a stack can be, is doubted", () => {
    const at = (exhaustTempC: number, seconds = minutes(20)) =>
      reasonsIn(doubtsIn(seconds, () => ({ firing: 1, o2DryPercent: 4, exhaustTempC })));
    expect(at(451, 60)).toEqual(["exhaustTempC implausible"]);
    expect([at(449), at(31)]).toEqual([[], []]);
    expect(at(29)).toEqual(["exhaustTempC implausible"]);
    // A cold boiler that was just lit has cold exhaust.
    expect(at(29, minutes(9))).toEqual([]);
  });

  test("a flame is there or not: between the two it is unknown", () => {
    const reading = { o2DryPercent: 4, exhaustTempC: 150, loadPercent: 60 };
    for (const firing of [0.5, 0.01, 0.99])
      expect(reasonsIn(doubtsIn(60, () => ({ ...reading, firing })))).toEqual(["firing out-of-range"]);
    expect(reasonsIn(doubtsIn(60, () => ({ ...reading, firing: 1 })))).toEqual([]);
  });

  test("a signal may stand still while the load does, and a gas that is not there may stand at zero", () => {
    const calm = { firing: 1, loadPercent: 80, o2DryPercent: 3, exhaustTempC: 150 };
    expect(reasonsIn(doubtsIn(minutes(60), () => calm))).toEqual([]);
    const none = faulty((values) => ({ ...values, coDryPpm: 0, soxDryPpm: 0, pmDryMgPerNm3: 0 }));
    expect(reasonsIn(doubtsIn(minutes(60), none))).toEqual([]);
  });

  test("oxygen that jumps faster than 5 % a second, exhaust faster than 20 K a minute", () => {
    const watch = signalWatch(catalogue, gasBoiler, shippedPlausibility());
    const reasonOf = (jump: number) => {
      const memory = signalMemory();
      const scan = (o2DryPercent: number, atMs: number) => {
        const next = frame({ firing: 1, o2DryPercent }, atMs);
        watch.see(memory, next, null);
        return flawOfCode(next.flaws[catalogue.slotOf("o2DryPercent")] ?? 0);
      };
      scan(3, startMs);
      return scan(3 + jump, startMs + 1_000);
    };
    expect([reasonOf(5.1), reasonOf(4.9), reasonOf(-2)]).toEqual(["too-fast", null, null]);

    const hot = (perMinute: number) =>
      faulty((values, second) => {
        const since = Math.max(0, second - minutes(20));
        return {
          ...values,
          exhaustTempC: 150 + (values["loadPercent"] ?? 0) / 1_000 + (perMinute * since) / 60,
        };
      });
    expect(reasonsIn(doubtsIn(minutes(24), hot(30)))).toEqual(["exhaustTempC too-fast"]);
    expect(reasonsIn(doubtsIn(minutes(24), hot(15)))).toEqual([]);
  });
});

describe("signals that contradict each other", () => {
  test("CO₂ that does not add up with the oxygen: by more than a point, after its minute; not by half a point", () => {
    const off = (points: number) =>
      faulty((values) => ({ ...values, co2DryPercent: (values["co2DryPercent"] ?? 0) - points }));
    const doubts = doubtsIn(minutes(20), off(2));
    expect(reasonsIn(doubts)).toContain("co2DryPercent co2-closure");
    expect(reasonsIn(doubts)).toContain("o2DryPercent co2-closure");
    expect(doubts.get("co2DryPercent co2-closure")).toBeGreaterThan(20);
    expect(reasonsIn(doubtsIn(minutes(20), off(0.5)))).toEqual([]);
  });

  test("O₂ and CO₂ that add up to another fuel", () => {
    // Near the oxygen of air a point of CO₂ is much: closure is silent where the ratio is not.
    const lean = (co2: number) => () => ({
      firing: 1,
      loadPercent: 50,
      naturalGasFlowNm3PerH: 200,
      o2DryPercent: 12,
      co2DryPercent: co2,
      exhaustTempC: 150,
    });
    expect(expectedCo2DryPercent(12, gas.stoichiometry)).toBeCloseTo(5.14, 1);
    const doubts = reasonsIn(doubtsIn(minutes(9), lean(6)));
    expect(doubts).toEqual(["co2DryPercent fo-range", "o2DryPercent fo-range"]);
    expect(reasonsIn(doubtsIn(minutes(9), lean(5.2)))).toEqual([]);
    // One frame without CO₂, as while an analyser is purged, is no other fuel.
    const purged = faulty((values, second) =>
      second === minutes(5) ? { ...values, co2DryPercent: 0.6 } : values,
    );
    expect(reasonsIn(doubtsIn(minutes(9), purged))).toEqual([]);
  });

  test("stack flow against fuel: beyond 0.85 to 1.15, on both meters", () => {
    const times = (factor: number) =>
      faulty((values) => ({ ...values, stackFlowDryNm3PerH: factor * (values["stackFlowDryNm3PerH"] ?? 0) }));
    const both = ["naturalGasFlowNm3PerH flow-mismatch", "stackFlowDryNm3PerH flow-mismatch"];
    expect(reasonsIn(doubtsIn(minutes(20), times(0.74)))).toEqual(both);
    expect(reasonsIn(doubtsIn(minutes(20), times(1.3)))).toEqual(both);
    expect(reasonsIn(doubtsIn(minutes(20), times(0.92)))).toEqual([]);
    expect(reasonsIn(doubtsIn(minutes(20), times(1.1)))).toEqual([]);
    // A meter that reads next to nothing once is one wrong frame; it does not outlast itself.
    const once = faulty((values, second) =>
      second === minutes(5) ? { ...values, naturalGasFlowNm3PerH: 1e-300 } : values,
    );
    expect(reasonsIn(doubtsIn(minutes(20), once))).toEqual([]);
  });

  test("firing against the oxygen: no air out of firing, air in a fire, each only when it has settled", () => {
    const notAir = doubtsIn(minutes(30), stopped(5));
    expect(reasonsIn(notAir)).toEqual(["o2DryPercent not-air"]);
    expect(notAir.get("o2DryPercent not-air")).toBe(minutes(10));
    const leak = doubtsIn(minutes(30), () => ({
      firing: 1,
      loadPercent: 60,
      o2DryPercent: 17,
      exhaustTempC: 140,
    }));
    expect(reasonsIn(leak)).toEqual(["o2DryPercent air-leak"]);
    expect(leak.get("o2DryPercent air-leak")).toBe(minutes(10));
    expect(reasonsIn(doubtsIn(minutes(30), stopped(18.5)))).toEqual([]);
  });

  test("one signal mapped twice, after two hundred samples of it; two that only rise together are two", () => {
    const twice = faulty((values) => ({ ...values, soxDryPpm: 2 * (values["noxDryPpm"] ?? 0) }));
    const doubts = doubtsIn(minutes(60), twice);
    expect(reasonsIn(doubts)).toEqual(["noxDryPpm duplicate", "soxDryPpm duplicate"]);
    expect(doubts.get("noxDryPpm duplicate")).toBeGreaterThanOrEqual(199 * 10);
    const alike = faulty((values, second) => ({
      ...values,
      soxDryPpm: (values["noxDryPpm"] ?? 0) * (1 + 0.001 * Math.sin(second)),
    }));
    expect(reasonsIn(doubtsIn(minutes(60), alike))).toEqual([]);
  });
});
