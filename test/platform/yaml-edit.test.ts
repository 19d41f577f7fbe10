import { expect, test } from "vitest";
import { editedYaml } from "../../platform/yaml-edit.ts";

const text = `# Whose plant it is.
sites:
  - id: north   # the old works
    prices:
      - {
          fuel: oil,
          perUnit: 18,
        }
    # The heater by the gate.
    boilers: [{ id: b-1, name: One }]
oil: &oil { tempC: 20 }
same: *oil
`;
const at = (...path: (string | number)[]) => ["sites", 0, ...path];

test.each([
  ["a value", [{ path: at("id"), value: "south" }], text.replace("id: north", "id: south")],
  [
    "a text that YAML would take for something else",
    [{ path: at("boilers", 0, "name"), value: "on: {1}, #2" }],
    text.replace("One", '"on: {1}, #2"'),
  ],
  [
    "one more of a list on a line",
    [{ path: at("boilers", 1), value: { id: "b-2", name: "Two" } }],
    text.replace("[{ id: b-1, name: One }]", "[ { id: b-1, name: One }, { id: b-2, name: Two } ]"),
  ],
  [
    "a part that was not there",
    [{ path: ["points"], value: { aPercent: 1 } }],
    `${text}points: { aPercent: 1 }\n`,
  ],
  ["a part that goes", [{ path: ["same"] }], text.replace("same: *oil\n", "")],
])("%s changes, and every other line stays as somebody wrote it", (_, edits, expected) => {
  expect(editedYaml(text, edits)).toBe(expected);
});

test.each([
  ["below a plain value", { path: at("id", "x"), value: 1 }],
  ["of what others refer to", { path: ["oil"] }],
])("a change %s is refused", (_, edit) => {
  expect(() => editedYaml(text, [edit])).toThrow(/cannot be changed there/);
});
