import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { rollupTiers } from "../../../domain/rollup.ts";
import { copyDurably } from "../../backup/files.ts";
import { messageOf, OperationalError, systemCode } from "../../errors.ts";
import type { World } from "../../world.ts";
import { rowsOf, tables } from "./tables.ts";

export const duckdbFile = "telemetry.duckdb";
const log = `${duckdbFile}.wal`;
/** Two headers, written in turn by each checkpoint, stand behind the file's first one. */
const headerBytes = 12_288;
const mostTries = 30;
const pauseMs = 250;

/** How much a telemetry file holds. */
export interface DuckdbCounts {
  readonly readings: number;
  readonly minutes: number;
  readonly hours: number;
  readonly checkpoint: number;
}

/**
 * Copies a telemetry file, also while another process writes to it. Between two checkpoints the database's file stays
 * as it is and only its log grows; a checkpoint writes into free blocks and changes a header last. So a copy of both
 * with the same header, file names and log before and after is the state of one moment; otherwise it is made again.
 * The copy is opened, its log written into it, and counted.
 * @returns `null`: there is no such file
 * @throws OperationalError `backup-failed`
 */
export async function copyDuckdb(folder: string, to: string, world: World): Promise<DuckdbCounts | null> {
  for (let tries = 1; ; tries += 1) {
    const before = await stateOf(folder);
    if (before === null) return null;
    let why = "a checkpoint is under way";
    if (before.isSettled) {
      await removeCopy(to);
      try {
        for (const name of before.names) await copyDurably(join(folder, name), join(to, name));
        const after = await stateOf(folder);
        if (after?.mark === before.mark) return await duckdbCounts(to);
        why = "the file changed while it was copied";
      } catch (error) {
        if (systemCode(error) === "ENOSPC") throw failed(folder, error);
        why = messageOf(error); // a file that went meanwhile, or a copy that cannot be opened
      }
    }
    if (tries === mostTries) throw failed(folder, new Error(why));
    await world.clock.sleep(pauseMs);
  }
}

/** Opens a telemetry file that nobody else uses, brings its log into it, and counts. */
export async function duckdbCounts(folder: string): Promise<DuckdbCounts> {
  const instance = await DuckDBInstance.create(join(folder, duckdbFile), { memory_limit: "512MB" });
  const connection = await instance.connect();
  try {
    const count = async (table: string) =>
      Number((await rowsOf(connection, `SELECT count(*) FROM ${table}`, []))[0]?.[0] ?? 0);
    const [minutes = 0, hours = 0] = await Promise.all(rollupTiers.map((tier) => count(tables[tier].name)));
    const [row] = await rowsOf(connection, "SELECT journalOffset FROM checkpoint", []);
    const readings = await count(tables.raw.name);
    await connection.run("CHECKPOINT");
    return { readings, minutes, hours, checkpoint: Number(row?.[0] ?? 0) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function stateOf(
  folder: string,
): Promise<{ readonly names: readonly string[]; readonly isSettled: boolean; readonly mark: string } | null> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(duckdbFile)).sort();
  if (!names.includes(duckdbFile)) return null;
  const handle = await open(join(folder, duckdbFile), "r");
  try {
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, 0);
    const wal = names.includes(log) ? await stat(join(folder, log)).catch(() => null) : null;
    const isSettled = names.every((name) => name === duckdbFile || name === log);
    return {
      names,
      isSettled,
      mark: `${names.join()} ${wal?.ino} ${header.toString("base64")}`,
    };
  } finally {
    await handle.close();
  }
}

async function removeCopy(folder: string): Promise<void> {
  for (const name of [duckdbFile, log]) await rm(join(folder, name), { force: true });
}

function failed(folder: string, cause: unknown): OperationalError {
  return new OperationalError(
    "backup-failed",
    `${join(folder, duckdbFile)} cannot be copied: ${messageOf(cause)}`,
    {
      cause,
    },
  );
}
