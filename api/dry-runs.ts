import type { BackTestResult, DryRun } from "../contracts/http/dry-runs.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import type { Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";

/**
 * Tries a text of rules out on a stretch of the past.
 * @throws OperationalError `config-invalid` at once, with every fault at its line; the rest takes its time
 */
export type TryRules = (
  rules: string,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
) => Promise<BackTestResult>;

/** Trials of what is not in force yet, one at a time; the last one is remembered. */
export interface DryRuns extends Service {
  start(trying: (signal: AbortSignal) => Promise<BackTestResult>): DryRun;
  of(id: string): DryRun | null;
}

export function dryRuns(world: World): DryRuns {
  const stopping = new AbortController();
  let last: DryRun | null = null;
  let running: Promise<void> = Promise.resolve();
  return {
    name: "dry runs",
    start: (tryOut) => {
      if (last?.state === "running")
        throw new OperationalError("dry-run-busy", "Another dry run is under way; wait until it is done");
      const run: DryRun = {
        id: world.random.uuid(),
        startedAtMs: world.clock.nowMs(),
        state: "running",
        problem: null,
        result: null,
      };
      const trying = tryOut(stopping.signal);
      last = run;
      running = trying.then(
        (result) => {
          last = { ...run, state: "done", result };
        },
        (error: unknown) => {
          last = { ...run, state: "failed", problem: messageOf(error) };
          if (!(error instanceof OperationalError)) throw error;
        },
      );
      return run;
    },
    of: (id) => (last?.id === id ? last : null),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
