import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../platform/environment.ts";
import { loadScenario } from "../../settings/scenario.ts";
import { loadSettings } from "../../settings/settings.ts";
import { BoilerControls } from "../../simulators/boiler/controls.ts";
import { InstrumentFault } from "../../simulators/instruments.ts";
import { BusFault } from "../../simulators/modbus/fault.ts";
import { openReplay } from "../../simulators/replay.ts";
import { ScenarioEvent } from "../../simulators/scenario.ts";
import { blockOf } from "../helpers/documents.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { root } from "../helpers/virtual-plant.ts";

const page = readFileSync(join(root, "docs/simulators.md"), "utf8");
const fieldBus = readFileSync(join(root, "docs/field-bus.md"), "utf8");
const environment = readEnvironment({});

/** What a page has in the first cells of its tables, as code. */
const rows = (text: string) =>
  new Set(
    text
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w[\w-]*)/g)].map(([, name]) => name)),
  );
const kindsOf = (union: typeof BusFault | typeof InstrumentFault) =>
  union.anyOf.map((each) => each.properties.kind.const as string);

describe("docs/simulators.md", () => {
  test("tells of everything that an event may say, every control, and every fault of an instrument", () => {
    const told = rows(page);
    const targets = ["boiler", "point", "line", "unit", "gateway"]; // in the column beside
    const said = Object.keys(ScenarioEvent.properties).filter((key) => !targets.includes(key));
    for (const name of [...said, ...Object.keys(BoilerControls.properties), ...kindsOf(InstrumentFault)])
      expect(told, name).toContain(name);
  });

  test("docs/field-bus.md tells of every fault of a line", () => {
    const told = rows(fieldBus);
    for (const name of kindsOf(BusFault)) expect(told, name).toContain(name);
  });

  test("the first scenario is one, as it stands there", () => {
    const file = join(temporaryFolder(), "my-scenario.yaml");
    writeFileSync(
      file,
      blockOf(page, "title: { en: A leak").replace("config/plants", `${root}/config/plants`),
    );
    const { events, settings } = loadScenario(file, root, environment);
    expect(events).toHaveLength(4);
    expect(settings.config.sites.every(({ simulated }) => simulated)).toBe(true);
  });

  test("the recorded plant is one, and its rows are what its table says", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "plant.csv"), blockOf(page, "time,load,exhaust,air"));
    const file = join(folder, "my-replay.yaml");
    writeFileSync(file, blockOf(page, "- id: recorded"));
    const { config, fileAt } = loadSettings(file, root, environment);
    const [replay] = config.simulators.servers.flatMap(({ units }) =>
      units.flatMap((unit) => unit.replay ?? []),
    );
    if (replay === undefined) throw new Error("no replay");
    const record = openReplay({ ...replay, file: fileAt(replay.file) });
    // A row of a minute in a second.
    expect([0, 1, 2, 3].map((second) => record.at(second)["exhaustTempC"])).toEqual([
      148.2,
      149,
      152.4,
      null,
    ]);
  });
});
