import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { ended, freePort, temporaryFolder } from "./servers.ts";
import { until } from "./until.ts";

const root = resolve(import.meta.dirname, "../..");

/** The parts of a configuration that tests change. */
export interface PlantConfig {
  sites: { id: string; steady?: object; boilers: object[] }[];
  gateways: { scanMs: number; lines: { port: number }[]; devices: object[] }[];
  simulators: {
    servers: {
      port: number;
      units: {
        unitId: number;
        map: string;
        replay?: { file: string; startRow: number; stepSeconds: number };
      }[];
    }[];
    ledgerFile?: string;
  };
  example?: string;
  points?: object;
  telemetry?: object;
}

/** A shipped configuration on ports of its own, changed as a test wants it; gives the file's path. */
export async function plantFile(
  name: string,
  change: (config: PlantConfig) => void = () => {},
): Promise<string> {
  const config = parse(readFileSync(join(root, "config", name), "utf8")) as PlantConfig;
  for (const server of config.simulators.servers) {
    const port = await freePort();
    for (const { lines } of config.gateways)
      for (const line of lines) if (line.port === server.port) line.port = port;
    server.port = port;
    for (const { replay } of server.units)
      if (replay !== undefined) replay.file = resolve(root, "config", replay.file);
  }
  // Two years of readings would only be in the way of a test that is not about them.
  delete config.example;
  change(config);
  const file = join(temporaryFolder(), name);
  writeFileSync(file, stringify(config));
  return file;
}

export interface RunningFluewatch {
  readonly child: ChildProcess;
  readonly url: string;
  /** The one-time link that was printed. */
  readonly link: string;
  readonly output: () => string;
  /** Of who asks here. */
  cookie(): Promise<string>;
  /** Asks the API, signed in; gives the body of a success, or the problem with its status. */
  ask(path: string, init?: RequestInit): Promise<{ readonly status: number; readonly body: never }>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A configuration, or a scenario that names its own. */
export type RunOptions = {
  readonly roles?: readonly string[];
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
} & ({ readonly config: string } | { readonly scenario: string });

/** Starts the built program in a process of its own, without waiting for anything. */
export function spawnFluewatch(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(root, "scripts", "fluewatch.js"), ...args], {
    env: { ...process.env, FLUEWATCH_LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (bytes) => {
    output += bytes;
  });
  child.stderr.on("data", (bytes) => {
    output += bytes;
  });
  return { child, output: () => output };
}

/** Starts the built program and waits until it says that it is ready. */
export async function startFluewatch({
  roles = [],
  dataDir = temporaryFolder(),
  env = {},
  ...runs
}: RunOptions): Promise<RunningFluewatch> {
  const plant = "scenario" in runs ? ["--scenario", runs.scenario] : ["--config", runs.config];
  const { child, output } = spawnFluewatch(["start", ...roles, ...plant], {
    FLUEWATCH_DATA_DIR: dataDir,
    FLUEWATCH_HTTP_PORT: "0",
    FLUEWATCH_MQTT_PORT: "0",
    ...env,
  });
  await until(
    "Fluewatch is ready",
    () => output().includes("Fluewatch is ready") || child.exitCode !== null,
    30_000,
  );
  if (child.exitCode !== null) throw new Error(`Fluewatch ended with ${child.exitCode}:\n${output()}`);
  const link = /Fluewatch is ready: (http\S+)/.exec(output())?.[1] ?? "";
  const url = link === "" ? "" : new URL(link).origin;
  let signedInAs: string | null = null;
  const signedInOnce = async () => {
    signedInAs ??= await signedIn(url, link, env["FLUEWATCH_ADMIN_PASSWORD"]);
    return signedInAs;
  };

  return {
    child,
    url,
    link,
    output,
    cookie: signedInOnce,
    ask: async (path, init = {}) => {
      const cookie = await signedInOnce();
      const headers = {
        "x-requested-with": "fluewatch",
        "content-type": "application/json",
        cookie,
        ...init.headers,
      };
      const answer = await fetch(`${url}/api/v1/${path}`, { ...init, headers });
      const isJson = /^application\/(problem\+)?json/.test(answer.headers.get("content-type") ?? "");
      return { status: answer.status, body: (await (isJson ? answer.json() : answer.text())) as never };
    },
    stop: (signal = "SIGTERM") => ended(child, signal),
  };
}

/** By password where there is one, so that the link stays for the browser. */
async function signedIn(url: string, link: string, password: string | undefined): Promise<string> {
  const ticket = new URL(link).searchParams.get("ticket");
  const body = password === undefined ? { ticket } : { user: "admin", password };
  const answer = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "x-requested-with": "fluewatch", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`sign-in failed: ${await answer.text()}`);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}
