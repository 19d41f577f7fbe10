import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import type { World } from "../world.ts";
import type { Refused } from "./influx/writer.ts";

const file = "refused.ndjson";
/** The newest so many bytes are kept twice over; the journal has all of it. */
const mostBytes = 8 * 1024 * 1024;

/** Where what a store will never take is written down: a line of JSON each, with the server's words. */
export function refusalsFile(folder: string): string {
  return join(folder, file);
}

/** Writes down what a store refuses; a disk that is full loses these notes, not the data. */
export function refusalLog(folder: string, world: World): (refused: readonly Refused[]) => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = refusalsFile(folder);
  return (refused) => {
    const at = new Date(world.clock.nowMs()).toISOString();
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > mostBytes) renameSync(path, `${path}.1`);
      const lines = refused.map((each) => `${JSON.stringify({ at, ...each })}\n`);
      appendFileSync(path, lines.join(""), { mode: 0o600 });
    } catch (error) {
      world.log.error({ error: messageOf(error) }, "what the store refused could not be written down");
    }
    const [first] = refused;
    if (first !== undefined)
      world.log.warn(
        { refused: refused.length, field: first.field, said: first.reason },
        "the store refuses",
      );
  };
}

/** A store that is filled anew refuses anew. */
export function forgetRefusals(folder: string): void {
  for (const path of [refusalsFile(folder), `${refusalsFile(folder)}.1`]) rmSync(path, { force: true });
}
