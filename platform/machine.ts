import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import type { RecordsDb } from "./records/records.ts";
import { savingsGoing as savingsGoingIn } from "./records/retrofit-records.ts";

const dayMs = 86_400_000;

/** How much of the disk under a folder is taken, as `df` counts it: % of what this user could use; `null`: unknown. */
export async function diskUsedPercent(folder: string): Promise<number | null> {
  try {
    const { blocks, bfree, bavail } = await statfs(folder);
    const used = blocks - bfree;
    return used + bavail === 0 ? null : (100 * used) / (used + bavail);
  } catch {
    return null;
  }
}

/**
 * Whole days until the first of some certificates ends, less than 0 when one has ended; `null` where there is none
 * that can be read.
 */
export function certificateDays(files: readonly string[], nowMs: number): number | null {
  const days = files.flatMap((file) => {
    try {
      const { validTo } = new X509Certificate(readFileSync(file));
      return [Math.floor((Date.parse(validTo) - nowMs) / dayMs)];
    } catch {
      return []; // whoever serves with it says so
    }
  });
  return days.length === 0 ? null : Math.min(...days);
}

/** Boilers whose proven saving is going, each with its retrofit; `null`: the records do not answer. */
async function savingsGoing(records: RecordsDb): Promise<Readonly<Record<string, string>> | null> {
  try {
    return await savingsGoingIn(records);
  } catch {
    return null; // whoever writes there says so
  }
}

/** What a server can say of itself and of what it keeps. */
export interface Machine {
  readonly diskUsedPercent: typeof diskUsedPercent;
  readonly certificateDays: typeof certificateDays;
  readonly savingsGoing: typeof savingsGoing;
}

export const thisMachine: Machine = { diskUsedPercent, certificateDays, savingsGoing };
