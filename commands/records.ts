import { lockDataFolder } from "../platform/data-folder.ts";
import { type RecordsDb, sqliteRecords } from "../platform/records/records.ts";
import { settingsOf } from "./command.ts";

/**
 * Opens the records of a configuration for a command; while Fluewatch runs they are its own.
 * @throws OperationalError `data-folder-locked`
 */
export async function withRecords<T>(
  configFile: string | undefined,
  use: (db: RecordsDb) => Promise<T>,
): Promise<T> {
  const folder = lockDataFolder(settingsOf(configFile).dataDir, "records");
  try {
    const records = await sqliteRecords(folder.path);
    try {
      return await use(records.db);
    } finally {
      await records.stop();
    }
  } finally {
    await folder.stop();
  }
}
