import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { verifyJournal } from "../ingest/verify.ts";
import { copyDurably, hashed } from "../platform/backup/files.ts";
import { lockDataFolder } from "../platform/data-folder.ts";
import { readEnvironment } from "../platform/environment.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { recordsCounts } from "../platform/records/copy.ts";
import { serviceStack } from "../platform/service.ts";
import { duckdbCounts } from "../platform/telemetry/duckdb/copy.ts";
import type { World } from "../platform/world.ts";
import { contentLines, type Manifest, manifestCheck, manifestFile } from "./backup.ts";
import { type Command, given, onlyWord, say, settingsOf, writingWorld } from "./command.ts";

const parts = ["journal", "telemetry", "records"] as const;

export const restore: Command = {
  name: "restore",
  help: `  fluewatch restore folder [--config file]     puts a backup into an empty data folder, and checks it by counts and hashes
      --replace                                moves aside what is there now
      --check                                  only checks the backup`,
  async run(args) {
    const { values, positionals } = given(this, args, {
      config: { type: "string" },
      replace: { type: "boolean" },
      check: { type: "boolean" },
    });
    const from = onlyWord(this, positionals, "the folder of a backup");
    const manifest = await checkedBackup(from);
    for (const line of contentLines(manifest)) say(line);
    say(`${manifest.files.length} files are what ${manifestFile} of ${manifest.madeAt} says`);
    if (values.check === true) return true;
    const environment = readEnvironment();
    const { dataDir } = settingsOf(values.config, environment);
    const aside = await restored(from, manifest, dataDir, values.replace === true, writingWorld(environment));
    if (aside !== null) say(`What was there is in ${aside}`);
    say(`Restored into ${dataDir}: the same counts and hashes. What gateways still keep, they send again.`);
    return true;
  },
};

/**
 * Reads a backup's manifest, and holds every file against it.
 * @throws OperationalError `backup-invalid`, naming the file
 */
export async function checkedBackup(folder: string): Promise<Manifest> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(join(folder, manifestFile), "utf8"));
  } catch (error) {
    throw invalid(`${folder} is no backup: ${messageOf(error)}`);
  }
  if (!manifestCheck.Check(manifest))
    throw invalid(`${join(folder, manifestFile)} is not what a backup says`);
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!resolve(folder, path).startsWith(`${resolve(folder)}${sep}`))
      throw invalid(`${path} would lie outside of the backup`);
    const found = await hashed(join(folder, path)).catch(() => null);
    if (found === null) throw invalid(`${path} is missing in ${folder}`);
    if (found.bytes !== bytes || found.sha256 !== sha256)
      throw invalid(
        `${path} is not what was backed up: ${found.bytes} bytes of ${bytes}, SHA-256 ${found.sha256.slice(0, 16)}… for ${sha256.slice(0, 16)}…`,
      );
  }
  return manifest;
}

/** @returns where what was there before is now; `null`: nothing was */
export async function restored(
  from: string,
  manifest: Manifest,
  dataDir: string,
  mayReplace: boolean,
  world: World,
): Promise<string | null> {
  const locks = serviceStack(world);
  try {
    for (const part of parts) locks.add(lockDataFolder(dataDir, part));
    const aside = await makeRoom(dataDir, mayReplace, world);
    for (const { path } of manifest.files) {
      if (!parts.some((part) => path.startsWith(`${part}${sep}`))) continue;
      const to = join(dataDir, path);
      await copyDurably(join(from, path), to);
      if ((await hashed(to)).sha256 !== manifest.files.find((file) => file.path === path)?.sha256)
        throw new OperationalError("restore-failed", `${to} is not what was copied; is the disk sound?`);
    }
    await sameCounts(manifest, dataDir);
    return aside;
  } finally {
    await locks.stop();
  }
}

async function makeRoom(dataDir: string, mayReplace: boolean, world: World): Promise<string | null> {
  const there: string[] = [];
  for (const part of parts)
    for (const name of await readdir(join(dataDir, part)))
      if (!/^lock(-journal|-wal|-shm)?$/.test(name)) there.push(join(part, name));
  if (there.length === 0) return null;
  if (!mayReplace)
    throw new OperationalError(
      "restore-refused",
      `${dataDir} is not empty (${there[0]}); restore into another folder (FLUEWATCH_DATA_DIR), or move aside what is there with --replace`,
    );
  const aside = join(dataDir, `replaced-${new Date(world.clock.nowMs()).toISOString().replaceAll(":", "")}`);
  for (const path of there) {
    await mkdir(dirname(join(aside, path)), { recursive: true, mode: 0o700 });
    await rename(join(dataDir, path), join(aside, path));
  }
  return aside;
}

async function sameCounts(manifest: Manifest, dataDir: string): Promise<void> {
  const { firstOffset, lastOffset, batches, readings } = await verifyJournal(join(dataDir, "journal"));
  const found: Omit<Manifest, "v" | "madeAt" | "files"> = {
    journal: { firstOffset, lastOffset, batches, readings },
    telemetry: manifest.telemetry === null ? null : await duckdbCounts(join(dataDir, "telemetry")),
    records: manifest.records === null ? null : { ...recordsCounts(join(dataDir, "records")) },
  };
  for (const part of parts) {
    const [was, is] = [JSON.stringify(manifest[part]), JSON.stringify(found[part])];
    if (was !== is)
      throw new OperationalError("restore-failed", `${part} holds ${is} where the backup has ${was}`);
  }
}

function invalid(message: string): OperationalError {
  return new OperationalError("backup-invalid", message);
}
