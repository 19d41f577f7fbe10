import { expect, test } from "vitest";
import { administratorsParts, mostChangesTold } from "../../api/configuration.ts";

const change = (...path: string[]) => ({ file: "plant.yaml", path, before: 1, after: 2 });
const draft = (
  changes: readonly ReturnType<typeof change>[],
  files: { name: string; before: string; after: string | null }[] = [],
) => ({
  ...{ hash: "", faults: [], restart: [], changes: [...changes], files },
});

test.each([
  [["sites", "north", "boilers", "b-1", "ownLimits"], []],
  [["sites", "north", "prices", "0", "perUnit"], []],
  [["points", "fanCurrentA"], []],
  [["gateways", "house", "devices", "meter", "map"], []],
  [["gateways", "house", "lines", "heaters", "port"], []],
  [["gateways", "house"], ["gateways.house"]],
  [["gateways", "house", "outbox", "quotaMib"], ["gateways.house.outbox"]],
  [["sites", "south"], ["sites.south"]],
  [["api", "host"], ["api.host"]],
  [["mqtt", "listen", "port"], ["mqtt.listen.port"]],
  [["notifications", "destinations"], ["notifications.destinations"]],
  [[], [""]],
])("of a change at %j an administrator has to do %j", (path, expected) => {
  expect(administratorsParts(draft([change(...path)]), "plant.yaml")).toEqual(expected);
});

test("rules and device maps are an engineer's; more changes than are told are not", () => {
  const map = { ...change("registers", "0"), file: "devices/own.yaml" };
  expect(administratorsParts(draft([map]), "plant.yaml")).toEqual([]);
  const many = Array.from({ length: mostChangesTold }, (_, n) =>
    change("sites", "north", "boilers", `b-${n}`),
  );
  expect(administratorsParts(draft(many), "plant.yaml")).toEqual(["plant.yaml"]);
  const gone = [{ name: "plant.yaml", before: "", after: null }];
  expect(administratorsParts(draft([], gone), "plant.yaml")).toEqual(["plant.yaml"]);
});
