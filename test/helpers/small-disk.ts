import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./servers.ts";

/** A file system of its own that can be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string;
  /** Somebody else takes all but so many bytes. */
  fill(leavingBytes: number): Promise<void>;
  /** They go again. */
  free(): void;
  unmount(): void;
}

/** A tmpfs of a few MiB; `null` where mounting is not allowed, which the test's log then says. */
export function smallDisk(mib: number): SmallDisk | null {
  const folder = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    console.warn(
      "Disk full: no tmpfs may be mounted here; the failing file layer of the log's suite stands in",
    );
    return null;
  }
  console.log(`Disk full: runs on a tmpfs of ${mib} MiB`);
  const filler = join(folder, "somebody-elses");
  return {
    folder,
    fill: async (leavingBytes) => {
      const { bavail, bsize } = await statfs(folder);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leavingBytes)));
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => {
      execFileSync("umount", ["--lazy", folder]);
    },
  };
}
