import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ended, freePort, type RunningServer } from "./servers.ts";
import { until } from "./until.ts";

/** Where Debian keeps the newest PostgreSQL's programs; `null`: nowhere. */
export function postgresPrograms(): string | null {
  const all = "/usr/lib/postgresql";
  const versions = existsSync(all) ? readdirSync(all).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(all, version, "bin"))
    .find((bin) => existsSync(join(bin, "postgres")));
  if (found === undefined && process.env["CI"] === "true") throw new Error("postgresql is not installed");
  if (found === undefined) console.warn("postgresql is not installed: its tests are left out");
  return found ?? null;
}

/** PostgreSQL on a free port with an empty cluster; it refuses to be root, so root lends it a user. */
export async function startPostgres(bin: string): Promise<RunningServer & { start(): Promise<void> }> {
  // Not below the folder of the test run: that is closed to other users.
  const folder = mkdtempSync("/tmp/fluewatch-postgres-");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const idOf = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  const as = isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (isRoot) chownSync(folder, as.uid ?? 0, as.gid ?? 0);
  const data = join(folder, "data");
  const initial = ["-D", data, "-U", "fluewatch", "-A", "trust", "--locale=C.UTF-8", "-N"];
  execFileSync(join(bin, "initdb"), initial, { ...as, cwd: folder, stdio: "ignore" });
  let child = run();

  function run() {
    const settings = ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`];
    return spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), ...settings], {
      ...as,
      cwd: folder,
      stdio: "ignore",
    });
  }
  const ready = () =>
    until("PostgreSQL is ready", async () => {
      try {
        execFileSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
        return true;
      } catch {
        return false;
      }
    });
  await ready();
  execFileSync(join(bin, "createdb"), [
    "-h",
    "127.0.0.1",
    "-p",
    String(port),
    "-U",
    "fluewatch",
    "fluewatch",
  ]);
  return {
    port,
    stop: () => ended(child, "SIGINT"),
    start: async () => {
      child = run();
      await ready();
    },
  };
}
