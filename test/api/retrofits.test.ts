import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EnergyMonth } from "../../api/report/energy-figures.ts";
import { hashOf } from "../../api/retrofits/canonical.ts";
import { followUpOf } from "../../api/retrofits/follow-up.ts";
import { projects } from "../../api/retrofits/projects.ts";
import type { RetrofitFollowUp } from "../../contracts/http/retrofit-follow-up.ts";
import type { RetrofitFigures, RetrofitResult } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument, Retrofits, RetrofitText } from "../../contracts/http/retrofits.ts";
import { savingsRulesOf } from "../../settings/savings-rules.ts";
import { type SavingsPlant, savingsPlant } from "../helpers/retrofits.ts";

let plant: SavingsPlant;

beforeAll(async () => {
  plant = await savingsPlant();
}, 180_000);
afterAll(() => plant.stop());

/** The example's own document, changed as a test wants it. */
function written(change: (document: RetrofitDocument) => void = () => {}): RetrofitDocument {
  const document = structuredClone(plant.document);
  change(document);
  return document;
}

async function begun(id: string, change?: (document: RetrofitDocument) => void): Promise<RetrofitText> {
  const { status, body } = await plant.send("POST", "retrofits", { id, document: written(change) });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function step(id: string, what: string, more: object = {}): Promise<RetrofitText> {
  const { body: project } = await plant.ask(`retrofits/${id}`);
  const { status, body } = await plant.send("POST", `retrofits/${id}/${what}`, {
    rev: (project as RetrofitText).rev,
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** As far as its result. */
async function computed(id: string, change?: (document: RetrofitDocument) => void): Promise<RetrofitResult> {
  await begun(id, change);
  await step(id, "freeze");
  await step(id, "compute");
  const { body } = await plant.ask(`retrofits/${id}/result`);
  return body;
}

const figures = ({ outcome }: RetrofitResult): RetrofitFigures => {
  if (outcome.kind === "figures") return outcome;
  throw new Error(`refused: ${outcome.refusals.map(({ says }) => says.en).join(" ")}`);
};

describe("the life of a project", () => {
  test("from a draft over its frozen plan and its result to a release that nobody changes", async () => {
    const draft = await begun("life");
    expect(draft.current.state).toBe("draft");
    expect(draft.simulated).toBe(true);

    const early = await plant.send("POST", "retrofits/life/compute", { rev: draft.rev });
    expect(early).toMatchObject({ status: 409, body: { code: "plan-not-frozen" } });
    expect(await plant.ask("retrofits/life/result")).toMatchObject({
      status: 409,
      body: { code: "retrofit-not-computed" },
    });

    const planned = await step("life", "freeze");
    expect(planned.current.state).toBe("planned");
    expect(planned.current.planHash).toMatch(/^[0-9a-f]{64}$/);

    const changed = written((document) => {
      document.plan.reporting.to = "2019-07-31";
    });
    const late = await plant.send("PUT", "retrofits/life", { rev: planned.rev, document: changed });
    expect(late).toMatchObject({ status: 409, body: { code: "plan-frozen" } });

    const reckoned = await step("life", "compute");
    expect(reckoned.current.state).toBe("computed");
    const wrong = await plant.send("POST", "retrofits/life/release", { rev: reckoned.rev, title: "another" });
    expect(wrong).toMatchObject({ status: 409, body: { code: "release-blocked" } });
    const released = await step("life", "release", { title: plant.document.title.en });
    expect(released.current).toMatchObject({ state: "released", releasedBy: "admin" });

    for (const [method, path, body] of [
      ["PUT", "retrofits/life", { rev: released.rev, document: plant.document }],
      ["POST", "retrofits/life/compute", { rev: released.rev }],
      ["POST", "retrofits/life/freeze", { rev: released.rev }],
    ] as const)
      expect(await plant.send(method, path, body)).toMatchObject({
        status: 409,
        body: { code: "state-conflict" },
      });

    const bare = await plant.send("POST", "retrofits/life/versions", { rev: released.rev, reason: " " });
    expect(bare.status).toBe(400);
    const next = await step("life", "versions", { reason: "The client wants the winter alone" });
    expect(next.current).toMatchObject({
      version: 2,
      state: "draft",
      reason: "The client wants the winter alone",
      author: "admin",
    });
    expect(next.versions.find(({ version }) => version === 1)?.state, "released until another is").toBe(
      "released",
    );
    await step("life", "freeze");
    await step("life", "compute");
    const { body: open } = await plant.ask("retrofits/life");
    const decided = structuredClone((open as RetrofitText).document);
    decided.evidence.decisions = plant.document.evidence.decisions;
    await plant.send("PUT", "retrofits/life", { rev: (open as RetrofitText).rev, document: decided });
    const second = await step("life", "release", { title: plant.document.title.en });
    expect(second.versions.map(({ state }) => state)).toEqual(["released", "superseded"]);
    expect(second.events.map(({ kind }) => kind)).toContain("superseded");
    expect((await plant.ask("retrofits/life/result?version=1")).status, "the old one can still be read").toBe(
      200,
    );
  });

  test("what somebody else has changed meanwhile is not overwritten", async () => {
    const draft = await begun("stale");
    const first = await plant.send("PUT", "retrofits/stale", { rev: draft.rev, document: written() });
    expect(first.status).toBe(200);
    expect(await plant.send("PUT", "retrofits/stale", { rev: draft.rev, document: written() })).toMatchObject(
      {
        status: 409,
        body: { code: "rev-stale" },
      },
    );
    expect(await plant.send("POST", "retrofits", { id: "stale", document: written() })).toMatchObject({
      status: 409,
      body: { code: "retrofit-exists" },
    });
  });

  test("who decides is who is signed in, whatever name is given", async () => {
    const project = await begun("signed", (document) => {
      document.plan.exclusions = [
        { from: "2018-02-14", to: "2018-02-20", reason: "Holidays", author: "somebody else" },
      ];
    });
    expect(project.document.plan.exclusions[0]?.author).toBe("admin");
  });

  test("an open contradiction keeps a report from being released, by name", async () => {
    await computed("open", (document) => {
      document.evidence.decisions = [];
    });
    const { body } = await plant.ask("retrofits/open");
    const answer = await plant.send("POST", "retrofits/open/release", {
      rev: (body as RetrofitText).rev,
      title: plant.document.title.en,
    });
    expect(answer).toMatchObject({ status: 409, body: { code: "release-blocked" } });
    expect((answer.body as { detail: string }).detail).toMatch(
      /^4 open points need a decision first: PM, P049/,
    );
  });

  test("prices may change after the result and change no energy", async () => {
    const before = figures(await computed("prices"));
    const { body } = await plant.ask("retrofits/prices");
    const project = body as RetrofitText;
    const dearer = structuredClone(project.document);
    dearer.money.prices = dearer.money.prices.map((price) =>
      price.fuelId === "natural-gas" ? { ...price, perUnit: 20 } : price,
    );
    const edited = await plant.send("PUT", "retrofits/prices", { rev: project.rev, document: dearer });
    expect(edited.status).toBe(200);
    const after = figures((await plant.ask("retrofits/prices/result")).body);
    expect(after.saved).toEqual(before.saved);
    expect(before.worth.annual?.net).toBeGreaterThan(0);
    expect(after.worth.annual?.net, "energy saved and money saved may have opposite signs").toBeLessThan(0);
    expect(after.worth.irr).toEqual({ kind: "none" });
  });
});

describe("the dyeing works, a year before and a year after", () => {
  test("78 → 90 % is found, and the saving lies within its interval", async () => {
    const found = figures(await computed("works"));
    expect(found.efficiency?.beforePercent).toBeGreaterThan(77.5);
    expect(found.efficiency?.beforePercent).toBeLessThan(79);
    expect(found.efficiency?.afterPercent).toBeGreaterThan(89);
    expect(found.efficiency?.afterPercent).toBeLessThan(90.5);
    expect(found).toMatchObject({
      verdict: "saving-demonstrated",
      claimable: true,
      placebo: { passed: true },
    });
    const share = 1 - (found.efficiency?.beforePercent ?? 0) / (found.efficiency?.afterPercent ?? 1);
    const expected = share * found.adjustedBaselineGj;
    expect(found.saved.from).toBeLessThan(expected);
    expect(found.saved.to).toBeGreaterThan(expected);
    expect(found.sentence.en).toMatch(
      /^Between 2018-09-01 and 2019-08-31 the unit used [\d,]+ ± [\d,]+ GJ \(LHV\) less \(90 % confidence\)/,
    );
  });

  test("what was published is reconciled with its basis, and the certificates' contradictions are caught", async () => {
    const found = figures(await computed("published"));
    expect(found.published?.totalT).toBe(2_995);
    expect(Math.round(found.published?.plantBaseT ?? 0)).toBe(10_153);
    expect(Math.round(found.published?.boilerBaseT ?? 0)).toBe(7_977);
    expect(found.published?.says.en).toContain(
      "2,594 + 323 + 78 = 2,995 t are 29.5 % of 10,153 t: of the whole plant, not of the boilers",
    );
    expect(found.openPoints.filter(({ id }) => id.startsWith("stack:")).map(({ id }) => id)).toEqual([
      "stack:2018-04-12:pm:header-concentration",
      "stack:2018-09-12:pm:mass-rate",
      "stack:2018-09-12:sox:mass-rate",
      "stack:2018-09-12:fuel-rate",
    ]);
    const at = (what: string) => found.stack.find((line) => line.what === what);
    expect(
      [at("pm"), at("sox"), at("nox")].map((line) => [
        Math.round(line?.before ?? 0),
        Math.round(line?.after ?? 0),
      ]),
    ).toEqual([
      [77, 2],
      [172, 1],
      [151, 57],
    ]);
    expect(at("nox")?.perGj?.reductionPerHourPercent).toBeCloseTo(43.3, 0);
    expect(at("nox")?.perGj?.reductionPerGjPercent).toBeCloseTo(64.3, 0);
  });

  test("the subsidy is the oil-to-gas row's cap, without the million for monitoring; a plant below the threshold saves no fee", async () => {
    const { worth, stack } = figures(await computed("money"));
    const rules = savingsRulesOf(plant.settings, [plant.example.scenario.settings]);
    expect(worth.grant).toBe(1_500_000);
    expect(worth.subsidy).toMatchObject({ ok: true });
    expect(worth.subsidy?.says.en).toContain("600,000 + 600,000 + 300,000");
    expect(worth.carbonFee?.says.en).toContain("it pays no carbon fee");
    expect(worth.annual?.carbonFee).toBe(0);
    // 143.3 ppm SOx and 125.8 ppm NOx of oil, by the kg per GJ of the tests; gas pays for neither.
    expect(worth.airPollutionFee?.says.en).toMatch(/^Air-pollution fee [\d,]+ → 0 TWD a year/);
    const oilGj = worth.billsBefore.reduce(
      (sum, { quantity }) => sum + (quantity * (rules.fuel("heavy-oil", 0)?.gcvMjPerUnit ?? 0)) / 1_000,
      0,
    );
    const kgPerGj = stack.reduce(
      (sum, { what, perGj }) => sum + (what === "pm" ? 0 : (perGj?.kgPerGjBefore ?? 0)),
      0,
    );
    expect(worth.annual?.airPollutionFee).toBeCloseTo(10 * kgPerGj * oilGj, 3);
  });

  test("the shares of the reduction add up to it without a remainder", async () => {
    const { attribution, carbon } = figures(await computed("shares"));
    const sum = (attribution?.effects ?? []).reduce((total, { reduction }) => total + reduction, 0);
    expect(sum).toBeCloseTo(carbon?.saved.value ?? Number.NaN, 6);
  });

  test("the rows are every day of both periods, used or not, with their fingerprint", async () => {
    const { provenance } = await computed("rows");
    const { body } = await plant.ask("retrofits/rows/rows");
    const { rows, rowsHash } = body as {
      rows: { period: string; used: boolean; why: string | null }[];
      rowsHash: string;
    };
    expect(rowsHash).toBe(provenance.rowsHash);
    expect(rows.filter(({ period }) => period === "baseline")).toHaveLength(365);
    expect(rows.filter(({ why }) => why === "excluded")).toHaveLength(14);
    expect(rows.filter(({ why }) => why === "coverage")).toHaveLength(1);
    const { text, headers } = await plant.ask("retrofits/rows/rows?format=csv");
    expect(headers.get("content-type")).toContain("text/csv");
    expect(text.trim().split("\r\n")).toHaveLength(731);
  });

  test("late data supersede what was released; data that are no longer kept do not", async () => {
    await computed("late");
    await step("late", "release", { title: plant.document.title.en });
    const rules = savingsRulesOf(plant.settings, [plant.example.scenario.settings]);
    const withStore = (of: (value: number) => number | null) => {
      const rows: typeof plant.telemetry.rows = async (tier, query) =>
        (await plant.telemetry.rows(tier, query)).map((row) => ({
          ...row,
          lowest: row.lowest.map((value) => (value === null ? null : of(value))),
        }));
      const store = { ...plant.telemetry, rows };
      return projects({ rules, store, db: plant.db, world: plant.world, software: "test" });
    };
    expect(await plant.projects.recheck()).toEqual([]);
    expect(await withStore(() => null).recheck()).toEqual([]);
    expect(await withStore((value) => value * 1.001).recheck()).toContain("late");
    const { body } = await plant.ask("retrofits/late");
    expect((body as RetrofitText).current.state).toBe("superseded");
    expect((body as RetrofitText).events[0]).toMatchObject({ kind: "late-data", by: "fluewatch" });
  });

  test("a verifier sees one released report with its rows through a link, and nothing without it", async () => {
    await computed("linked");
    expect(await plant.send("POST", "retrofits/linked/links", { days: 30 })).toMatchObject({ status: 409 });
    await step("linked", "release", { title: plant.document.title.en });
    const { body } = await plant.send("POST", "retrofits/linked/links", { days: 30 });
    const { path } = body as { path: string };
    const shown = await fetch(`${plant.url}${path}?lang=zh-TW`);
    expect(shown.status).toBe(200);
    const page = await shown.text();
    expect(page).toContain("107/9/1");
    expect(page).toContain("模擬資料");
    expect(page, "a release carries no mark").not.toContain('class="mark"');
    expect((await fetch(`${plant.url}${path}/rows`)).headers.get("content-type")).toContain("text/csv");
    expect((await fetch(`${plant.url}/api/v1/verifier/${"0".repeat(64)}`)).status).toBe(404);
    expect((await fetch(`${plant.url}/api/v1/retrofits/linked/report`)).status).toBe(401);
    await computed("unreleased");
    expect((await plant.ask("retrofits/unreleased/report")).text).toContain(
      '<div class="mark" aria-hidden="true"><span>DRAFT</span>',
    );
  });

  test("reckoned again from the stored rows, it is the same hash by hash", async () => {
    const { provenance } = await computed("again");
    const { rows, outcome } = await plant.projects.stored("again", null);
    expect(hashOf(rows)).toBe(provenance.rowsHash);
    expect(hashOf(outcome)).toBe(provenance.resultHash);
    const once = await step("again", "compute");
    expect(once.current.rowsHash).toBe(provenance.rowsHash);
  });
});

describe("bad input gets a sentence that says what would help", () => {
  const refusal = async (id: string, change: (document: RetrofitDocument) => void) => {
    const { outcome } = await computed(id, change);
    if (outcome.kind !== "refused") throw new Error("it was not refused");
    return outcome.refusals.map(({ says }) => says.en).join(" ");
  };
  const frozen = async (id: string, change: (document: RetrofitDocument) => void) => {
    const draft = await begun(id, change);
    const answer = await plant.send("POST", `retrofits/${id}/freeze`, { rev: draft.rev });
    expect(answer).toMatchObject({ status: 422, body: { code: "plan-refused" } });
    return (answer.body as { detail: string }).detail;
  };

  test("too few days", async () => {
    const says = await refusal("few", (document) => {
      document.plan.baseline = { from: "2018-07-30", to: "2018-07-30" };
    });
    expect(says).toBe("There are 1 valid intervals; this model needs 2. 1 more would do.");
  });

  test("periods that overlap", async () => {
    expect(
      await frozen("overlap", ({ plan }) => {
        plan.works = null;
        plan.reporting.from = "2018-07-01";
      }),
    ).toMatch(/The periods overlap from .* Move one of them/);
  });

  test("a period that ends before it begins", async () => {
    expect(
      await frozen("reversed", ({ plan }) => {
        plan.baseline = { from: "2018-07-31", to: "2017-08-01" };
      }),
    ).toContain("ends on 2017-08-01, before it begins");
  });

  test("a meter that is missing", async () => {
    expect(
      await frozen("meterless", ({ plan }) => {
        plan.meters = plan.meters.filter(({ id }) => id !== "heat-2");
      }),
    ).toContain(
      "There is no example-heater-2: heat meter. A saving needs a meter of the fuel and one of the useful heat.",
    );
  });

  test("a meter that was exchanged in between", async () => {
    expect(
      await frozen("exchanged", ({ plan }) => {
        for (const meter of plan.meters) if (meter.id === "heat-1") meter.serialAfter = "FT-9999";
      }),
    ).toContain(
      "heat-1 was exchanged (FT-5521 before, FT-9999 now). State the factor between the two from a side-by-side test",
    );
  });

  test("a fuel unit that does not fit the point", async () => {
    expect(
      await frozen("unit", ({ plan }) => {
        for (const meter of plan.meters) if (meter.id === "gas-1") meter.unit = "L/h";
      }),
    ).toContain("gas-1 (naturalGasFlowNm3PerH) is given in L/h; it is measured in Nm³/h. Correct the unit.");
  });

  test("a driver that says nothing is not taken, and it is said why", async () => {
    const found = figures(
      await computed("constant", ({ plan }) => {
        plan.drivers = [{ point: "combustionAirTempC", sign: "either" }];
      }),
    );
    const tried = found.model.considered.filter(({ drivers }) => drivers.includes("combustionAirTempC"));
    expect(tried.length).toBeGreaterThan(0);
    for (const { chosen, why } of tried) {
      expect(chosen).toBe(false);
      expect(why?.en).toMatch(/cannot be told from nothing|stays at|hangs together|No change point/);
    }
  });

  test("no overlap of load", async () => {
    const says = await refusal("apart", ({ plan }) => {
      const comparison = { factor: 9, uncertaintyPercent: 1, source: "Side by side for a week" };
      for (const meter of plan.meters)
        if (meter.id === "heat-1") Object.assign(meter, { serialAfter: "FT-9999", comparison });
    });
    expect(says).toMatch(
      /usefulHeatGj was .* before and is .* now: the baseline says nothing there\. Baseline intervals at .* would help\./,
    );
  });

  test("a name that leads nowhere", async () => {
    const boiler = await plant.send("POST", "retrofits", {
      id: "nowhere",
      document: written(({ plan }) => {
        plan.boilers = ["no-such"];
      }),
    });
    expect(boiler).toMatchObject({ status: 422, body: { code: "retrofit-invalid" } });
    expect((boiler.body as { detail: string }).detail).toContain("There is no boiler no-such; known are");
    const fuel = await plant.send("POST", "retrofits", {
      id: "nowhere",
      document: written(({ plan }) => {
        plan.fuelBefore = "peat";
      }),
    });
    expect((fuel.body as { detail: string }).detail).toContain(
      "fuelBefore names the fuel peat, which no rule file has",
    );
    expect((await plant.ask("retrofits/nowhere")).status).toBe(404);
  });

  test("stack tests from CSV are read, held against themselves, and refused by line", async () => {
    const csv = [
      "when,date,fuelId,certificate,referenceO2Percent,pollutant,o2DryPercent,dryFlowNm3PerMin,measured,corrected,headerMeasured,massRateKgPerH",
      "before,2018-04-12,heavy-oil,P049,6,pm,8.8,58.03,62.5,77,621.5,0.22",
      "before,2018-04-12,heavy-oil,P049,6,sox,8.5,57.84,143.3,172,,1.42",
      "before,2018-04-12,heavy-oil,P049,6,nox,8.5,57.84,125.8,151,,",
    ].join("\n");
    const read = await plant.send("POST", "stack-tests/check", { csv });
    expect(read.status, JSON.stringify(read.body)).toBe(200);
    const { tests, findings, implied } = read.body as {
      tests: { rows: unknown[] }[];
      findings: { id: string }[];
      implied: { en: string; "zh-TW": string }[];
    };
    expect(tests).toHaveLength(1);
    expect(tests[0]?.rows).toHaveLength(3);
    // The guidance's test before the change: far from the 290 L/h that its report prints, and 0.35 % of sulphur.
    expect(implied.map(({ en }) => en)).toEqual([
      "P049, Heavy oil: the flue gas implies 200 L/h with 0.35 % of sulphur by mass. An estimate, by element balance: dry air, no sulphur held back.",
    ]);
    expect(implied[0]?.["zh-TW"]).toContain("估計值");
    expect(findings.map(({ id }) => id)).toEqual(["stack:2018-04-12:pm:header-concentration"]);
    const wrong = await plant.send("POST", "stack-tests/check", { csv: csv.replace("125.8", "about 126") });
    expect(wrong).toMatchObject({ status: 422, body: { code: "csv-invalid" } });
    expect((wrong.body as { detail: string }).detail).toMatch(/^Line 4: rows 2 measured/);
  });
});

describe("what was released is followed", () => {
  const followUp = async (id: string): Promise<RetrofitFollowUp> =>
    (await plant.ask(`retrofits/${id}/follow-up`)).body;

  test("nothing is followed before the release", async () => {
    await computed("early");
    expect(await followUp("early")).toMatchObject({ kind: "none" });
  });

  test("the model runs on: the saving adds up with its band, and a lost trim is told once", async () => {
    await computed("followed");
    await step("followed", "release", { title: plant.document.title.en });
    const found = await followUp("followed");
    if (found.kind === "none") throw new Error(found.says.en);
    expect(found).toMatchObject({
      from: "2019-09-01",
      through: "2019-11-30",
      state: "decayed",
      intervals: 91,
    });
    expect(found.recent.atMostPercent).toBeLessThan(found.recent.acceptedPercent);
    expect(found.series.at(-1)?.cumulativeGj).toBeCloseTo(found.saved.value, 6);
    expect(found.series.at(-1)?.cumulativeHalfWidthGj).toBeGreaterThan(
      found.series.at(0)?.cumulativeHalfWidthGj ?? Number.NaN,
    );
    const told = await plant.projects.watchSavings();
    expect(told).toContainEqual({ id: "followed", decayed: true });
    expect(await plant.projects.watchSavings(), "told once").toEqual([]);
    const { body } = await plant.ask("retrofits");
    const line = (body as Retrofits).retrofits.find(({ id }) => id === "followed");
    expect(line?.decayed).toContain("The saving is going");
    const { body: project } = await plant.ask("retrofits/followed");
    expect((project as RetrofitText).events[0]).toMatchObject({ kind: "saving-decayed", by: "fluewatch" });
  });

  test("while the trim is there, the saving holds", async () => {
    const stored = await plant.projects.stored("followed", null);
    const rules = savingsRulesOf(plant.settings, [plant.example.scenario.settings]);
    const beforeTheLoss = Date.parse("2019-10-01T12:00:00+08:00");
    expect(await followUpOf(stored, rules, plant.telemetry, beforeTheLoss)).toMatchObject({
      kind: "follow-up",
      through: "2019-09-30",
      state: "holding",
    });
    const tooEarly = Date.parse("2019-09-08T12:00:00+08:00");
    expect(await followUpOf(stored, rules, plant.telemetry, tooEarly)).toMatchObject({ state: "too-early" });
  });
});

describe("a site's month by its meters", () => {
  const asked = (more: string) => plant.ask(`energy-report?site=example-dyeing-works&month=2019-06${more}`);

  test("indicators, the released baseline with its interval, and CO₂ by fuel", async () => {
    await computed("month");
    await step("month", "release", { title: plant.document.title.en });
    const { body } = await asked("&format=json");
    const found = body as EnergyMonth;
    const rules = savingsRulesOf(plant.settings, [plant.example.scenario.settings]);
    expect(found.boilers).toHaveLength(2);
    for (const { coveragePercent, fuelGj, heatGj, fuels } of found.boilers) {
      expect(coveragePercent).toBeCloseTo(100, 6);
      expect((heatGj ?? 0) / fuelGj).toBeGreaterThan(0.88);
      expect((heatGj ?? 0) / fuelGj).toBeLessThan(0.91);
      const gas = fuels.find(({ fuelId }) => fuelId === "natural-gas");
      const ncv = rules.fuel("natural-gas", Date.parse("2019-06-01"))?.ncvMjPerUnit ?? Number.NaN;
      expect(gas?.energyLhvGj).toBeCloseTo((ncv * (gas?.quantity ?? 0)) / 1_000, 6);
      expect(gas?.co2T).toBeCloseTo((56.1 * (gas?.energyLhvGj ?? 0)) / 1_000, 6);
    }
    const held = found.baselines.find(({ retrofitId }) => retrofitId === "month")?.found;
    if (held?.kind !== "held") throw new Error("not held against the baseline");
    const figuresThere = figures((await plant.ask("retrofits/month/result")).body);
    const month = figuresThere.months.find((each) => each.month === "2019-06");
    expect(held.savedGj).toBeCloseTo(month?.saved.value ?? Number.NaN, 6);
    expect(held.meteredGj).toBeCloseTo(
      found.boilers.reduce((sum, { fuelGj }) => sum + fuelGj, 0),
      3,
    );
  });

  test("is a page in both languages, with years of the Republic, and a table", async () => {
    const en = await asked("");
    expect(en.text).toContain("Monthly energy report: 2019-06");
    expect(en.text).toContain("SIMULATED DATA");
    const zh = await asked("&lang=zh-TW");
    expect(zh.text).toContain("每月能源報告: 108/6");
    const csv = await asked("&format=csv");
    expect(csv.text.split("\r\n")[0]).toContain("gjFuelPerGjHeat,tCo2PerTSteam");
    expect(`${en.text}${zh.text}${csv.text}`).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("a month without readings says so, and a site that is not there is refused", async () => {
    const { body } = await plant.ask("energy-report?site=example-dyeing-works&month=2012-01&format=json");
    expect((body as EnergyMonth).boilers[0]).toMatchObject({ coveragePercent: 0, fuelGj: 0 });
    expect((await plant.ask("energy-report?site=nowhere")).status).toBe(404);
  });
});
