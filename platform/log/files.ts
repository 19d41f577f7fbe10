import { mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

/** The few things a log asks of a folder. Bytes are durable only after `sync`, names only after `syncNames`. */
export interface LogFiles {
  list(): Promise<readonly string[]>;
  /** Makes a file that must not exist yet, open for appending. */
  create(name: string): Promise<LogFile>;
  /** Up to `length` bytes from `position`; fewer only at the end of the file. */
  read(name: string, position: number, length: number): Promise<Buffer>;
  describe(name: string): Promise<{ readonly bytes: number; readonly changedAtMs: number }>;
  remove(name: string): Promise<void>;
  syncNames(): Promise<void>;
}

export interface LogFile {
  append(bytes: Buffer): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A folder of this machine's file system; made with mode 0700 when missing. */
export async function folderFiles(folder: string): Promise<LogFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  return {
    list: () => readdir(folder),
    create: async (name) => {
      const handle = await open(at(name), "ax", 0o600);
      return {
        append: async (bytes) => {
          for (let written = 0; written < bytes.length; ) {
            written += (await handle.write(bytes, written)).bytesWritten;
          }
        },
        sync: () => handle.datasync(),
        close: () => handle.close(),
      };
    },
    read: async (name, position, length) => {
      const handle = await open(at(name), "r");
      try {
        const buffer = Buffer.allocUnsafe(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      } finally {
        await handle.close();
      }
    },
    describe: async (name) => {
      const { size, mtimeMs } = await stat(at(name));
      return { bytes: size, changedAtMs: mtimeMs };
    },
    remove: (name) => unlink(at(name)),
    syncNames: async () => {
      const handle = await open(folder, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}
