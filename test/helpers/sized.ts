import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { isLong } from "./long.ts";

/** How much of something a test does: the smallest honest sample, or all that was promised. */
export function sized(sample: number, full: number): number {
  return isLong ? full : sample;
}

/** A time limit of a test, in ms; at full size it is a working day. */
export function within(ms: number): number {
  return isLong ? 8 * 3_600_000 : ms;
}

/** Prints what was seen, with the state of the machine that it was seen on. */
export function tell(promise: string, what: string): void {
  const [load = 0] = loadavg();
  const machine = `Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GiB, load ${load.toFixed(1)}`;
  console.log(`${promise} ${isLong ? "full size" : "sample"}: ${what} [${machine}]`);
}
