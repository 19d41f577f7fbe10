import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPath } from "../../scripts/debian.js";

/** A server of Debian's, started for one test file on ports of its own. */
export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The path of a program that tests need. Under CI a missing one fails the test; elsewhere the caller skips, and
 * says so.
 */
export function neededProgram(program: string): string | null {
  const path = programPath(program);
  if (path === null && process.env["CI"] === "true") throw new Error(`${program} is not installed`);
  if (path === null) console.warn(`${program} is not installed: its tests are left out`);
  return path;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes when the test's process does. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-"));
  folders.push(folder);
  return folder;
}

/** InfluxDB 1.x on a free port, with an empty data folder. */
export async function startInflux(
  program: string,
  folder = temporaryFolder(),
  onPort: number | null = null,
): Promise<RunningServer & { readonly folder: string }> {
  const [port, rpcPort] = [onPort ?? (await freePort()), await freePort()];
  const config = join(folder, "influxdb.conf");
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "error"
`,
  );
  const child = spawn(program, ["-config", config], { stdio: "ignore" });
  await answering(`http://127.0.0.1:${port}/ping`);
  return { port, folder, stop: () => ended(child) };
}

export async function answering(url: string): Promise<void> {
  const untilMs = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > untilMs) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function ended(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
