import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { emissionLimitInForce, inForceAt, judgeTables, type SteadyMeans } from "../../domain/limits.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { plantOf } from "../../settings/registry.ts";
import { loadSettings, type Settings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const root = resolve(import.meta.dirname, "../..");
const demo = readFileSync(join(root, "config", "demo.yaml"), "utf8");

type RuleFiles = Readonly<Record<string, string>>;

function load(files: RuleFiles, config = demo): Settings {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "rules"));
  writeFileSync(join(folder, "plant.yaml"), config);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "rules", name), text);
  return loadSettings(join(folder, "plant.yaml"), root, readEnvironment({}));
}

/** What is refused of the rule files, each as `file:line: message`; what the shipped ones were would fail, too. */
function refused(files: RuleFiles, config = demo): readonly string[] {
  try {
    load(files, config);
    return [];
  } catch (error) {
    const [head = "", ...lines] = String((error as Error).message).split("\n");
    expect(head).toMatch(/^The configuration has /);
    return lines.map((line) => line.trim().replace(/^.*\/(?=[^/]+:\d+: )/, ""));
  }
}

const gasTables = (validFrom: string, airRatio: number, more = "") => `kind: limit-tables
id: gas-tables
validFrom: ${validFrom}
${more}source: a test
tables:
  airRatio: [{ fuel: gas, fromTPerH: 0, limit: ${airRatio} }, { fuel: oil, fromTPerH: 0, limit: 1.5 }]
  exhaustTempC: [{ fuel: gas, fromTPerH: 0, limit: 180 }, { fuel: oil, fromTPerH: 0, limit: null }]
`;
const shippedFuels = readFileSync(join(root, "config", "rules", "fuels-2019.yaml"), "utf8");
const standard = readFileSync(join(root, "config", "rules", "tw-boiler-emissions-2018.yaml"), "utf8");

describe("a rule file is refused, with file and line", () => {
  test("while the edition before it is in force, or from the same day", () => {
    expect(
      refused({
        "a.yaml": gasTables("2020-01-01", 1.3, "validUntil: 2024-12-31\n"),
        "b.yaml": gasTables("2024-07-01", 1.2),
      }),
    ).toEqual([
      'b.yaml:3: validFrom is 2024-07-01, while the edition of "gas-tables" before it is in force until 2024-12-31',
    ]);
    expect(
      refused({ "a.yaml": gasTables("2020-01-01", 1.3), "b.yaml": gasTables("2020-01-01", 1.2) }),
    ).toEqual(['b.yaml:3: validFrom is 2020-01-01, as in another file of "gas-tables"']);
    expect(refused({ "a.yaml": gasTables("2020-01-01", 1.3, "validUntil: 2019-12-31\n") })).toEqual([
      "a.yaml:4: validUntil is 2019-12-31, before validFrom 2020-01-01",
    ]);
    // One after the other, with a day between or without an end, is in order.
    expect(
      refused({
        "a.yaml": gasTables("2020-01-01", 1.3, "validUntil: 2024-06-30\n"),
        "b.yaml": gasTables("2024-07-01", 1.2),
        "c.yaml": gasTables("2026-01-01", 1.1),
      }),
    ).toEqual([]);
  });

  test("from a day that no calendar has", () => {
    for (const day of ["2026-13-01", "2026-02-30", "2026-1-1", "next year"])
      expect(refused({ "a.yaml": gasTables(day, 1.3) }), day).toEqual([
        `a.yaml:3: validFrom is "${day}"; it must be a day of the calendar, like 2026-01-01`,
      ]);
    expect(refused({ "a.yaml": gasTables("2024-02-29", 1.3) })).toEqual([]);
  });

  test("with a hole in its capacity classes, two classes for one capacity, or no class at the top", () => {
    const classes = (rows: string) =>
      refused({
        "a.yaml": gasTables("2020-01-01", 1.3).replace("{ fuel: gas, fromTPerH: 0, limit: 1.3 }", rows),
      });
    expect(
      classes(
        "{ fuel: gas, fromTPerH: 0, belowTPerH: 5, limit: 1.3 }, { fuel: gas, fromTPerH: 6, limit: 1.2 }",
      ),
    ).toEqual(["a.yaml:6: tables.airRatio (gas) has no class from 5 to 6 t/h"]);
    expect(
      classes(
        "{ fuel: gas, fromTPerH: 0, belowTPerH: 6, limit: 1.3 }, { fuel: gas, fromTPerH: 5, limit: 1.2 }",
      ),
    ).toEqual(["a.yaml:6: tables.airRatio (gas) has two classes for 5 t/h"]);
    expect(classes("{ fuel: gas, fromTPerH: 0, belowTPerH: 5, limit: 1.3 }")).toEqual([
      "a.yaml:6: tables.airRatio (gas) has no class from 5 t/h up",
    ]);
  });

  test("with a fuel that nobody knows, in a table as in a boiler", () => {
    expect(refused({ "a.yaml": gasTables("2020-01-01", 1.3).replaceAll("fuel: oil", "fuel: peat") })).toEqual(
      [
        'a.yaml:6: tables.airRatio.1.fuel is "peat"; allowed are coal, oil, gas',
        'a.yaml:7: tables.exhaustTempC.1.fuel is "peat"; allowed are coal, oil, gas',
      ],
    );
    const line = demo.split("\n").findIndex((each) => each.includes("fuels: [natural-gas]")) + 1;
    expect(refused({}, demo.replace("fuels: [natural-gas]", "fuels: [peat]"))).toEqual([
      expect.stringMatching(
        new RegExp(`^plant.yaml:${line}: .*fuels.0 is "peat", which is no fuel; known are `),
      ),
    ]);
  });

  test("with the data of a fuel from a day on which another file gives them", () => {
    const own = shippedFuels.replace("id: fuels\n", "id: own-fuels\n");
    const line = own.split("\n").findIndex((each) => each.startsWith("validFrom")) + 1;
    expect(refused({ "own.yaml": own })).toContain(
      `own.yaml:${line}: validFrom is 2019-01-01, as in another file with the fuel "natural-gas"`,
    );
    expect(refused({ "own.yaml": own.replace("validFrom: 2019-01-01", "validFrom: 2025-01-01") })).toEqual(
      [],
    );
  });
});

describe("an alarm rule is refused, with file and line", () => {
  const rule = (lines: string) => `kind: alarm-rules
id: own
validFrom: 2026-01-01
source: a test
rules:
  - id: high-shell
    title: { en: Shell hot, zh-TW: 外殼過熱 }
    response: [{ en: Look, zh-TW: 查看 }]
    consequence: { en: Heat is lost, zh-TW: 熱損失 }
${lines}
`;
  const point = `    watches: point
    point: shellTempC
    side: above
    limit: 60
    deadband: 2
    onDelaySeconds: 60
    offDelaySeconds: 60
    priority: 3`;

  test("but one that is whole is taken, and goes to the boilers that measure what it watches", () => {
    const settings = load({ "own.yaml": rule(point.replace("shellTempC", "coDryPpm")) });
    const own = settings.rules.alarmRules.find(({ id }) => id === "high-shell");
    expect(own).toMatchObject({ source: "a test", levels: [{ id: "limit", limit: 60, onDelayMs: 60_000 }] });
    const { boilers } = plantOf(settings);
    const rulesOf = (id: string) => boilers.get(id)?.rules.map((each) => each.id) ?? [];
    expect(rulesOf("toh-01")).toContain("high-shell");
    expect(rulesOf("toh-02")).toContain("o2-above-tuned");
    expect(rulesOf("toh-01")).not.toContain("o2-above-tuned");
    expect(refused({ "own.yaml": rule(point) })).toEqual([]);
    expect(rulesOf("toh-02")).not.toContain("gateway-silent");
  });

  test("without a response", () => {
    expect(refused({ "own.yaml": rule(point).replace("[{ en: Look, zh-TW: 查看 }]", "[]") })).toEqual([
      expect.stringMatching(/^own\.yaml:8: rules\.0\.response /),
    ]);
    expect(refused({ "own.yaml": rule(point).replace(/ {4}response.*\n/, "") })).toEqual([
      expect.stringMatching(/^own\.yaml:6: rules\.0.*response/),
    ]);
  });

  test("with a deadband as wide as its limit, a negative delay or a point that nobody knows", () => {
    expect(refused({ "own.yaml": rule(point.replace("deadband: 2", "deadband: 60")) })).toEqual([
      "own.yaml:14: rules.0.deadband is 60, as wide as its limit of 60: it would never end",
    ]);
    expect(refused({ "own.yaml": rule(point.replace("onDelaySeconds: 60", "onDelaySeconds: -1")) })).toEqual([
      expect.stringMatching(/^own\.yaml:15: rules\.0\.onDelaySeconds is -1/),
    ]);
    expect(refused({ "own.yaml": rule(point.replace("shellTempC", "shelTempC")) })).toEqual([
      'own.yaml:11: rules.0.point is "shelTempC", which is no point; add it under points: in the configuration',
    ]);
  });

  test("that lacks what it watches needs, or may go unseen though it is urgent", () => {
    expect(refused({ "own.yaml": rule(point.replace("    side: above\n", "")) })).toEqual([
      "own.yaml:10: rules.0.watches (point) needs point and side",
    ]);
    expect(refused({ "own.yaml": rule(point.replace("    limit: 60\n", "")) })).toEqual([
      "own.yaml:10: rules.0.watches needs limit",
    ]);
    const unseen = `${point.replace("priority: 3", "priority: 2")}\n    acknowledgement: optional`;
    expect(refused({ "own.yaml": rule(unseen) })).toEqual([
      "own.yaml:18: rules.0.acknowledgement is optional; only an alarm of priority 3 may go unseen",
    ]);
  });
});

describe("a jurisdiction is a file", () => {
  const files = {
    "old.yaml": gasTables("2020-01-01", 1.3),
    "new.yaml": gasTables("2025-07-01", 1.2),
    "standard.yaml": standard
      .replace("id: tw-boiler-emissions", "id: own-standard")
      .replace("noxAtRefO2Ppm: 100", "noxAtRefO2Ppm: 40"),
    "standard-2027.yaml": standard
      .replace("id: tw-boiler-emissions", "id: own-standard")
      .replace("validFrom: 2018-09-19", "validFrom: 2027-01-01")
      .replace("existing: 2020-07-01", "existing: 2027-01-01")
      .replace("referenceO2Percent: 6", "referenceO2Percent: 3")
      .replace("averagingOrder: correct-then-average", "averagingOrder: average-then-correct"),
  };
  const config = demo.replace(
    "fuels: [natural-gas]",
    "fuels: [natural-gas]\n        limits: gas-tables\n        emissionStandard: own-standard",
  );
  const boilers = plantOf(load(files, config)).boilers;
  const own = boilers.get("toh-02");
  if (own === undefined) throw new Error("the demo has toh-02");
  const day = (isoDate: string) => Date.parse(`${isoDate}T12:00:00+08:00`);
  const editionAt = (atMs: number) => inForceAtMs(own.editions, atMs);
  const means: SteadyMeans = {
    o2DryPercent: { mean: 4.5, samples: 900, goodSamples: 900 },
    exhaustTempC: { mean: 190, samples: 900, goodSamples: 900 },
    steadySinceMs: 0,
  };

  test("what was in force at a date judges that date", () => {
    const at = (isoDate: string) => {
      const { boiler } = editionAt(day(isoDate));
      const fuel = boiler.fuels[0];
      if (fuel === undefined) throw new Error("a boiler has a fuel");
      return judgeTables(means, boiler, fuel, own.tables, day(isoDate)).airRatio;
    };
    // 21 / (21 − 4.5) = 1.27
    expect(at("2019-12-31")).toEqual({ kind: "not-in-force" });
    expect(at("2025-06-30")).toMatchObject({ kind: "within", limit: 1.3, inForceFrom: "2020-01-01" });
    expect(at("2025-07-01")).toMatchObject({ kind: "above", limit: 1.2, inForceFrom: "2025-07-01" });
    expect(at("2026-07-01")).toMatchObject({ kind: "above", source: "a test", tablesId: "gas-tables" });
  });

  test("it binds the boilers that name it, and no other", () => {
    expect(boilers.get("cfb-01")?.tables.map(({ id }) => id)).toEqual(["tw-boiler-tables"]);
    expect(own.tables.map(({ id }) => id)).toEqual(["gas-tables", "gas-tables"]);
    expect(inForceAt(own.tables, day("2024-01-01"))?.validFrom).toBe("2020-01-01");
  });

  test("a standard's own reference oxygen and order of averaging come with its edition", () => {
    const limit = (isoDate: string) => {
      const atMs = day(isoDate);
      return emissionLimitInForce("noxAtRefO2Ppm", editionAt(atMs).boiler, own.standards, atMs);
    };
    expect(limit("2020-06-30")).toBeNull();
    expect(limit("2026-12-31")).toMatchObject({
      limit: 40,
      referenceO2Percent: 6,
      averagingOrder: "correct-then-average",
    });
    expect(limit("2027-01-02")).toMatchObject({
      limit: 100,
      referenceO2Percent: 3,
      averagingOrder: "average-then-correct",
    });
  });
});

function inForceAtMs<T extends { readonly fromMs: number }>(editions: readonly [T, ...T[]], atMs: number): T {
  return editions.filter(({ fromMs }) => fromMs <= atMs).at(-1) ?? editions[0];
}
