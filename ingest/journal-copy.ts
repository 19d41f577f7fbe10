import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { copyDurably } from "../platform/backup/files.ts";
import { systemCode } from "../platform/errors.ts";
import { segmentsFolder } from "./journal.ts";

/**
 * Copies what the pass remembers. It is copied before the stores, so that there is a place from which both can be
 * served; the segments are copied after them, so that they hold all that the stores have passed.
 */
export async function copyMemories(folder: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder))
    if (/^state-\d{16}\.json$/.test(name)) await unlessGone(copyDurably(join(folder, name), join(to, name)));
}

/** Copies the segments as long as they are now: what is cut short at their end was not confirmed yet. */
export async function copySegments(folder: string, to: string): Promise<void> {
  const [from, into] = [segmentsFolder(folder), segmentsFolder(to)];
  await mkdir(into, { recursive: true, mode: 0o700 });
  for (const name of (await readdir(from)).sort())
    await unlessGone(copyDurably(join(from, name), join(into, name)));
}

/** The oldest may go while the others are copied. */
async function unlessGone(copying: Promise<void>): Promise<void> {
  try {
    await copying;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
