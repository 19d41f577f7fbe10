import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "libsql";
import { messageOf, OperationalError } from "../errors.ts";

export const recordsFile = "records.sqlite";

/** Rows of each table, by its name. */
export type RecordsCounts = Readonly<Record<string, number>>;

/**
 * Copies a records file as it is at one moment, also while another process writes to it.
 * @returns `null`: there is no such file
 * @throws OperationalError `backup-failed`
 */
export async function copyRecordsFile(folder: string, to: string): Promise<RecordsCounts | null> {
  const file = join(folder, recordsFile);
  if (!existsSync(file)) return null;
  const copy = join(to, recordsFile);
  try {
    await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
    const database = new Database(file, { readonly: true });
    try {
      database.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
    } finally {
      database.close();
    }
    return recordsCounts(to);
  } catch (error) {
    throw new OperationalError("backup-failed", `${file} cannot be copied: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Of a records file, whoever uses it. */
export function recordsCounts(folder: string): RecordsCounts {
  const database = new Database(join(folder, recordsFile), { readonly: true });
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
    return Object.fromEntries(
      (names as readonly { readonly name: string }[])
        .filter(({ name }) => !name.startsWith("sqlite_"))
        .map(({ name }) => {
          const row = database.prepare(`SELECT count(*) AS n FROM "${name.replaceAll('"', '""')}"`).get();
          return [name, (row as { readonly n: number }).n] as const;
        }),
    );
  } finally {
    database.close();
  }
}
