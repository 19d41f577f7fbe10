import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { messageOf, OperationalError, systemCode } from "./errors.ts";
import type { Service } from "./service.ts";

/** A folder that belongs to one process as long as it runs. */
export interface DataFolder extends Service {
  readonly path: string;
}

/**
 * Makes a role's folder, readable by its owner alone, and locks it.
 *
 * The lock is a database's: the operating system lets go of it when the process ends, however it ends, so that
 * nothing has to be cleaned up after a crash.
 * @throws OperationalError `data-folder-locked` or `data-folder-unusable`, saying what to change
 */
export function lockDataFolder(dataDir: string, role: string): DataFolder {
  const path = join(dataDir, role);
  let lock: Database.Database;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    lock = new Database(join(path, "lock"));
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    if (systemCode(error) === "SQLITE_BUSY") {
      throw new OperationalError(
        "data-folder-locked",
        `${path} is in use by another Fluewatch process; stop that one, or set FLUEWATCH_DATA_DIR to another folder`,
        { cause: error },
      );
    }
    throw new OperationalError(
      "data-folder-unusable",
      `${path} cannot be written (${messageOf(error)}); give this user the right to write there, or set FLUEWATCH_DATA_DIR to another folder`,
      { cause: error },
    );
  }
  return {
    name: `lock of ${path}`,
    path,
    stop: async () => {
      lock.exec("ROLLBACK"); // closing alone would let go only once the memory is collected
      lock.close();
    },
  };
}

/**
 * Replaces a small file whole: a reader sees the old text or the new one, also after a power cut. One that is there
 * keeps its mode.
 * @param text `null`: takes it away
 */
export function replaceFile(file: string, text: string | null): void {
  const draft = `${file}.new`;
  if (text === null) rmSync(file, { force: true });
  else {
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
    writeFileSync(draft, text, { mode, flush: true });
    renameSync(draft, file);
  }
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** The file's text, or `null` when there is none. */
export function readFileIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}
