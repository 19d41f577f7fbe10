import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ModbusRTU from "modbus-serial";
import { expect, test } from "vitest";
import { blockOf } from "../helpers/documents.ts";
import { spawnFluewatch } from "../helpers/fluewatch.ts";
import { ended, freePort, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { root } from "../helpers/virtual-plant.ts";

const page = readFileSync(join(root, "docs/simulators.md"), "utf8");

/** The scenario of the page, changed as a test wants it. */
function scenarioFile(change: (text: string) => string = (text) => text): string {
  const file = join(temporaryFolder(), "my-scenario.yaml");
  const text = blockOf(page, "title: { en: A leak").replace("config/plants", `${root}/config/plants`);
  writeFileSync(file, change(text));
  return file;
}

test("the Modbus side of the documented scenario stands alone: map, port and speed as they are told", async () => {
  const port = await freePort();
  const { child, output } = spawnFluewatch([
    "simulate",
    scenarioFile(),
    "--speed",
    "60",
    "--modbus-port",
    String(port),
  ]);
  await until(
    "it is ready",
    () => output().includes("Fluewatch is ready: simulators") || child.exitCode !== null,
  );
  expect(output()).toMatch(/o2DryPercent/);

  const client = new ModbusRTU.default();
  await client.connectTCP("127.0.0.1", { port });
  client.setID(3);
  const o2DryPercent = async () => (await client.readInputRegisters(0, 2)).buffer.readFloatBE(0);
  // Twenty seconds after the start air leaks in for half a minute: at sixty times the speed, within a second.
  await until("the leak is seen", async () => (await o2DryPercent()) > 6, 10_000);
  client.close(() => {});
  await ended(child, "SIGINT");
  expect(child.exitCode).toBe(0);
}, 60_000);

test("a scenario that cannot be: the documented sentences, every fault with its line, exit code 2", async () => {
  const wrong = scenarioFile((text) =>
    text
      .replace("20 s, boiler: sb-01", "20 s, boiler: sb-02")
      .replace("point: o2DryPercent", "point: o2Percent"),
  );
  const { child, output } = spawnFluewatch(["simulate", wrong]);
  await until("it has ended", () => child.exitCode !== null);
  expect(child.exitCode).toBe(2);
  const lines = output().trim().split("\n");
  expect(lines[0]).toBe("The configuration has 2 faults:");
  const told = lines.slice(1).map((line) => line.trim().replace(/^\S*my-scenario/, "my-scenario"));
  const documented = blockOf(page, "The configuration has 2 faults").trim().split("\n").slice(1);
  for (const [index, line] of documented.entries()) {
    const upToList = line.trim().replace(/:\d+:/, ":").replace(/ …$/, "");
    expect(told[index]?.replace(/:\d+:/, ":")).toContain(upToList);
  }
});
