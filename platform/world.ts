import { randomBytes, randomUUID } from "node:crypto";
import { destination, pino } from "pino";

/** Time as the machine tells it. `nowMs` may step when the clock is set; `monotonicMs` never goes back. */
export interface Clock {
  /** UTC epoch, ms. */
  nowMs(): number;
  /** ms since some moment of this boot, never less than before. */
  monotonicMs(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A line of the log: what happened, and the fields to search it by. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  uuid(): string;
  /** `bytes` random bytes as lower-case hex, fit for a secret. */
  secretHex(bytes: number): string;
}

/** Everything that is not a function of its arguments, handed in from the composition root. */
export interface World {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
}

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** The machine we run on; log lines go to standard error, so that standard output stays for answers. */
export function realWorld(logLevel: LogLevel): World {
  const log = pino({ level: logLevel, base: null }, destination({ dest: 2, sync: true }));
  return { clock: systemClock, log, random: { next: Math.random, uuid: randomUUID, secretHex } };
}

const systemClock: Clock = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const timer = setTimeout(finish, Math.max(0, ms));
      signal?.addEventListener("abort", finish, { once: true });
      function finish(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      }
    }),
};

function secretHex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
