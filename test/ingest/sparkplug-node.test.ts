import { deflateSync } from "node:zlib";
import { get } from "sparkplug-payload";
import { describe, expect, test } from "vitest";
import type { SparkplugSource } from "../../contracts/third-party.ts";
import { pointCatalogue } from "../../domain/points.ts";
import { sparkplugNode } from "../../ingest/third-party/sparkplug-node.ts";
import { encodedCommand } from "../../ingest/third-party/sparkplug-payload.ts";

// Payloads are written by Eclipse Tahu's own codec, not by ours.
const tahu = get("spBv1.0");
if (tahu === null || tahu === undefined) throw new Error("no codec of Sparkplug B");

const startMs = Date.UTC(2026, 2, 12, 6);
const mapped = (metric: string, point: string) => ({ metric, point, scale: 1, offset: 0, sentinels: [] });
const source: SparkplugSource = {
  id: "edge-1",
  site: "works",
  kind: "sparkplug-b",
  everySeconds: 10,
  group: "Works",
  node: "EDGE 1",
  boilers: [
    { boiler: "b-1", metrics: [mapped("O2", "o2DryPercent"), mapped("Stack", "exhaustTempC")] },
    { boiler: "b-2", device: "Kiln", metrics: [mapped("O2", "o2DryPercent")] },
  ],
};

type Metric = Readonly<Record<string, unknown>>;
const payload = (seq: number | null, metrics: readonly Metric[], timestamp = startMs) =>
  Buffer.from(tahu.encodePayload({ timestamp, ...(seq !== null && { seq }), metrics: metrics as never }));
const o2 = (value: unknown, more: Metric = {}) => ({ name: "O2", type: "Float", value, ...more });
const stack = (value: unknown, more: Metric = {}) => ({ name: "Stack", type: "Int16", value, ...more });
const birthNumber = (value: number) => ({ name: "bdSeq", type: "UInt64", value });

function node() {
  const state = sparkplugNode(source, pointCatalogue());
  const say = (message: string, bytes: Buffer, device = "") =>
    state.hear(`spBv1.0/Works/${message}/EDGE 1${device === "" ? "" : `/${device}`}`, bytes, startMs + 9_000);
  return { state, say };
}
const values = (heard: ReturnType<ReturnType<typeof node>["say"]>) =>
  heard?.kind === "said" ? heard.readings.map((reading) => reading.values) : heard;

describe("a Sparkplug B edge node", () => {
  test("says all at its birth, then only what changes; each reading holds all that it vouches for", () => {
    const { say } = node();
    expect(values(say("NBIRTH", payload(0, [birthNumber(3), o2(3.07), stack(-12)])))).toEqual([
      { o2DryPercent: 3.07, exhaustTempC: -12 },
    ]);
    expect(values(say("NDATA", payload(1, [o2(3.1, { timestamp: startMs + 1_000 })])))).toEqual([
      { o2DryPercent: 3.1, exhaustTempC: -12 },
    ]);
  });

  test("may say a metric by its alias after its birth", () => {
    const { say } = node();
    say("NBIRTH", payload(0, [o2(3, { alias: 7 }), stack(150, { alias: 8 })]));
    expect(values(say("NDATA", payload(1, [{ alias: 8, type: "Int16", value: 151 }])))).toEqual([
      { o2DryPercent: 3, exhaustTempC: 151 },
    ]);
  });

  test.each<[string, unknown, number]>([
    ["Int8", -5, -5],
    ["Int16", -300, -300],
    ["Int32", -70_000, -70_000],
    ["Int64", -5_000_000_000, -5_000_000_000],
    ["UInt8", 200, 200],
    ["UInt16", 60_000, 60_000],
    ["UInt32", 4_000_000_000, 4_000_000_000],
    ["UInt64", 9_000_000_000, 9_000_000_000],
    ["Float", 14.28, 14.28],
    ["Double", 0.1, 0.1],
    ["Boolean", true, 1],
    ["Boolean", false, 0],
    ["Int32", 0, 0],
    ["Double", 0, 0],
  ])("a metric of type %s is read as what was written: %s", (type, written, wanted) => {
    const { say } = node();
    expect(values(say("NBIRTH", payload(0, [{ name: "O2", type, value: written }])))).toEqual([
      { o2DryPercent: wanted },
    ]);
  });

  test.each<[string, Metric, string]>([
    ["a null", o2(null), "sentinel"],
    ["quality 0", o2(3, { properties: { Quality: { type: "Int32", value: 0 } } }), "sentinel"],
    ["quality 500", o2(3, { properties: { Quality: { type: "Int32", value: 500 } } }), "no-answer"],
    ["NaN", o2(Number.NaN), "not-a-number"],
    ["a word", { name: "O2", type: "String", value: "offline" }, "not-a-number"],
  ])("%s is no value, and never a nought", (_what, metric, flaw) => {
    const { say } = node();
    expect(say("NBIRTH", payload(0, [metric]))).toMatchObject({
      readings: [{ values: { o2DryPercent: null }, flaws: { o2DryPercent: flaw } }],
    });
  });

  test("a message that overtook another waits for it; both are then taken in their order", () => {
    const { state, say } = node();
    say("NBIRTH", payload(0, [o2(3)]));
    const second = payload(2, [o2(5, { timestamp: startMs + 2_000 })]);
    expect(say("NDATA", second)).toBeNull();
    expect(values(say("NDATA", payload(1, [o2(4, { timestamp: startMs + 1_000 })])))).toEqual([
      { o2DryPercent: 4 },
    ]);
    expect(values(say("NDATA", second))).toEqual([{ o2DryPercent: 5 }]);
    expect(state.needsRebirth).toBe(false);
  });

  test("a missing number may have been a birth: nothing is taken until there is another, and it is asked for", () => {
    const { state, say } = node();
    say("NBIRTH", payload(0, [o2(3, { alias: 7 }), stack(150, { alias: 8 })]));
    const after = payload(5, [{ alias: 7, type: "Float", value: 99 }]);
    expect(say("NDATA", after)).toBeNull();
    state.stopWaiting();
    expect(say("NDATA", after)).toMatchObject({ kind: "refused", reason: "birth-missing" });
    expect(state.needsRebirth).toBe(true);
    expect(say("NDATA", payload(6, [o2(4)]))).toMatchObject({ reason: "birth-missing" });
    // Born again with its aliases the other way round: 7 is now the stack.
    say("NBIRTH", payload(0, [o2(3, { alias: 8 }), stack(150, { alias: 7 })]));
    expect(state.needsRebirth).toBe(false);
    expect(values(say("NDATA", payload(1, [{ alias: 7, type: "Int16", value: 151 }])))).toEqual([
      { o2DryPercent: 3, exhaustTempC: 151 },
    ]);
  });

  test("a node whose birth was not heard says nothing that could be believed", () => {
    const { state, say } = node();
    expect(say("NDATA", payload(3, [o2(3)]))).toMatchObject({ kind: "refused", reason: "birth-missing" });
    expect(state.needsRebirth).toBe(true);
    expect(state.isAlive).toBe(false);
  });

  test("numbers go round after 255", () => {
    const { state, say } = node();
    say("NBIRTH", payload(254, [o2(3)]));
    say("NDATA", payload(255, [o2(4, { timestamp: startMs + 1 })]));
    say("NDATA", payload(0, [o2(5, { timestamp: startMs + 2 })]));
    expect(state.needsRebirth).toBe(false);
  });

  test("with its death, all its boilers have no answer; the will of an older connection changes nothing", () => {
    const { state, say } = node();
    say("NBIRTH", payload(0, [birthNumber(4), o2(3)]));
    say("DBIRTH", payload(1, [o2(6)]), "Kiln");
    expect(say("NDEATH", payload(null, [birthNumber(3)]))).toEqual({ kind: "said", readings: [] });
    expect(state.isAlive).toBe(true);
    expect(say("NDEATH", payload(null, [birthNumber(4)]))).toMatchObject({
      readings: [
        {
          boilerId: "b-1",
          values: { o2DryPercent: null, exhaustTempC: null },
          flaws: { o2DryPercent: "no-answer", exhaustTempC: "no-answer" },
        },
        { boilerId: "b-2", values: { o2DryPercent: null } },
      ],
    });
    expect(state.isAlive).toBe(false);
    expect(state.needsRebirth).toBe(false);
  });

  test("a device dies and is born by itself, and its data without a birth are not believed", () => {
    const { state, say } = node();
    say("NBIRTH", payload(0, [o2(3)]));
    expect(values(say("DBIRTH", payload(1, [o2(6)]), "Kiln"))).toEqual([{ o2DryPercent: 6 }]);
    expect(values(say("DDEATH", payload(2, []), "Kiln"))).toEqual([{ o2DryPercent: null }]);
    expect(say("DDATA", payload(3, [o2(7)]), "Kiln")).toMatchObject({ reason: "birth-missing" });
    expect(state.needsRebirth).toBe(true);
  });

  test("what is historical is a reading of its own time and changes nothing of now", () => {
    const { say } = node();
    say("NBIRTH", payload(0, [o2(3), stack(150)], startMs + 60_000));
    const heard = say("NDATA", payload(1, [o2(9, { timestamp: startMs, isHistorical: true })]));
    expect(heard).toMatchObject({ readings: [{ atMs: startMs, values: { o2DryPercent: 9 } }] });
    expect(values(heard)).toEqual([{ o2DryPercent: 9 }]);
    expect(values(say("NDATA", payload(2, [stack(151, { timestamp: startMs + 61_000 })])))).toEqual([
      { o2DryPercent: 3, exhaustTempC: 151 },
    ]);
  });

  test("several instants in one message are several readings, oldest first", () => {
    const { say } = node();
    say("NBIRTH", payload(0, [o2(3)]));
    const burst = [3, 1, 2].map((second) => o2(second, { timestamp: startMs + 1_000 * second }));
    expect(values(say("NDATA", payload(1, burst)))).toEqual([
      { o2DryPercent: 1 },
      { o2DryPercent: 2 },
      { o2DryPercent: 3 },
    ]);
  });

  test("a compressed payload is read as what is inside it", () => {
    const { say } = node();
    const inside = payload(null, [o2(3)]);
    const outside = tahu.encodePayload({
      timestamp: startMs,
      seq: 0,
      uuid: "SPBV1.0_COMPRESSED",
      body: deflateSync(inside),
      metrics: [{ name: "algorithm", type: "String", value: "DEFLATE" }],
    });
    expect(values(say("NBIRTH", Buffer.from(outside)))).toEqual([{ o2DryPercent: 3 }]);
  });

  test("bytes that are no payload, and a bomb of zeros, are refused", () => {
    const { say } = node();
    expect(say("NBIRTH", Buffer.from("{}"))).toMatchObject({ reason: "not-sparkplug" });
    const bomb = tahu.encodePayload({
      uuid: "SPBV1.0_COMPRESSED",
      body: deflateSync(Buffer.alloc(64 * 1024 * 1024)),
      metrics: [],
    });
    expect(say("NBIRTH", Buffer.from(bomb))).toMatchObject({ reason: "not-sparkplug" });
  });
});

test("a rebirth command is what Tahu's codec reads as one", () => {
  expect(tahu.decodePayload(encodedCommand(["Node Control/Rebirth"], startMs))).toMatchObject({
    metrics: [{ name: "Node Control/Rebirth", type: "Boolean", value: true }],
  });
});
