import { describe, expect, test } from "vitest";
import type { JsonSource, JsonTopic } from "../../contracts/third-party.ts";
import { pointCatalogue } from "../../domain/points.ts";
import { jsonReader } from "../../ingest/third-party/json-source.ts";

const arrivedAtMs = Date.UTC(2026, 2, 12, 6);

function heard(topic: Partial<JsonTopic>, document: unknown, on = "works/b1") {
  const source: JsonSource = {
    id: "meters",
    site: "works",
    kind: "json",
    everySeconds: 10,
    topics: [
      {
        pattern: "works/{device}",
        boilers: { b1: "b-1", b2: "b-2" },
        values: [{ path: "o2", point: "o2DryPercent", scale: 1, offset: 0, sentinels: [-999] }],
        ...topic,
      },
    ],
  };
  const payload = Buffer.from(typeof document === "string" ? document : JSON.stringify(document));
  return jsonReader(source, pointCatalogue())(on, payload, arrivedAtMs);
}
const value = (path: string | string[], more: object = {}) => ({
  path,
  point: "o2DryPercent",
  scale: 1,
  offset: 0,
  sentinels: [],
  ...more,
});

describe("a JSON message", () => {
  test.each<[string, object, unknown, object]>([
    ["a number", {}, { o2: 3.2 }, { o2DryPercent: 3.2 }],
    ["a number in text", {}, { o2: " 3.20 " }, { o2DryPercent: 3.2 }],
    ["a path", { values: [value("flue.gas.o2")] }, { flue: { gas: { o2: 4 } } }, { o2DryPercent: 4 }],
    ["a place in a list", { values: [value("v.1.x")] }, { v: [0, { x: 5 }] }, { o2DryPercent: 5 }],
    ["a name with a dot", { values: [value(["flue.o2"])] }, { "flue.o2": 6 }, { o2DryPercent: 6 }],
    [
      "a scale, to the digit",
      { values: [value("o2", { scale: 0.01 })] },
      { o2: 307 },
      { o2DryPercent: 3.07 },
    ],
    [
      "a unit",
      { values: [value("t", { point: "exhaustTempC", unit: "°F" })] },
      { t: 392 },
      { exhaustTempC: 200 },
    ],
    ["yes as one", { values: [value("on", { point: "firing" })] }, { on: true }, { firing: 1 }],
  ])("brings %s", (_what, topic, document, values) => {
    const outcome = heard(topic, document);
    if (outcome.kind !== "said") throw new Error(outcome.detail);
    const [reading] = outcome.readings;
    expect(reading).toMatchObject({ boilerId: "b-1", atMs: arrivedAtMs, flaws: {} });
    for (const [point, wanted] of Object.entries(values))
      expect(reading?.values[point]).toBeCloseTo(wanted, 12);
  });

  test.each<[string, unknown, string]>([
    ["null", null, "sentinel"],
    ["the sender's own sign", -999, "sentinel"],
    ["a word", "offline", "not-a-number"],
    ["an object", {}, "not-a-number"],
    ["an empty text", "", "not-a-number"],
    ["hexadecimal", "0x10", "not-a-number"],
    ["infinity in text", "Infinity", "not-a-number"],
  ])("with %s has no value, and never a nought", (_what, o2, flaw) => {
    expect(heard({}, { o2 })).toMatchObject({
      readings: [{ values: { o2DryPercent: null }, flaws: { o2DryPercent: flaw } }],
    });
  });

  test.each<[string, "iso" | "epoch-s" | "epoch-ms", unknown, number | null]>([
    ["UTC", "iso", "2026-03-12T06:00:01Z", arrivedAtMs + 1_000],
    ["Taipei's", "iso", "2026-03-12T14:00:01.250+08:00", arrivedAtMs + 1_250],
    ["without its zone", "iso", "2026-03-12T14:00:01", null],
    ["in seconds", "epoch-s", arrivedAtMs / 1_000 + 2.5, arrivedAtMs + 2_500],
    ["in milliseconds, as text", "epoch-ms", String(arrivedAtMs + 3), arrivedAtMs + 3],
    ["in nanoseconds by mistake", "epoch-ms", arrivedAtMs * 1e6, null],
    ["no time at all", "epoch-ms", null, null],
  ])("whose time is %s (%s)", (_what, form, ts, atMs) => {
    const outcome = heard({ time: { path: "ts", form } }, { o2: 3, ts });
    if (atMs === null) expect(outcome).toMatchObject({ kind: "refused", reason: "time-unreadable" });
    else expect(outcome).toMatchObject({ kind: "said", readings: [{ atMs }] });
  });

  test("of a list of samples brings each, and none of them when one cannot be read", () => {
    const topic = { each: "samples", time: { path: "t", form: "epoch-ms" as const } };
    const samples = [
      { t: arrivedAtMs, o2: 3 },
      { t: arrivedAtMs + 1_000, o2: 4 },
    ];
    expect(heard(topic, { samples })).toMatchObject({
      readings: [{ atMs: arrivedAtMs }, { atMs: arrivedAtMs + 1_000 }],
    });
    expect(heard(topic, { samples: [...samples, { o2: 5 }] })).toMatchObject({ reason: "time-unreadable" });
    expect(heard(topic, { samples: [] })).toMatchObject({ reason: "nothing-mapped" });
  });

  test.each<[string, unknown, string, string]>([
    ["that is no JSON", "{", "works/b1", "not-json"],
    ["of nothing that is mapped", { co2: 9 }, "works/b1", "nothing-mapped"],
    ["of what every object has", "[]", "works/b1", "nothing-mapped"],
    ["of a device nobody named", { o2: 3 }, "works/b9", "boiler-unknown"],
    ["of a device named like what every object has", { o2: 3 }, "works/constructor", "boiler-unknown"],
  ])("%s is refused with its reason", (_what, document, topic, reason) => {
    expect(heard({}, document, topic)).toMatchObject({ kind: "refused", reason });
  });
});
