import { readEnvironment } from "../platform/environment.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { serviceStack } from "../platform/service.ts";
import { openRecords } from "../stores.ts";
import { settingsOf, writingWorld } from "./command.ts";

/**
 * Opens the records of a configuration for a command; while Fluewatch runs they are its own.
 * @throws OperationalError `data-folder-locked`
 */
export async function withRecords<T>(
  configFile: string | undefined,
  use: (db: RecordsDb) => Promise<T>,
): Promise<T> {
  const environment = readEnvironment();
  const opened = serviceStack(writingWorld(environment));
  try {
    return await use((await openRecords(opened, settingsOf(configFile, environment))).db);
  } finally {
    await opened.stop();
  }
}
