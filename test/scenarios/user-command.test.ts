import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { lockDataFolder } from "../../platform/data-folder.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { twoSites } from "../helpers/api.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const program = resolve(import.meta.dirname, "../../scripts/fluewatch.js");
const words = "seven quiet lanterns drift";
let config: string;
let dataDir: string;

beforeAll(() => {
  config = twoSites();
  dataDir = temporaryFolder();
});

function fluewatch(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, "--config", config], {
    env: { ...process.env, FLUEWATCH_DATA_DIR: dataDir },
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("users are added, listed, changed and removed, and the audit of it is whole", async () => {
  expect(fluewatch(["user", "list"]).stdout).toBe("There are no users yet\n");
  expect(
    fluewatch(["user", "add", "mei", "--role", "operator", "--sites", "north"], `${words}\n`).status,
  ).toBe(0);
  expect(fluewatch(["user", "role", "mei", "--role", "engineer"]).status).toBe(0);
  expect(fluewatch(["user", "password", "mei"], "a kettle hums at noon\n").status).toBe(0);
  expect(fluewatch(["user", "list"]).stdout).toBe("mei  engineer  all sites\n");
  expect(fluewatch(["user", "remove", "mei"]).status).toBe(0);
  const verified = fluewatch(["audit", "verify"]);
  expect(verified).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Whole: 4 entries\n/) });
  const anchor = join(temporaryFolder(), "anchors.jsonl");
  writeFileSync(anchor, `${verified.stdout.split("\n")[1]}\n{"seq":9,"hash":"${"0".repeat(64)}"}\n`);
  expect(fluewatch(["audit", "verify", "--anchor", anchor])).toMatchObject({
    status: 1,
    stdout: "Broken: entries 5 to 9 are missing: an anchor knows of them\n",
  });
});

test.each([
  [["user", "add", "Mei", "--role", "viewer"], /is no name/],
  [["user", "add", "mei", "--role", "king"], /roles are viewer, operator, engineer, admin/],
  [["user", "add", "mei", "--role", "viewer", "--sites", "west"], /west is no site; known are north, south/],
  [["user", "add", "mei", "--role", "viewer"], /at least 12 characters/],
  [["user", "remove", "nobody"], /There is no user nobody/],
  [["audit", "verify", "--anchor", "nowhere.jsonl"], /nowhere.jsonl/],
])("%j is refused with what to change", (args, why) => {
  const { status, stderr } = fluewatch(args, "short\n");
  expect(status).toBe(2);
  expect(stderr).toMatch(why);
});

test("while Fluewatch runs, its records are its own", async () => {
  const folder = lockDataFolder(dataDir, "records");
  const records = await sqliteRecords(folder.path);
  expect(fluewatch(["user", "list"])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("in use by another"),
  });
  await records.stop();
  await folder.stop();
});
