import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { emissionLimitInForce, inForceAt, judgeTables, type SteadyMeans } from "../../domain/limits.ts";
import { rulesAt } from "../../ingest/plant.ts";
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

const noCoal = ["fixed-bed", "fluidised-bed"]
  .map((firing) => `{ fuel: coal, coalFiring: ${firing}, fromTPerH: 0, limit: null }`)
  .join(", ");
const gasTables = (validFrom: string, airRatio: number, more = "") => `kind: limit-tables
id: gas-tables
validFrom: ${validFrom}
${more}source: a test
tables:
  airRatio: [{ fuel: gas, fromTPerH: 0, limit: ${airRatio} }, { fuel: oil, fromTPerH: 0, limit: 1.5 }, ${noCoal}]
  exhaustTempC: [{ fuel: gas, fromTPerH: 0, limit: 180 }, { fuel: oil, fromTPerH: 0, limit: null }, ${noCoal}]
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
    ).toEqual(["a.yaml:6: tables.airRatio.1 (gas) leaves no class from 5 to 6 t/h"]);
    expect(
      classes(
        "{ fuel: gas, fromTPerH: 0, belowTPerH: 6, limit: 1.3 }, { fuel: gas, fromTPerH: 5, limit: 1.2 }",
      ),
    ).toEqual(["a.yaml:6: tables.airRatio.1 (gas) is a second class for 5 t/h"]);
    expect(classes("{ fuel: gas, fromTPerH: 0, belowTPerH: 5, limit: 1.3 }")).toEqual([
      "a.yaml:6: tables.airRatio.0 (gas) leaves no class from 5 t/h up",
    ]);
  });

  const shippedTables = readFileSync(
    join(root, "config", "rules", "tw-boiler-tables-2019.yaml"),
    "utf8",
  ).replace("id: tw-boiler-tables", "id: own-tables");
  const lineOf = (text: string, part: string) =>
    text.split("\n").findIndex((each) => each.includes(part)) + 1;

  test("with a class that is wrong, at the line of its row", () => {
    const row = "{ fuel: oil, fromTPerH: 10, belowTPerH: 30, limit: 1.30 }";
    const line = lineOf(shippedTables, row);
    const changedTo = (other: string) => refused({ "a.yaml": shippedTables.replace(row, other) });
    expect(changedTo(row.replace("10", "12"))).toEqual([
      `a.yaml:${line}: tables.airRatio.9 (oil) leaves no class from 10 to 12 t/h`,
    ]);
    expect(changedTo(row.replace("1.30", "0.13"))).toEqual([
      `a.yaml:${line}: tables.airRatio.9.limit is 0.13; no fire has an air ratio below 1`,
    ]);
    expect(changedTo(row.replace("1.30", "1.253"))).toEqual([
      `a.yaml:${line}: tables.airRatio.9.limit is 1.253; it may have two decimals, as the rounded ratio has that is held against it`,
    ]);
    expect(changedTo(row.replace("fuel: oil", "fuel: coal"))).toContain(
      `a.yaml:${line}: tables.airRatio.9 (coal) needs coalFiring: fixed-bed or fluidised-bed`,
    );
  });

  test("without an answer for a fuel or a way of firing, or for anything", () => {
    const tables = gasTables("2020-01-01", 1.3);
    const oil = ", { fuel: oil, fromTPerH: 0, limit: 1.5 }";
    expect(refused({ "a.yaml": tables.replace(oil, "") })).toEqual([
      "a.yaml:6: tables.airRatio has no rows for oil; a dash is `limit: null`",
    ]);
    expect(
      refused({
        "a.yaml": tables.replace(", { fuel: coal, coalFiring: fixed-bed, fromTPerH: 0, limit: null }", ""),
      }),
    ).toEqual(["a.yaml:6: tables.airRatio has no rows for coal, fixed-bed; a dash is `limit: null`"]);
    expect(refused({ "a.yaml": tables.replace(/airRatio: .*/, "airRatio: []") })).toHaveLength(4);
  });

  test("with the dates of a standard in the wrong order", () => {
    const own = standard.replace("id: tw-boiler-emissions", "id: own-standard");
    expect(refused({ "a.yaml": own.replace("existing: 2020-07-01", "existing: 2018-01-01") })).toEqual([
      `a.yaml:${lineOf(own, "inForceFrom")}: inForceFrom.existing is 2018-01-01, before new boilers are bound on 2018-09-19`,
    ]);
    expect(
      refused({ "a.yaml": own.replace("latestExtension: 2022-07-01", "latestExtension: 2019-07-01") }),
    ).toEqual([
      `a.yaml:${lineOf(own, "latestExtension")}: latestExtension is 2019-07-01, before existing boilers are bound on 2020-07-01`,
    ]);
  });

  test("with a fuel whose meter is none, whose Fo is reversed, or whose days another file has already", () => {
    const own = shippedFuels
      .replace("id: fuels\n", "id: own-fuels\n")
      .replace(/ {2}- id: ([a-z-]+)\n/g, "  - id: own-$1\n");
    const meter = "flowPoint: naturalGasFlowNm3PerH";
    expect(refused({ "a.yaml": own.replace(meter, "flowPoint: steamFlowKgPerH") })).toEqual([
      expect.stringMatching(
        new RegExp(
          `^a.yaml:${lineOf(own, meter)}: fuels.2.flowPoint is "steamFlowKgPerH", which is no flow of a fuel; known are `,
        ),
      ),
    ]);
    expect(refused({ "a.yaml": own.replace("fo: [1.6, 1.84]", "fo: [1.84, 1.6]") })).toEqual([
      `a.yaml:${lineOf(own, "fo: [1.6, 1.84]")}: fuels.2.fo must go from the lowest to the highest value`,
    ]);
    const until = own.replace("validFrom: 2019-01-01", "validFrom: 2019-01-01\nvalidUntil: 2024-12-31");
    const next = own
      .replace("id: own-fuels", "id: next-fuels")
      .replace("validFrom: 2019-01-01", "validFrom: 2024-07-01");
    expect(refused({ "a.yaml": until, "b.yaml": next })).toContain(
      `b.yaml:${lineOf(next, "validFrom: 2024-07-01")}: validFrom is 2024-07-01, while another file with the fuel "own-natural-gas" is in force until 2024-12-31`,
    );
  });

  test("alone: what the configuration names of a file that is refused is not said to be unknown", () => {
    const config = demo
      .replace("fuels: [natural-gas]", "fuels: [own-gas]\n        limits: own-tables")
      .replaceAll("plausibility: plausibility", "plausibility: own-plausibility");
    const own = shippedFuels
      .replace("id: fuels\n", "id: own-fuels\n")
      .replace(/ {2}- id: ([a-z-]+)\n/g, "  - id: own-$1\n");
    const gas = own.replace("own-natural-gas", "own-gas");
    expect(refused({ "fuels.yaml": gas, "tables.yaml": shippedTables }, config)).toEqual([]);
    expect(
      refused(
        {
          "fuels.yaml": gas.replace("class: gas", "class: peat"),
          "tables.yaml": shippedTables.replace("kind: limit-tables", "kind: limits"),
        },
        config,
      ),
    ).toEqual([
      expect.stringMatching(/^fuels.yaml:\d+: fuels.2.class is "peat"; allowed are coal, oil, gas$/),
      expect.stringMatching(/^tables.yaml:1: kind is "limits"; allowed are /),
    ]);
  });

  test("a boiler's own limit that the rounded ratio cannot meet is refused, too", () => {
    const config = demo.replace(
      "fuels: [natural-gas]",
      'fuels: [natural-gas]\n        ownLimits: { airRatio: 1.253, source: "Permit", validFrom: 2025-01-01 }',
    );
    expect(refused({}, config)).toEqual([
      expect.stringMatching(/^plant.yaml:\d+: .*ownLimits.airRatio is 1.253; it may have two decimals/),
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
    const own = settings.rules.alarmRules.get("high-shell")?.at(-1)?.rule;
    expect(own).toMatchObject({ source: "a test", levels: [{ id: "limit", limit: 60, onDelayMs: 60_000 }] });
    const plant = plantOf(settings);
    const rulesOf = (id: string) => rulesAt(plant, id, Date.UTC(2026, 0, 1)).map((each) => each.id);
    expect(rulesOf("toh-01")).toContain("high-shell");
    expect(rulesOf("toh-02")).toContain("o2-above-tuned");
    expect(rulesOf("toh-01")).not.toContain("o2-above-tuned");
    expect(refused({ "own.yaml": rule(point) })).toEqual([]);
    expect(rulesOf("toh-02")).not.toContain("gateway-silent");
  });

  test("but one of a capacity goes to the boilers that have it", () => {
    const sized = `${point.replace("shellTempC", "coDryPpm")}\n    fromTPerH: 4\n    belowTPerH: 32`;
    const plant = plantOf(load({ "own.yaml": rule(sized) }));
    const isAt = (id: string) =>
      rulesAt(plant, id, Date.UTC(2026, 0, 1)).some((each) => each.id === "high-shell");
    expect(["toh-01", "cfb-01"].map(isAt)).toEqual([true, false]);
    expect(refused({ "own.yaml": rule(sized.replace("32", "4")) })).toEqual([
      "own.yaml:19: rules.0.belowTPerH is 4; it must be more than fromTPerH, which is 4",
    ]);
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
      .replace("latestExtension: 2022-07-01\n", "")
      .replace("referenceO2Percent: 6", "referenceO2Percent: 3")
      .replace("averagingOrder: correct-then-average", "averagingOrder: average-then-correct")
      .replace("startUp: left-out", "startUp: corrected"),
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
    o2DryPercent: { mean: 4.5, samples: 900, goodSamples: 900, flaws: [] },
    exhaustTempC: { mean: 190, samples: 900, goodSamples: 900, flaws: [] },
    steadySinceMs: 0,
  };

  test("what was in force at a date judges that date", () => {
    const at = (isoDate: string) => {
      const { boiler } = editionAt(day(isoDate));
      const fuel = boiler.fuels[0];
      if (fuel === undefined) throw new Error("a boiler has a fuel");
      return judgeTables(means, boiler, fuel, own.editions[0].tables, day(isoDate)).airRatio;
    };
    // 21 / (21 − 4.5) = 1.27
    expect(at("2019-12-31")).toEqual({ kind: "not-in-force" });
    expect(at("2025-06-30")).toMatchObject({ kind: "within", limit: 1.3, inForceFrom: "2020-01-01" });
    expect(at("2025-07-01")).toMatchObject({ kind: "above", limit: 1.2, inForceFrom: "2025-07-01" });
    expect(at("2026-07-01")).toMatchObject({ kind: "above", source: "a test", tablesId: "gas-tables" });
  });

  test("it binds the boilers that name it, and no other", () => {
    expect(boilers.get("cfb-01")?.editions[0].tables.map(({ id }) => id)).toEqual(["tw-boiler-tables"]);
    expect(own.editions[0].tables.map(({ id }) => id)).toEqual(["gas-tables", "gas-tables"]);
    expect(inForceAt(own.editions[0].tables, day("2024-01-01"))?.validFrom).toBe("2020-01-01");
  });

  test("a standard's own reference oxygen and order of averaging come with its edition", () => {
    const limit = (isoDate: string) => {
      const atMs = day(isoDate);
      return emissionLimitInForce("noxAtRefO2Ppm", editionAt(atMs).boiler, own.editions[0].standards, atMs);
    };
    expect(limit("2020-06-30")).toBeNull();
    expect(limit("2026-12-31")).toMatchObject({
      limit: 40,
      referenceO2Percent: 6,
      averagingOrder: "correct-then-average",
      startUp: "left-out",
    });
    expect(limit("2027-01-02")).toMatchObject({
      limit: 100,
      referenceO2Percent: 3,
      averagingOrder: "average-then-correct",
      startUp: "corrected",
    });
  });
});

describe("what is dated counts in its time", () => {
  const day = (isoDate: string) => Date.parse(`${isoDate}T12:00:00+08:00`);
  const editionOf = (files: RuleFiles, config: string, isoDate: string) => {
    const found = plantOf(load(files, config)).boilers.get("toh-02");
    if (found === undefined) throw new Error("the demo has toh-02");
    return inForceAtMs(found.editions, day(isoDate)).boiler;
  };
  const withBoiler = (lines: string) =>
    demo.replace("fuels: [natural-gas]", `fuels: [natural-gas]\n        ${lines}`);

  test("an existing boiler's reference oxygen is that of the edition that binds it", () => {
    const own = standard.replace("id: tw-boiler-emissions", "id: own-standard");
    const files = {
      "old.yaml": own,
      // Published in 2024, and binding boilers that stood before from July 2025 on.
      "new.yaml": own
        .replace("validFrom: 2018-09-19", "validFrom: 2024-01-01")
        .replace("new: 2018-09-19, existing: 2020-07-01", "new: 2024-01-01, existing: 2025-07-01")
        .replace("latestExtension: 2022-07-01", "latestExtension: 2027-07-01")
        .replace("referenceO2Percent: 6", "referenceO2Percent: 3"),
    };
    const config = withBoiler("emissionStandard: own-standard");
    const at = (isoDate: string, as = config) => editionOf(files, as, isoDate).referenceO2Percent;
    expect(["2023-12-31", "2024-06-01", "2025-06-30"].map((date) => at(date))).toEqual([6, 6, 6]);
    expect(["2025-07-01", "2030-01-01"].map((date) => at(date))).toEqual([3, 3]);
    // A plan puts it off; a boiler built after it is bound at once.
    const put = withBoiler("emissionStandard: own-standard\n        boundFrom: 2026-03-01");
    expect([at("2026-02-28", put), at("2026-03-01", put)]).toEqual([6, 3]);
    const built = withBoiler("emissionStandard: own-standard\n        standing: new");
    expect([at("2023-12-31", built), at("2024-01-02", built)]).toEqual([6, 3]);
  });

  test("after the end of the last edition the last one known counts, not the first", () => {
    const fuels = (validFrom: string, ncv: number, more = "") =>
      shippedFuels
        .replace("id: fuels\n", "id: own-fuels\n")
        .replaceAll("id: natural-gas", "id: own-gas")
        .replace(/ {2}- id: (heavy-oil|diesel|lpg|bituminous-coal)\n/g, "  - id: own-$1\n")
        .replace("validFrom: 2019-01-01", `validFrom: ${validFrom}${more}`)
        .replace(/(own-gas[\s\S]*?ncvMjPerUnit: )[\d.]+/, `$1${ncv}`);
    const files = {
      "a.yaml": fuels("2020-01-01", 33, "\nvalidUntil: 2021-12-31"),
      "b.yaml": fuels("2022-01-01", 34, "\nvalidUntil: 2023-12-31"),
    };
    const config = demo.replace("fuels: [natural-gas]", "fuels: [own-gas]");
    const ncv = (isoDate: string) => editionOf(files, config, isoDate).fuels[0]?.ncvMjPerUnit;
    expect(["2019-06-01", "2021-06-01", "2022-06-01", "2025-06-01"].map(ncv)).toEqual([33, 33, 34, 34]);
  });

  test("an alarm rule of the future is not in force today, and the newest in force counts", () => {
    const rules = readFileSync(join(root, "config", "rules", "alarm-rules.yaml"), "utf8");
    const file = (validFrom: string, priority: number) =>
      rules
        .replace("id: default", "id: own")
        .replace("validFrom: 2019-01-01", `validFrom: ${validFrom}`)
        .replace("priority: 2", `priority: ${priority}`);
    const files = { "b.yaml": file("2024-01-01", 3), "a.yaml": file("2030-01-01", 1) };
    const priority = (isoDate: string) =>
      rulesAt(plantOf(load(files)), "toh-02", day(isoDate)).find(({ id }) => id === "air-ratio-above-table")
        ?.levels[0].priority;
    expect(["2018-12-31", "2020-01-01", "2026-01-01", "2030-01-01"].map(priority)).toEqual([
      undefined,
      2,
      3,
      1,
    ]);
  });

  test("of what an exhaust may reach at all, each boiler has the rule that suits its heat carrier and its heat recovery", () => {
    const plant = plantOf(load({}));
    const rules = (boilerId: string) =>
      rulesAt(plant, boilerId, day("2026-01-01"))
        .filter(({ id }) => id.startsWith("exhaust-too-hot"))
        .map(({ id, levels: [{ limit }] }) => `${id} ${limit}`);
    expect(["toh-01", "toh-02", "cfb-01"].map(rules)).toEqual([
      ["exhaust-too-hot-thermal-oil 340"],
      ["exhaust-too-hot-thermal-oil 340"],
      ["exhaust-too-hot 260"],
    ]);
  });

  test("of several fuels the highest dew floor and the leakiest shell count, in whatever order they stand", () => {
    const of = (fuels: string) =>
      editionOf(
        {},
        demo.replace("fuels: [natural-gas]", `coalFiring: fixed-bed\n        fuels: [${fuels}]`),
        "2026-01-01",
      );
    const coal = of("bituminous-coal");
    for (const fuels of ["natural-gas, bituminous-coal", "bituminous-coal, natural-gas"]) {
      expect(of(fuels).dewFloor.practicalMinimumC).toBe(
        Math.max(coal.dewFloor.practicalMinimumC, of("natural-gas").dewFloor.practicalMinimumC),
      );
      expect(of(fuels).surfaceLossFactor).toBe(coal.surfaceLossFactor);
    }
  });
});

function inForceAtMs<T extends { readonly fromMs: number }>(editions: readonly [T, ...T[]], atMs: number): T {
  return editions.filter(({ fromMs }) => fromMs <= atMs).at(-1) ?? editions[0];
}
