import { randomFillSync } from "node:crypto";
import { existsSync, rmSync, statSync } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** Space on the disk that is held for when there is none: given up, it lets what matters most still be written. */
export interface Reserve {
  readonly isHeld: boolean;
  /** Holds it, if so much and as much again is free; says whether it does. */
  hold(): Promise<boolean>;
  /** Gives it up. */
  release(): void;
}

const chunkBytes = 1024 * 1024;
/** A smaller file of the reserve's name is one that was not finished. */
export function reserveFile(file: string, bytes: number): Reserve {
  const isWhole = () => bytes === 0 || (existsSync(file) && statSync(file).size >= bytes);
  let isHeld = isWhole();

  async function hold(): Promise<boolean> {
    if (isHeld) return true;
    const { bavail, bsize } = await statfs(dirname(file));
    if (bavail * bsize < 2 * bytes) return false;
    try {
      const handle = await open(file, "w", 0o600);
      try {
        // Nothing that a file system could compress to nothing.
        const chunk = randomFillSync(Buffer.allocUnsafe(chunkBytes));
        for (let written = 0; written < bytes; written += chunkBytes)
          await handle.write(chunk, 0, Math.min(chunkBytes, bytes - written));
        await handle.datasync();
      } finally {
        await handle.close();
      }
      isHeld = isWhole();
    } catch {
      release(); // somebody else has filled the disk meanwhile
    }
    return isHeld;
  }

  function release(): void {
    rmSync(file, { force: true });
    isHeld = bytes === 0;
  }

  return {
    get isHeld() {
      return isHeld;
    },
    hold,
    release,
  };
}
