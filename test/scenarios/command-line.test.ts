import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { main } from "../../main.ts";
import { plantFile, spawnFluewatch, startFluewatch } from "../helpers/fluewatch.ts";
import { ended, freePort, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const fouling = join(import.meta.dirname, "../../config/scenarios/fouling.yaml");

/** Runs the program to its end. */
async function ran(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { child, output } = spawnFluewatch(args, { FLUEWATCH_DATA_DIR: temporaryFolder(), ...env });
  await until("the program has ended", () => child.exitCode !== null || child.signalCode !== null, 30_000);
  return { code: child.exitCode, output: output() };
}

/** Runs the program in this very process, for what ends before anything starts. */
async function ranHere(args: readonly string[]) {
  const env = { FLUEWATCH_DATA_DIR: temporaryFolder(), FLUEWATCH_HTTP_PORT: "0", FLUEWATCH_MQTT_PORT: "0" };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  let output = "";
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      output += String(text);
      return true;
    });
  try {
    const code = await main(args);
    return { code, output };
  } finally {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  }
}

describe("the command line", () => {
  test("tells how it is used", async () => {
    const { code, output } = await ran(["--help"]);
    expect(code).toBe(0);
    expect(output).toContain("fluewatch check-config");
    const tool = await ran(["gateway", "probe", "--help"]);
    expect(tool.code).toBe(0);
    expect(tool.output).toMatch(/^ *fluewatch gateway probe /);
  });

  test("gateway plan says what the demo's lines carry, and a probe that reaches nobody ends with exit code 1", async () => {
    const plan = await ran(["gateway", "plan"], { FLUEWATCH_MQTT_PORT: String(await freePort()) });
    expect(plan.output).toMatch(/line heaters \(127.0.0.1:15020\): 12 requests, load 6.0 %/);
    expect(plan.output).toContain("No running gateway was heard");
    expect(plan.code).toBe(0);
    const port = String(await freePort());
    const probe = await ran(["gateway", "probe", "--host", "127.0.0.1", "--port", port, "--address", "0"]);
    expect(probe.output).toMatch(/^unit 1, 2 holding from 0: no connection to 127.0.0.1:/);
    expect(probe.code).toBe(1);
  });

  test.each([
    [["dance"], /"dance" is no command and no role; roles are simulators, broker, gateway, ingest, api/],
    [["simulate"], /simulate needs one scenario/],
    [["simulate", "/nowhere.yaml"], /\/nowhere.yaml: cannot be read/],
    [["simulate", fouling, "--speed", "fast"], /--speed is "fast"; it must be a number from 0.01 to 10000/],
    [["simulate", fouling, "--history", "long"], /--history is "long"; it must be a time like 60 s, 10 min/],
    [["export"], /--out is missing; it must be the file to write/],
    [["export", "--out", "a.xls"], /--format is missing; it must be csv, ndjson, parquet/],
    [["export", "--out", "a.csv", "--boilers", "toh-9"], /--boilers is "toh-9"; it must be of toh-01/],
    [["export", "--out", "a.csv", "--from", "monday"], /--from is "monday"; it must be a time with a zone/],
    [["replay", "--from", "2026-03-01T00:00:00Z"], /--from goes with --rules: the file to try out/],
    [["replay", "--rules", "r.yaml", "--to", "monday"], /--to is "monday"; write a time with a zone/],
    [["replay", "--rules", "/nowhere.yaml"], /\/nowhere.yaml: cannot be read/],
    [["reference"], /reference needs one file/],
    [["reference", "/nowhere.json"], /\/nowhere.json: cannot be read/],
    [["--colour"], /Unknown option '--colour'/],
    [["gateway", "probe", "--host", "127.0.0.1"], /^--address is missing; give 0 to 65535/],
    [["gateway", "plan", "--config", "/nowhere.yaml"], /\/nowhere.yaml: cannot be read/],
    [["--config", "/nowhere.yaml"], /\/nowhere.yaml: cannot be read/],
    [["start", "api"], /ingest and api share one process over an embedded store: start both, or neither/],
  ])("%j is refused with what to change, exit code 2", async (args, message) => {
    const { code, output } = await ranHere(args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/\n\s+at /); // no stack
    expect(code).toBe(2);
  });

  test("a short administrator's password is refused, exit code 2", async () => {
    const { code, output } = await ran(["check-config"], { FLUEWATCH_ADMIN_PASSWORD: "short" });
    expect(output).toMatch(/FLUEWATCH_ADMIN_PASSWORD is too short; set at least 12 characters/);
    expect(output).not.toContain('"short"');
    expect(code).toBe(2);
  });

  test("a wrong configuration names every fault with its line, exit code 2", async () => {
    const file = await plantFile("demo.yaml");
    writeFileSync(
      file,
      readFileSync(file, "utf8")
        .replace("scanMs: 1000", "scanMs: 1")
        .replace("heatCarrier: steam", "heatCarrier: air"),
    );
    const { code, output } = await ran(["check-config", "--config", file]);
    expect(code).toBe(2);
    expect(output).toMatch(
      /has 2 faults:\n.*demo.yaml:\d+: .*heatCarrier is "air"; allowed are .*\n.*demo.yaml:\d+: .*scanMs is 1; it must be >= 100/,
    );
  });

  test("golden cases: the shipped ones pass; one that is wrong is a line with expected, got and tolerance", async () => {
    const cases = join(import.meta.dirname, "../reference/combustion-cases.json");
    const right = await ran(["reference", cases]);
    expect(right.output.trim().split("\n").at(-1)).toBe("38 passed, 0 failed");
    expect(right.code).toBe(0);

    const file = join(temporaryFolder(), "cases.json");
    const quantity = (value: number) => ({ value, unit: "-", tolerance: { abs: 0.001 } });
    const wrong = {
      id: "W1",
      kind: "air-ratio",
      inputs: { o2: quantity(4.2) },
      expected: { airRatio: quantity(1.26) },
    };
    writeFileSync(file, JSON.stringify({ cases: [wrong, { ...wrong, id: "W2", kind: "alchemy" }] }));
    const { code, output } = await ran(["reference", file]);
    expect(output).toMatch(
      /^W1 air-ratio: airRatio: expected 1.26 ± 0.001, got 1.25\nW2 alchemy: the kind alchemy is not known/,
    );
    expect(output.trim().split("\n").at(-1)).toBe("0 passed, 2 failed");
    expect(code).toBe(1);
  });

  test("a right one is said to be in order, exit code 0", async () => {
    const { code, output } = await ran(["check-config"]);
    expect(code).toBe(0);
    expect(output).toMatch(/demo.yaml is in order/);
  });

  test.each([
    ["http", "FLUEWATCH_HTTP_PORT"],
    ["mqtt", "FLUEWATCH_MQTT_PORT"],
  ])("a busy %s port is one sentence, exit code 2", async (_name, variable) => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    const { code, output } = await ran(["--config", await plantFile("demo.yaml")], {
      FLUEWATCH_HTTP_PORT: "0",
      FLUEWATCH_MQTT_PORT: "0",
      [variable]: String(port),
    });
    other.close();
    expect(output.trim().split("\n").at(-1)).toMatch(
      new RegExp(`^Port ${port} on 127.0.0.1 is taken by another program; .*${variable}`),
    );
    expect(code).toBe(2);
  });

  test("a busy Modbus port of the simulators is one sentence, exit code 2", async () => {
    let port = 0;
    const config = await plantFile("demo.yaml", ({ simulators }) => {
      port = simulators.servers[0]?.port ?? 0;
    });
    const other = createServer().listen(port, "127.0.0.1");
    const { code, output } = await ran(["--config", config], {
      FLUEWATCH_HTTP_PORT: "0",
      FLUEWATCH_MQTT_PORT: "0",
    });
    other.close();
    expect(output).toMatch(
      new RegExp(
        `Port ${port} on 127.0.0.1 is taken by another program; .*set simulators.servers\\[\\].port or --modbus-port`,
      ),
    );
    expect(code).toBe(2);
  });

  test("a data directory in use, or one that cannot be written, is one sentence, exit code 2", async () => {
    const config = await plantFile("demo.yaml");
    const dataDir = temporaryFolder();
    const running = await startFluewatch({ config, dataDir, roles: ["broker", "ingest", "api"] });
    const ports = { FLUEWATCH_HTTP_PORT: "0", FLUEWATCH_MQTT_PORT: "0" };
    const second = await ran(["start", "broker", "ingest", "api", "--config", config], {
      ...ports,
      FLUEWATCH_DATA_DIR: dataDir,
    });
    await running.stop();
    expect(second.code).toBe(2);
    expect(second.output).toMatch(
      /is in use by another Fluewatch process; stop that one, or set FLUEWATCH_DATA_DIR/,
    );
    const unwritable = await ran(["--config", config], {
      ...ports,
      FLUEWATCH_DATA_DIR: join(config, "below-a-file"),
    });
    expect(unwritable.code).toBe(2);
    expect(unwritable.output).toMatch(
      /cannot be written .*give this user the right to write there, or set FLUEWATCH_DATA_DIR/,
    );
  });

  test("Ctrl-C stops everything in order within ten seconds, and the exit code is 0", async () => {
    const running = await startFluewatch({ config: await plantFile("demo.yaml") });
    const beginMs = Date.now();
    await running.stop("SIGINT");
    expect(Date.now() - beginMs).toBeLessThan(10_000);
    expect(running.child.exitCode).toBe(0);
    expect(running.output()).toContain("Stopping; press Ctrl-C again to stop at once.");
  });

  test("a second Ctrl-C stops at once", async () => {
    const running = await startFluewatch({ config: await plantFile("demo.yaml") });
    running.child.kill("SIGINT");
    await until("it says that it is stopping", () => running.output().includes("Stopping"));
    await ended(running.child, "SIGINT");
    expect([0, 1]).toContain(running.child.exitCode);
  });
});
