import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, readdir, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** A file of a backup: where it is in it, how long it is, and the hash of all of it. */
export interface KeptFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies a file as long as it is now, and has it on the disk; where the file system can, no byte is moved. */
export async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await synced(to);
}

export async function synced(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** All files below a folder, in the order of their names, with their hashes. */
export async function filesBelow(folder: string, at = folder): Promise<readonly KeptFile[]> {
  const found: KeptFile[] = [];
  for (const name of (await readdir(at)).sort()) {
    const path = join(at, name);
    if ((await stat(path)).isDirectory()) found.push(...(await filesBelow(folder, path)));
    else found.push({ path: relative(folder, path), ...(await hashed(path)) });
  }
  return found;
}

export async function hashed(path: string): Promise<Omit<KeptFile, "path">> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
