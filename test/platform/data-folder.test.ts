import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockDataFolder, readFileIfThere, replaceFile } from "../../platform/data-folder.ts";
import { temporaryFolder } from "../helpers/servers.ts";

describe("a role's folder", () => {
  test("is for its owner alone, and for one process at a time", async () => {
    const dataDir = temporaryFolder();
    const folder = lockDataFolder(dataDir, "journal");
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    expect(() => lockDataFolder(dataDir, "journal")).toThrow(
      /is in use by another Fluewatch process; stop that one, or set FLUEWATCH_DATA_DIR/,
    );
    const other = lockDataFolder(dataDir, "records");
    await other.stop();
    await folder.stop();
    const again = lockDataFolder(dataDir, "journal");
    await again.stop();
  });

  test("that cannot be written is said in one sentence", () => {
    expect(() => lockDataFolder("/etc/hostname", "journal")).toThrow(
      /cannot be written .*; give this user the right to write there/,
    );
    if (process.getuid?.() === 0) return; // root may write anywhere else
    const dataDir = temporaryFolder();
    chmodSync(dataDir, 0o500);
    expect(() => lockDataFolder(dataDir, "journal")).toThrow(/cannot be written/);
  });

  test("a small file is replaced whole", () => {
    const file = join(temporaryFolder(), "notes.json");
    expect(readFileIfThere(file)).toBeNull();
    replaceFile(file, "one");
    replaceFile(file, "two");
    expect(readFileIfThere(file)).toBe("two");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
