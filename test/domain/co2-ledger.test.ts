import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Burned, burnedIn, co2Ledger, type FuelEdition } from "../../domain/emissions/co2-ledger.ts";
import { greenhouseGases } from "../../domain/emissions/greenhouse-gas.ts";
import type { Fuel } from "../../domain/fuel.ts";
import { dayStartMs } from "../../domain/limits.ts";
import type { RollupTier } from "../../domain/rollup.ts";
import { fuel, shippedRules } from "../helpers/boilers.ts";
import { catalogue, frame } from "../helpers/frames.ts";
import { goldenCases } from "../helpers/golden-cases.ts";
import { rollupsByDefinition } from "../helpers/rollups.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const newYearMs = dayStartMs("2026-01-01");
const potentials = shippedRules().files["warming-potentials"];
const oil = fuel("heavy-oil");
const gas = fuel("natural-gas");
const coal = fuel("bituminous-coal");

function rulesOf(fuels: readonly Fuel[], more: readonly FuelEdition[] = []) {
  const editions = new Map<string, FuelEdition[]>();
  for (const each of [...fuels.map((of) => ({ validFrom: "2019-01-01", fuel: of })), ...more]) {
    editions.set(each.fuel.id, [...(editions.get(each.fuel.id) ?? []), each]);
  }
  return { fuels: editions, potentials };
}

function burned(of: Fuel, unitsPerH: number, fromMs: number, hours: number, knownShare = 1): Burned {
  return { fuelId: of.id, fromMs, untilMs: fromMs + hours * hourMs, unitsPerH, knownShare };
}

describe("the ledger of a period", () => {
  test("gives the reference case's CO₂, fuel by fuel", () => {
    const [golden] = goldenCases("co2-fuel");
    // The case has gas by the table's 8,000 kcal/m³; the shipped gas is an LNG with its own heating value.
    const tableGas = { ...gas, ncvMjPerUnit: 8_000 * 4.1868e-3 };
    const fuels = [oil, tableGas, coal];
    const use = fuels.map((each) => burned(each, 1_000, newYearMs, 1));
    const ids = fuels.map(({ id }) => id);
    const ledger = co2Ledger(newYearMs, newYearMs + hourMs, ids, use, rulesOf(fuels));
    const expected = golden?.expected["co2"];
    expect((ledger?.total.co2Kg ?? 0) / 1_000).toBeCloseTo(expected?.value ?? Number.NaN, 6);
    // Factor table 6.0.4, kg CO₂ per unit.
    const perUnit = ledger?.lines.map(({ co2Kg, quantity }) => co2Kg / quantity) ?? [];
    expect(perUnit.map((each) => each.toFixed(6))).toEqual(["3.110960", "1.879036", "2.408113"]);
    expect(ledger?.lines.map(({ massKg }) => massKg)).toEqual([expect.closeTo(986, 9), null, 1_000]);
    expect(ledger).toMatchObject({ knownShare: 1 });
  });

  test("counts methane and nitrous oxide by the potentials of its edition, and says by which", () => {
    const ledger = co2Ledger(
      newYearMs,
      newYearMs + hourMs,
      [oil.id],
      [burned(oil, 1_000, newYearMs, 1)],
      rulesOf([oil]),
    );
    const tj = (1_000 * 40.19328) / 1e6;
    expect(ledger?.lines[0]).toMatchObject({
      energyLhvMj: expect.closeTo(40_193.28, 9),
      ch4Kg: expect.closeTo(3 * tj, 12),
      n2oKg: expect.closeTo(0.6 * tj, 12),
      co2eKg: expect.closeTo(tj * (77_400 + 3 * 28 + 0.6 * 265), 9),
      factorEdition: "IPCC 2006 / table 6.0.4",
      factorsFrom: "2019-01-01",
      potentialsFrom: "2014-01-01",
    });
    expect(ledger?.lines[0]?.potentialsSource).toContain("Fifth Assessment");
  });

  test("each day is reckoned by the factors of its time, also within one stretch", () => {
    const newer: Fuel = {
      ...oil,
      emissionFactors: { ...oil.emissionFactors, edition: "of 2026", co2KgPerTj: 70_000 },
    };
    const rules = rulesOf([oil], [{ validFrom: "2026-01-01", fuel: newer }]);
    const fromMs = newYearMs - 6 * hourMs;
    const ledger = co2Ledger(fromMs, fromMs + dayMs, [oil.id], [burned(oil, 100, fromMs, 24)], rules);
    expect(ledger?.lines.map(({ factorEdition, quantity }) => [factorEdition, quantity])).toEqual([
      ["IPCC 2006 / table 6.0.4", 600],
      ["of 2026", 1_800],
    ]);
    expect(ledger?.total.co2Kg).toBeCloseTo(((600 * 77_400 + 1_800 * 70_000) * oil.ncvMjPerUnit) / 1e6, 6);
  });

  test("CO₂ of biomass stands apart and in no sum; its methane and nitrous oxide count", () => {
    const cofired: Fuel = { ...coal, emissionFactors: { ...coal.emissionFactors, biogenicPercent: 30 } };
    const of = (each: Fuel) =>
      co2Ledger(
        newYearMs,
        newYearMs + hourMs,
        [coal.id],
        [burned(each, 1_000, newYearMs, 1)],
        rulesOf([each]),
      )?.total;
    const [plain, mixed] = [of(coal), of(cofired)];
    expect(mixed?.co2Kg).toBeCloseTo(0.7 * (plain?.co2Kg ?? 0), 9);
    expect(mixed?.biogenicCo2Kg).toBeCloseTo(0.3 * (plain?.co2Kg ?? 0), 9);
    expect(plain?.biogenicCo2Kg).toBe(0);
    expect((plain?.co2eKg ?? 0) - (mixed?.co2eKg ?? 0)).toBeCloseTo(mixed?.biogenicCo2Kg ?? 0, 9);
    expect(mixed?.ch4Kg).toBe(plain?.ch4Kg);
  });

  test("what no meter told is not filled in: the share that is known says how much that is", () => {
    const use = [
      burned(oil, 100, newYearMs, 12),
      burned(oil, 100, newYearMs + 12 * hourMs, 12, 0.5),
      burned(gas, 200, newYearMs, 24),
    ];
    const rules = rulesOf([oil, gas]);
    const ledger = co2Ledger(newYearMs, newYearMs + dayMs, [oil.id, gas.id], use, rules);
    expect(ledger).toMatchObject({ knownShares: { "heavy-oil": 0.75, "natural-gas": 1 }, knownShare: 0.75 });
    expect(ledger?.lines[0]?.quantity).toBe(1_800);
    for (const unitsPerH of [Number.NaN, Number.POSITIVE_INFINITY, -5]) {
      const spoiled = co2Ledger(
        newYearMs,
        newYearMs + dayMs,
        [oil.id],
        [burned(oil, unitsPerH, newYearMs, 24)],
        rules,
      );
      expect(spoiled).toMatchObject({ lines: [], knownShare: 0, total: { co2Kg: 0 } });
    }
    // A fuel of which nothing is told at all.
    expect(co2Ledger(newYearMs, newYearMs + dayMs, [oil.id, gas.id], use.slice(2), rules)?.knownShare).toBe(
      0,
    );
  });

  test("is not computable of no time, and of a fuel that no rule knows", () => {
    const rules = rulesOf([oil]);
    expect(co2Ledger(newYearMs, newYearMs, [oil.id], [], rules)).toBeNull();
    expect(
      co2Ledger(newYearMs, newYearMs + hourMs, [oil.id], [burned(gas, 1, newYearMs, 1)], rules),
    ).toBeNull();
    expect(
      co2Ledger(newYearMs, newYearMs + hourMs, [gas.id], [burned(gas, 1, newYearMs, 1)], rules),
    ).toBeNull();
  });

  test("two halves of a period are the whole, wherever it is divided, and the order of stretches changes nothing", () => {
    const rules = rulesOf([oil, gas], [{ validFrom: "2026-01-01", fuel: { ...gas, ncvMjPerUnit: 35 } }]);
    const ids = [oil.id, gas.id];
    const fromMs = newYearMs - dayMs / 2;
    const untilMs = fromMs + dayMs;
    const stretches = fc.array(
      fc.record({
        fuelId: fc.constantFrom(...ids),
        unitsPerH: fc.double({ min: 0, max: 1e4, noNaN: true }),
        knownShare: fc.double({ min: 0.01, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 24 },
    );
    fc.assert(
      fc.property(stretches, fc.integer({ min: 1, max: dayMs - 1 }), (all, place) => {
        const use = all.map((each, index) => ({
          ...each,
          fromMs: fromMs + index * hourMs,
          untilMs: fromMs + (index + 1) * hourMs,
        }));
        const co2e = (from: number, until: number, of: readonly Burned[]) =>
          co2Ledger(from, until, ids, of, rules)?.total.co2eKg ?? Number.NaN;
        const whole = co2e(fromMs, untilMs, use);
        const halves = co2e(fromMs, fromMs + place, use) + co2e(fromMs + place, untilMs, use);
        expect(Math.abs(halves - whole)).toBeLessThanOrEqual(1e-9 * Math.max(1, whole));
        expect(Math.abs(co2e(fromMs, untilMs, use.toReversed()) - whole)).toBeLessThanOrEqual(
          1e-9 * Math.max(1, whole),
        );
      }),
    );
  });

  test("an hour's gases are those of the live figure", () => {
    const live = greenhouseGases(500, gas.ncvMjPerUnit, gas.emissionFactors, { ch4: 28, n2o: 265 });
    const ledger = co2Ledger(
      newYearMs,
      newYearMs + hourMs,
      [gas.id],
      [burned(gas, 500, newYearMs, 1)],
      rulesOf([gas]),
    );
    expect(ledger?.total).toEqual(live);
  });
});

describe("what rollups tell of a fuel", () => {
  const slot = catalogue.slotOf("naturalGasFlowNm3PerH");
  /** A reading every ten seconds, in the minutes asked for. */
  const readings = (minutes: number, flowIn: (minute: number) => number | null) =>
    Array.from({ length: 6 * minutes }, (_, index) => index)
      .filter((index) => flowIn(Math.floor(index / 6)) !== null)
      .map((index) => ({
        frame: frame({ naturalGasFlowNm3PerH: flowIn(Math.floor(index / 6)) }, newYearMs + 10_000 * index),
        origin: { siteId: "works", gatewayId: "gw-1", sid: "s", seq: index + 1, timeSegment: 0 },
      }));
  const ledgerBy = (tier: RollupTier, flowIn: (minute: number) => number | null) => {
    const rollups = rollupsByDefinition(readings(120, flowIn), catalogue, 0).filter(
      (each) => each.tier === tier,
    );
    const use = rollups.flatMap((rollup) => burnedIn(rollup, gas.id, slot) ?? []);
    return co2Ledger(newYearMs, newYearMs + 2 * hourMs, [gas.id], use, rulesOf([gas]));
  };

  test.each(["minute", "hour"] as const)(
    "its %ss give what was burned, and for how much of the time",
    (tier) => {
      const whole = ledgerBy(tier, (minute) => 600 + minute);
      expect(whole?.lines[0]?.quantity).toBeCloseTo(2 * 659.5, 6);
      expect(whole?.knownShare).toBeCloseTo(1, 9);
      // Half an hour of the second is not known, and in the first nothing burned for a quarter of an hour.
      const parted = ledgerBy(tier, (minute) => (minute < 15 ? 0 : minute >= 90 ? null : 600));
      expect(parted?.lines[0]?.quantity).toBeCloseTo(600 * 1.25, 6);
      expect(parted?.knownShare).toBeCloseTo(0.75, 9);
      expect(ledgerBy(tier, (minute) => (minute < 60 ? 0 : null))).toMatchObject({
        lines: [{ quantity: 0, co2Kg: 0 }],
        knownShare: 0.5,
      });
      expect(ledgerBy(tier, () => null)).toMatchObject({ lines: [], knownShare: 0 });
    },
  );
});
