import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../platform/environment.ts";
import { grantsOf } from "../../settings/mqtt.ts";
import { plantOf, registryOf } from "../../settings/registry.ts";
import { loadSettings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const root = resolve(import.meta.dirname, "../..");
const demo = readFileSync(join(root, "config", "demo.yaml"), "utf8");
const nowMs = Date.UTC(2026, 2, 1);

/** The demo with a fourth boiler that no gateway reads, and other senders. */
function settingsWith(thirdParty: string) {
  const boiler =
    "      - { id: k-4, name: K4, capacityTPerH: 2, heatCarrier: steam, fuels: [natural-gas] }\n";
  const at = demo.indexOf("\ngateways:");
  const file = join(temporaryFolder(), "plant.yaml");
  writeFileSync(file, `${demo.slice(0, at)}${boiler}${demo.slice(at)}\nthirdParty:\n  - ${thirdParty}\n`);
  return loadSettings(file, root, readEnvironment({}));
}

const json = (
  change = "",
  topic = "boiler: k-4, pattern: hall/k4, values: [{ path: o2, point: o2DryPercent }]",
) => `{ id: meters, site: demo-plant, kind: json, topics: [{ ${topic} }]${change} }`;
const node = (metrics = "{ metric: Flue/O2, point: o2DryPercent }", boiler = "k-4") =>
  `{ id: edge, site: demo-plant, kind: sparkplug-b, group: G, node: N, boilers: [{ boiler: ${boiler}, metrics: [${metrics}] }] }`;

describe("other senders in a configuration", () => {
  test("stand where a gateway does, marked by where their delivery begins", () => {
    const settings = settingsWith(json());
    expect(plantOf(settings).boilers.get("k-4")?.gatewayId).toBe("meters");
    const registry = registryOf(settings);
    expect(registry.gateways.map(({ id, delivery }) => [id, delivery])).toEqual([
      ["boiler-house", "acknowledged"],
      ["meters", "broker"],
    ]);
    const boiler = registry.boilers(nowMs).find(({ id }) => id === "k-4");
    expect(boiler).toMatchObject({ gatewayId: "meters", scanMs: 10_000 });
    expect(boiler?.points.map(({ name }) => name)).toContain("o2DryPercent");
  });

  test("may publish what is configured, and nothing else", () => {
    expect(grantsOf(settingsWith(json()).config).get("meters")).toMatchObject({
      publish: ["hall/k4"],
      subscribe: [],
      retain: false,
    });
    expect(grantsOf(settingsWith(node()).config).get("edge")).toMatchObject({
      publish: expect.arrayContaining(["spBv1.0/G/NBIRTH/N", "spBv1.0/G/DDATA/N/+"]),
      subscribe: ["spBv1.0/G/NCMD/N", "spBv1.0/G/DCMD/N/+", "spBv1.0/STATE/+"],
    });
  });

  test.each<[string, string, RegExp]>([
    ["a gateway's boiler", node(undefined, "toh-01"), /gives toh-01, which boiler-house gives already/],
    ["an unknown boiler", node(undefined, "k-9"), /gives "k-9", which is no boiler/],
    ["an unknown point", node("{ metric: a, point: nonsense }"), /point is "nonsense", which is no point/],
    [
      "a wrong unit",
      node("{ metric: a, point: o2DryPercent, unit: bar }"),
      /unit is "bar", which cannot become "%"/,
    ],
    [
      "a point twice",
      node("{ metric: a, point: o2DryPercent }, { metric: b, point: o2DryPercent }"),
      /point is o2DryPercent, which is given already/,
    ],
    [
      "no boiler",
      json("", "pattern: a/b, values: [{ path: a, point: o2DryPercent }]"),
      /exactly one of boiler and boilers/,
    ],
    [
      "boilers without a place for them",
      json("", "pattern: a/b, boilers: { x: k-4 }, values: [{ path: a, point: o2DryPercent }]"),
      /boilers needs {device} in the pattern/,
    ],
    [
      "our own topics",
      json(
        "",
        "boiler: k-4, pattern: fluewatch/v1/demo-plant/boiler-house/data, values: [{ path: a, point: o2DryPercent }]",
      ),
      /which is our gateways' own/,
    ],
    [
      "a wildcard",
      json("", "boiler: k-4, pattern: a/+/b, values: [{ path: a, point: o2DryPercent }]"),
      /pattern/,
    ],
    [
      "somebody's topics",
      `${json()}\n  - ${json().replace("meters", "other")}`,
      /where meters speaks; give each its own/,
    ],
    ["a gateway's id", json().replace("meters", "boiler-house"), /which another sender has already/],
  ])("with %s are a fault", (_what, text, message) => {
    expect(() => settingsWith(text)).toThrow(message);
  });
});
