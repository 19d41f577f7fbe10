import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { dryRuns } from "../../api/dry-runs.ts";
import { noHash, sealBatch } from "../../contracts/batch.ts";
import { frameOf } from "../../domain/frame.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { backTest, difference, type Episode } from "../../ingest/back-test.ts";
import { openJournal } from "../../ingest/journal.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import { realWorld } from "../../platform/world.ts";
import { withRules, withRulesText } from "../../settings/other-rules.ts";
import { catalogueOf, plantOf } from "../../settings/registry.ts";
import { loadSettings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const root = resolve(import.meta.dirname, "../..");
const settings = loadSettings(join(root, "config", "demo.yaml"), root, readEnvironment({}));
const world = realWorld("silent");
const journalConfig = { segmentMib: 1, keepDays: 1, keepGib: 1 };

/** Low O₂ as shipped, with another limit. */
const rulesWith = (limit: number, priority = 2) => `kind: alarm-rules
id: own
validFrom: 2026-03-01
source: a trial
rules:
  - id: low-o2
    watches: point
    point: o2DryPercent
    side: below
    firingForSeconds: 30
    limit: ${limit}
    deadband: 0.2
    onDelaySeconds: 30
    offDelaySeconds: 60
    priority: ${priority}
    title: { en: Too little oxygen, zh-TW: 氧量過低 }
    response: [{ en: Look at the flame, zh-TW: 觀察火焰 }]
    consequence: { en: Unburnt fuel, zh-TW: 未燃燃料 }
`;

const points = ["firing", "loadPercent", "o2DryPercent"];
const isLow = (second: number) => second >= 600 && second < 900;

/** The same as the journal has it, in a store. */
async function storeOf(startMs: number) {
  const catalogue = catalogueOf(settings);
  const store = await duckdbTelemetry(temporaryFolder(), catalogue);
  const origin = { siteId: "demo-plant", gatewayId: "boiler-house", sid: "s", seq: 1, timeSegment: 0 };
  const frames = Array.from({ length: 1_800 }, (_, second) =>
    (
      [
        ["toh-01", 2.3],
        ["toh-02", 1.7],
      ] as const
    ).map(([boilerId, low]) => {
      const values = { firing: 1, loadPercent: 80, o2DryPercent: isLow(second) ? low : 4, airRatio: 9 };
      const reading = {
        boilerId,
        takenAtMs: startMs + 1_000 * second,
        values,
        flaws: { airRatio: "input-doubtful" },
      } as const;
      return { origin, frame: frameOf(reading, catalogue) };
    }),
  );
  await store.write(frames.flat(), 1);
  return store;
}

/** A journal in which toh-02 falls to 1.7 % O₂ for a while, and toh-01 to 2.3 %. */
async function journalOf(startMs: number) {
  const journal = await openJournal(temporaryFolder(), journalConfig, 0, world);
  let seq = 0;
  for (let second = 0; second < 1_800; second += 10) {
    seq += 1;
    const rows = (o2: number) => Array.from({ length: 10 }, (_, index) => [1_000 * index, 1, 80, o2]);
    const b = [
      { boiler: "toh-01", points, rows: rows(isLow(second) ? 2.3 : 4), flaws: [] },
      { boiler: "toh-02", points, rows: rows(isLow(second) ? 1.7 : 4), flaws: [] },
    ];
    const body = {
      v: 1 as const,
      site: "demo-plant",
      gw: "boiler-house",
      sid: "00000000-0000-4000-8000-000000000001",
      seq,
      boot: 1,
      tseg: 0,
      t0: startMs + second * 1_000,
      mono: second * 1_000,
      clk: { src: "rtc" as const, off: 0, unc: 0 },
      gap: [],
      n: 20,
      prev: noHash,
      b,
    };
    const bytes = Buffer.from(sealBatch(body as never, sha256Hex).text);
    await journal.append({ kind: "batch", bytes });
    // What was sent twice is read once, here as anywhere.
    if (second === 700) await journal.append({ kind: "batch", bytes });
  }
  return journal;
}

const emptyStore = { readings: async () => [] };

describe("a back-test", () => {
  const startMs = Date.now() - 1_800_000;
  const at = (second: number) => startMs + second * 1_000;
  const tried = async (rules: string) => {
    const journal = await journalOf(startMs);
    const plants = { before: plantOf(settings), after: plantOf(withRulesText(settings, rules)) };
    const result = await backTest(journal, emptyStore, plants, startMs, Date.now() + 1, world);
    await journal.close();
    return result;
  };
  const ofO2 = ({ ruleId }: { readonly ruleId: string }) => ruleId === "low-o2";

  test("tells what a wider limit would have added and changed, and nothing else", async () => {
    const { added, gone, changed, readings, byRule } = await tried(rulesWith(2.5));
    const episode = { ruleId: "low-o2", priority: 2, sinceMs: at(600), returnedAtMs: at(960) };
    expect(added).toEqual([{ ...episode, sourceId: "toh-01" }]);
    expect([gone, changed]).toEqual([[], []]);
    expect(byRule.find(ofO2)).toEqual({ ruleId: "low-o2", before: 1, after: 2 });
    expect(readings).toBe(2 * 1_800 + 20);
  });

  test("tells what a narrower limit would have spared people, and what another priority changes", async () => {
    expect((await tried(rulesWith(1.5))).gone).toMatchObject([{ ruleId: "low-o2", sourceId: "toh-02" }]);
    expect((await tried(rulesWith(2, 1))).changed).toMatchObject([
      { before: { priority: 2, sourceId: "toh-02" }, after: { priority: 1, sinceMs: at(600) } },
    ]);
  });

  test("of the rules in force themselves finds no difference", async () => {
    const { added, gone, changed, same } = await tried(rulesWith(2));
    expect([added, gone, changed]).toEqual([[], [], []]);
    expect(same).toBeGreaterThan(0);
  });

  test("goes on with what is stored where the journal does not reach back, and comes to the same", async () => {
    const journal = await openJournal(temporaryFolder(), journalConfig, 0, world);
    const store = await storeOf(startMs);
    const plants = { before: plantOf(settings), after: plantOf(withRulesText(settings, rulesWith(2.5))) };
    const result = await backTest(journal, store, plants, startMs, Date.now() + 1, world);
    await journal.close();
    await store.stop();
    const episode = { ruleId: "low-o2", priority: 2, sinceMs: at(600), returnedAtMs: at(960) };
    expect(result).toMatchObject({ journalFromMs: null, readings: 2 * 1_800, gone: [], changed: [] });
    expect(result.added).toEqual([{ ...episode, sourceId: "toh-01" }]);
    expect(result.byRule.find(ofO2)).toEqual({ ruleId: "low-o2", before: 1, after: 2 });
  });

  test("takes a file of limit tables, too; a faulty one is refused with its lines", () => {
    const folder = temporaryFolder();
    const file = join(folder, "rules.yaml");
    writeFileSync(
      file,
      rulesWith(2).replace("deadband: 0.2", "deadband: 5").replace("o2DryPercent", "o3Percent"),
    );
    expect(() => withRules(settings, file)).toThrow(
      /rules.yaml:8: .*o3Percent[\s\S]*rules.yaml:12: .*as wide as/,
    );
    expect(() => withRulesText(settings, "kind: nothing")).toThrow(
      /^The configuration has one fault:\n {2}rules.yaml:1: kind is "nothing"/,
    );
    const response = /\n {4}response.*/;
    expect(() => withRulesText(settings, rulesWith(2).replace(response, ""))).toThrow(
      /rules.yaml:6: .*response/,
    );
  });

  test("counts overlapping episodes of one rule and source as one", () => {
    const episode = (sinceMs: number, returnedAtMs: number | null, sourceId = "b-1"): Episode => ({
      ruleId: "r",
      sourceId,
      priority: 2,
      sinceMs,
      returnedAtMs,
    });
    const before = [episode(0, 10), episode(20, 30), episode(0, 10, "b-2")];
    const after = [episode(5, 12), episode(40, null), episode(0, 10, "b-2")];
    expect(difference(before, after)).toEqual({
      same: 1,
      gone: [before[1]],
      added: [after[1]],
      changed: [{ before: before[0], after: after[0] }],
      byRule: [{ ruleId: "r", before: 3, after: 3 }],
    });
  });
});

describe("dry runs", () => {
  test("go one at a time; a faulty text is refused before anything runs", async () => {
    let finish: (() => void) | null = null;
    const empty = {
      fromMs: 0,
      toMs: 1,
      journalFromMs: null,
      readings: 0,
      same: 0,
      gone: [],
      added: [],
      changed: [],
      byRule: [],
    };
    const runs = dryRuns(world);
    const trying = (rules: string) => (signal: AbortSignal) => {
      withRulesText(settings, rules);
      return new Promise<typeof empty>((resolve) => {
        finish = () => resolve(empty);
        signal.addEventListener("abort", finish);
      });
    };
    expect(() => runs.start(trying("kind: nothing"))).toThrow(/rules.yaml:1/);
    const { id } = runs.start(trying(rulesWith(2)));
    expect(() => runs.start(trying(rulesWith(2)))).toThrow(/under way/);
    (finish as (() => void) | null)?.();
    await until("it is done", () => runs.of(id)?.state === "done");
    runs.start(trying(rulesWith(2)));
    expect(runs.of(id)).toBeNull();
    await runs.stop();
  });
});
