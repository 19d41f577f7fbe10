import type { LogFiles } from "../../platform/log/files.ts";

interface Content {
  bytes: Buffer;
  syncedBytes: number;
  nameSynced: boolean;
  changedAtMs: number;
}

/** A folder in memory that can lose what was not synced, refuse to write, and be damaged. */
export interface SimulatedFiles extends LogFiles {
  /** Power fails: of each file's bytes not yet synced the first `keptBytes(unsynced)` are still there. */
  crash(keptBytes: (unsynced: number) => number): void;
  /** From now on syncs do not return, as when the power is about to fail; the returned function ends it. */
  holdSyncs(): () => void;
  /** The next `writes` appends or syncs fail, as on a full disk. */
  failNext(writes: number): void;
  damage(name: string, change: (bytes: Buffer) => Buffer): void;
  contents(): ReadonlyMap<string, Buffer>;
}

export function simulatedFiles(nowMs: () => number = () => 0): SimulatedFiles {
  const files = new Map<string, Content>();
  let failures = 0;
  let held = false;

  function mayFail(): void {
    if (failures === 0) return;
    failures -= 1;
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  }

  function contentOf(name: string): Content {
    const content = files.get(name);
    if (content === undefined) throw Object.assign(new Error(`no file ${name}`), { code: "ENOENT" });
    return content;
  }

  return {
    list: async () => [...files.keys()],
    create: async (name) => {
      if (files.has(name)) throw Object.assign(new Error(`${name} exists`), { code: "EEXIST" });
      const content: Content = {
        bytes: Buffer.alloc(0),
        syncedBytes: 0,
        nameSynced: false,
        changedAtMs: nowMs(),
      };
      files.set(name, content);
      return {
        append: async (bytes) => {
          if (failures > 0)
            content.bytes = Buffer.concat([content.bytes, bytes.subarray(0, bytes.length / 2)]);
          mayFail();
          content.bytes = Buffer.concat([content.bytes, bytes]);
          content.changedAtMs = nowMs();
        },
        sync: async () => {
          if (held) await new Promise<never>(() => {});
          mayFail();
          content.syncedBytes = content.bytes.length;
        },
        close: async () => {},
      };
    },
    read: async (name, position, length) =>
      Buffer.from(contentOf(name).bytes.subarray(position, position + length)),
    describe: async (name) => {
      const { bytes, changedAtMs } = contentOf(name);
      return { bytes: bytes.length, changedAtMs };
    },
    remove: async (name) => {
      contentOf(name);
      files.delete(name);
    },
    syncNames: async () => {
      for (const content of files.values()) content.nameSynced = true;
    },
    crash: (keptBytes) => {
      for (const [name, content] of files) {
        if (!content.nameSynced) {
          files.delete(name);
          continue;
        }
        const unsynced = content.bytes.length - content.syncedBytes;
        content.bytes = content.bytes.subarray(0, content.syncedBytes + keptBytes(unsynced));
        content.syncedBytes = content.bytes.length;
      }
    },
    holdSyncs: () => {
      held = true;
      return () => {
        held = false;
      };
    },
    failNext: (writes) => {
      failures = writes;
    },
    damage: (name, change) => {
      const content = contentOf(name);
      content.bytes = change(Buffer.from(content.bytes));
    },
    contents: () => new Map([...files].map(([name, { bytes }]) => [name, bytes])),
  };
}
