import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { Boiler } from "../../domain/boiler.ts";
import { airRatioHundredths } from "../../domain/combustion/air-ratio.ts";
import { burning, mixed } from "../../domain/fuel.ts";
import {
  inForceAt,
  judgeTables,
  limitInForce,
  mostO2DryPercent,
  o2BarDryPercent,
  type SteadyMeans,
  type TableQuantity,
} from "../../domain/limits.ts";
import { boiler, fuel, shippedRules } from "../helpers/boilers.ts";
import { goldenCases } from "../helpers/golden-cases.ts";

const { limitTables } = shippedRules();
const atMs = Date.UTC(2026, 0, 1);
const fuelOfClass = { coal: "bituminous-coal", oil: "heavy-oil", gas: "natural-gas" } as const;
const classes = { ">=30": 30, ">=10,<30": 10, ">=5,<10": 5, "<5": 4.99 } as const;

type Column = Readonly<Record<keyof typeof classes, number | null>>;
interface Published {
  readonly limits: {
    readonly coal: { readonly fixedBed: Column; readonly fluidisedBed: Column };
    readonly oil: Column;
    readonly gas: Column;
  };
}
const published = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../reference/limits.json"), "utf8"),
) as {
  readonly airRatio: Published;
  readonly exhaustTemperature: Published;
};

const columns = (["airRatio", "exhaustTempC"] as const).flatMap((quantity) => {
  const { coal, oil, gas } = (quantity === "airRatio" ? published.airRatio : published.exhaustTemperature)
    .limits;
  return [
    { quantity, fuelClass: "oil", coalFiring: null, column: oil },
    { quantity, fuelClass: "gas", coalFiring: null, column: gas },
    { quantity, fuelClass: "coal", coalFiring: "fixed-bed", column: coal.fixedBed },
    { quantity, fuelClass: "coal", coalFiring: "fluidised-bed", column: coal.fluidisedBed },
  ] as const;
});
const cells = columns.flatMap(({ column, ...head }) =>
  (Object.entries(classes) as [keyof typeof classes, number][]).map(([capacityClass, capacity]) => ({
    ...head,
    capacity,
    limit: column[capacityClass],
  })),
);

function windowOf(o2DryPercent: number | null, exhaustTempC: number | null): SteadyMeans {
  const of = (mean: number | null) =>
    mean === null ? null : { mean, samples: 900, goodSamples: 890, flaws: [] };
  return { o2DryPercent: of(o2DryPercent), exhaustTempC: of(exhaustTempC), steadySinceMs: 0 };
}

describe("the two tables", () => {
  test.each(cells)("$quantity of $fuelClass $coalFiring from $capacity t/h: $limit", (cell) => {
    const { quantity, fuelClass, coalFiring, capacity, limit } = cell;
    const burned = fuel(fuelOfClass[fuelClass]);
    const of = (capacityTPerH: number) =>
      limitInForce(
        quantity,
        boiler({ capacityTPerH, coalFiring, fuels: [burned] }),
        burned,
        limitTables,
        atMs,
      )?.limit;
    expect(of(capacity)).toBe(limit);
    if (capacity >= 5) expect(of(capacity * 1.6)).toBe(limit);
  });

  test.each([...goldenCases("air-ratio-limit"), ...goldenCases("exhaust-temp-limit")])(
    "$id: $title",
    (golden) => {
      const { inputs, expected } = golden;
      const text = (name: string) => inputs[name] as unknown as string;
      const coalFiring =
        text("fuel") !== "coal" ? null : text("bed") === "fixed" ? "fixed-bed" : "fluidised-bed";
      const burned = fuel(fuelOfClass[text("fuel") as "coal" | "oil" | "gas"]);
      const judged: Boiler = boiler({
        capacityTPerH: inputs["capacity"]?.value ?? 0,
        coalFiring,
        fuels: [burned],
      });
      const means = windowOf(inputs["o2"]?.value ?? null, inputs["exhaustTemp"]?.value ?? null);
      const quantity: TableQuantity = golden.kind === "air-ratio-limit" ? "airRatio" : "exhaustTempC";
      const verdict = judgeTables(means, judged, burned, limitTables, atMs)[quantity];
      const words = { compliant: "within", violation: "above", "no-limit": "no-limit" } as const;
      expect(verdict.kind).toBe(words[expected["verdict"] as unknown as keyof typeof words]);
      if (expected["limit"] !== null && "limit" in verdict)
        expect(verdict.limit).toBe(expected["limit"]?.value);
    },
  );

  test("what was in force at a date judges that date", () => {
    const burned = fuel("natural-gas");
    const before = Date.parse("2018-12-31T23:59:59+08:00");
    expect(judgeTables(windowOf(9, 300), boiler(), burned, limitTables, before)).toEqual({
      airRatio: { kind: "not-in-force" },
      exhaustTempC: { kind: "not-in-force" },
    });
    const editions = [{ validFrom: "2020-01-01" }, { validFrom: "2024-07-01" }, { validFrom: "2022-01-01" }];
    expect(inForceAt(editions, Date.parse("2024-06-30T15:59:59Z"))?.validFrom).toBe("2022-01-01");
    expect(inForceAt(editions, Date.parse("2024-06-30T16:00:00Z"))?.validFrom).toBe("2024-07-01");
  });

  test("a limit of the boiler's own goes before the table's from its date on, with its own source", () => {
    const ownLimits = { airRatio: 1.15, exhaustTempC: null, source: "Permit 12", validFrom: "2025-01-01" };
    const burned = fuel("natural-gas");
    const judged = judgeTables(windowOf(3.5, 160), boiler({ ownLimits }), burned, limitTables, atMs);
    expect(judged.airRatio).toMatchObject({
      kind: "above",
      limit: 1.15,
      source: "Permit 12",
      tablesId: "own",
    });
    expect(judged.exhaustTempC).toMatchObject({ kind: "within", limit: 170, tablesId: "tw-boiler-tables" });
    expect(
      limitInForce("airRatio", boiler({ ownLimits }), burned, limitTables, Date.UTC(2024, 5, 1))?.limit,
    ).toBe(1.3);
  });
});

describe("several fuels at once", () => {
  test("the one with most heat governs, not the one with most litres", () => {
    const fuels = [fuel("heavy-oil"), fuel("natural-gas")];
    const governing = (...flows: number[]) =>
      mixed(
        fuels.map(burning),
        fuels.map(({ ncvMjPerUnit }, index) => ncvMjPerUnit * (flows[index] ?? 0)),
      )?.governing.id ?? null;
    expect(governing(100, 150)).toBe("natural-gas");
    expect(governing(200, 150)).toBe("heavy-oil");
    expect(governing(0, 0)).toBeNull();
  });
});

test("a limit of three decimals has the bar of the hundredths that the rounded ratio can keep", () => {
  expect(o2BarDryPercent(1.253)).toBe(o2BarDryPercent(1.25));
  for (let hundredths = 101; hundredths <= 300; hundredths += 1) {
    const most = mostO2DryPercent(o2BarDryPercent(hundredths / 100 + 0.004));
    expect(airRatioHundredths(most)).toBe(hundredths);
    expect(airRatioHundredths(most + 0.01)).toBeGreaterThan(hundredths);
  }
});

test("the oxygen that may not be reached is, to the digit, that of the limit and half a hundredth", () => {
  const bars = [1.2, 1.25, 1.3, 1.45].map((limit) => o2BarDryPercent(limit).toFixed(4));
  expect(bars).toEqual(["3.5726", "4.2669", "4.9080", "6.5670"]);
});

test("the oxygen that is written as still allowed is allowed, and a hundredth more is not", () => {
  expect(mostO2DryPercent(o2BarDryPercent(1.3))).toBe(4.9);
  expect(mostO2DryPercent(o2BarDryPercent(1.45))).toBe(6.56);
  // The one limit whose bar has no more than one decimal: the bar itself is passed already.
  expect(mostO2DryPercent(o2BarDryPercent(1.87))).toBe(9.79);
  for (let hundredths = 105; hundredths <= 300; hundredths += 1) {
    const most = mostO2DryPercent(o2BarDryPercent(hundredths / 100));
    expect(airRatioHundredths(most)).toBeLessThanOrEqual(hundredths);
    expect(airRatioHundredths(most + 0.01)).toBeGreaterThan(hundredths);
  }
});
