// What tests borrow from Debian: a server or a browser that is installed already, or that root may install.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"];

/**
 * Where a program is; a path stands for itself.
 * @param {string} program
 */
export function programPath(program) {
  if (program.startsWith("/")) return existsSync(program) ? program : null;
  return folders.map((folder) => `${folder}/${program}`).find(existsSync) ?? null;
}

/**
 * Finds programs, installing their packages when this is Debian and we are root.
 * @param {Readonly<Record<string, string>>} packageOf program → package
 * @returns {string[]} the programs that are still missing
 */
export function ensurePrograms(packageOf) {
  const missing = () => Object.keys(packageOf).filter((program) => programPath(program) === null);
  if (missing().length === 0) return [];
  if (process.getuid?.() !== 0 || programPath("apt-get") === null) return missing();
  const packages = [...new Set(missing().map((program) => packageOf[program] ?? program))];
  console.log(`installing ${packages.join(", ")} from Debian …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Another installation may be under way.
  const apt = (/** @type {string[]} */ ...args) =>
    spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...packages);
  return missing();
}
