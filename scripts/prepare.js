// Makes a fresh clone ready: installs what package-lock.json says, builds what has changed, and says so.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const serverSources = [
  "main.ts",
  "commands",
  "plant.ts",
  "offline.ts",
  "stores.ts",
  "example.ts",
  "domain",
  "contracts",
  "platform",
  "gateway",
  "ingest",
  "notifications",
  "api",
  "simulators",
  "bench",
  "settings",
  "tsconfig.json",
];
const dashboardSources = ["dashboard", "domain", "contracts"];

const oldestNode = [20, 19];

/** Installs the packages unless they are there as the lock file says. */
export function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < (oldestNode[0] ?? 0) || (major === oldestNode[0] && minor < (oldestNode[1] ?? 0))) {
    stop(`Fluewatch needs Node ${oldestNode.join(".")} or newer; this is ${process.versions.node}`);
  }
  const lock = hashOf(["package-lock.json"]);
  const stamp = join(root, "node_modules", ".fluewatch-installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("Installing packages (once; about a minute) …");
  run("npm", ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, lock);
}

/** Compiles the server and builds the dashboard, each only if its sources have changed since. */
export function ensureBuilt() {
  step("Building the server …", "server", serverSources, () => bin("tsc", ["-p", "tsconfig.json"]));
  if (existsSync(join(root, "dashboard", "index.html"))) {
    step("Building the dashboard …", "dashboard", dashboardSources, () =>
      bin("vite", ["build", "dashboard", "--logLevel", "warn"]),
    );
  }
}

/**
 * @param {string} says
 * @param {string} name
 * @param {readonly string[]} sources
 * @param {() => void} build
 */
function step(says, name, sources, build) {
  const now = hashOf([...sources, "package-lock.json"]);
  const stamp = join(root, "dist", `${name}.stamp`);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  console.log(says);
  build();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

/** @param {readonly string[]} paths */
function hashOf(paths) {
  const hash = createHash("sha256");
  /** @param {string} path */
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(join(path, name));
    } else {
      hash.update(path).update("\0").update(readFileSync(full)).update("\0");
    }
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
export function bin(name, args) {
  run(join(root, "node_modules", ".bin", name), args);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
export function run(command, args) {
  // Builds are those that users run, also when a test runner asks for them.
  const env = { ...process.env, NODE_ENV: "production" };
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  if (status !== 0) stop(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(message);
  process.exit(1);
}
