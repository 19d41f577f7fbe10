import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { programPath } from "../../scripts/debian.js";
import { temporaryFolder } from "../helpers/servers.ts";

const name = "fluewatch-gateway.service";
const unit = readFileSync(resolve(import.meta.dirname, "../../config/systemd", name), "utf8");
const analyze = programPath("systemd-analyze");

/** The unit with a program that is on this machine, wherever Node is. */
function unitFile(): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, unit.replace("/usr/bin/node", process.execPath));
  return file;
}

test.skipIf(analyze === null)("systemd finds nothing wrong with the gateway's unit", () => {
  const { stdout, stderr, status } = spawnSync(analyze ?? "", ["verify", unitFile()], { encoding: "utf8" });
  expect(`${stdout}${stderr}`).toBe("");
  expect(status).toBe(0);
});

test.skipIf(analyze === null)(
  "the gateway's unit may do little: systemd rates its exposure at 2 of 10 or less",
  () => {
    const { stdout } = spawnSync(analyze ?? "", ["security", "--offline=true", unitFile()], {
      encoding: "utf8",
    });
    expect(Number(/exposure level[^:]*: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
  },
);
