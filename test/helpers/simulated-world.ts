import type { Clock, Log, World } from "../../platform/world.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";

/** A world whose time moves only when told to and whose chance comes from a seed. */
export interface SimulatedWorld extends World {
  /** Lets `ms` pass: every sleeper wakes at its time, in order, and what it set off has run before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock, as a person or NTP would; monotonic time does not notice. */
  stepWallClock(byMs: number): void;
  readonly lines: readonly { readonly level: string; readonly fields: object; readonly message: string }[];
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function simulatedWorld({ seed = 1, startMs = Date.UTC(2026, 0, 1) } = {}): SimulatedWorld {
  let monotonicMs = 0;
  let wallOffsetMs = startMs;
  const sleepers = new Set<Sleeper>();
  const lines: { level: string; fields: object; message: string }[] = [];
  const next = seededRandom(seed);

  const clock: Clock = {
    nowMs: () => wallOffsetMs + monotonicMs,
    monotonicMs: () => monotonicMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const sleeper = { atMs: monotonicMs + Math.max(0, ms), wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
        function wake(): void {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        }
      }),
  };
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const log: Log = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };

  return {
    clock,
    log,
    random: {
      next,
      uuid: () => {
        const hex = hexOf(next, 32);
        return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
      },
      secretHex: (bytes) => hexOf(next, 2 * bytes),
    },
    lines,
    advance: async (ms) => {
      const untilMs = monotonicMs + ms;
      for (;;) {
        await settled();
        const first = [...sleepers].reduce<Sleeper | null>(
          (soonest, each) => (soonest === null || each.atMs < soonest.atMs ? each : soonest),
          null,
        );
        if (first === null || first.atMs > untilMs) break;
        monotonicMs = Math.max(monotonicMs, first.atMs);
        first.wake();
      }
      monotonicMs = untilMs;
      await settled();
    },
    stepWallClock: (byMs) => {
      wallOffsetMs += byMs;
    },
  };
}

/** Lets promises that are ready run, and what they make ready, until the event loop has turned a few times. */
export async function settled(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function hexOf(next: () => number, digits: number): string {
  let hex = "";
  for (let digit = 0; digit < digits; digit += 1) hex += Math.floor(next() * 16).toString(16);
  return hex;
}
