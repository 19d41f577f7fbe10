import { messageOf, OperationalError } from "../platform/errors.ts";
import { backgroundLoop } from "../platform/service.ts";
import type { FrameToStore, ReadingWriter, Refusals } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import type { Outcome, Sink } from "./sink.ts";

export interface TelemetrySink extends Sink {
  /** Why the store takes nothing at the moment. */
  readonly trouble: string | null;
  readonly waitingReadings: number;
  readonly refusals: Refusals | null;
}

/** A column store likes large commits; half a second is still live enough for history. */
const commitReadings = 2_000;
const commitAfterMs = 500;
const mostWaitingReadings = 10_000;
const longestPauseMs = 30_000;
/** With nothing to store, the checkpoint still moves on now and then, so that a restart need not read far back. */
const idleCheckpointMs = 5_000;

/**
 * Writes readings in large commits, each with the checkpoint that covers it; a store that is away is tried again.
 * @param seenToHave the checkpoint that it was seen to have, for a start without it; `null`: it must be there
 */
export async function telemetrySink(
  store: ReadingWriter,
  world: World,
  seenToHave: number | null = null,
): Promise<TelemetrySink> {
  let isConfirmed = true;
  let trouble: string | null = null;
  let checkpoint = await begun();
  let waiting: FrameToStore[] = [];
  let upto = checkpoint;
  let idleSinceMs = world.clock.monotonicMs();
  let stir = new AbortController();
  let room: (() => void)[] = [];

  /** A store that is away at the start is met later: until then it has at least what it was seen to have. */
  async function begun(): Promise<number> {
    try {
      return (await store.progress()).checkpoint;
    } catch (error) {
      if (!(error instanceof OperationalError) || seenToHave === null) throw error;
      isConfirmed = false;
      trouble = error.message;
      world.log.error({ error: error.message }, "telemetry waits in the journal");
      return seenToHave;
    }
  }

  /** What is missing in a store that was put back meanwhile cannot be made up from here. */
  async function confirm(): Promise<void> {
    const { checkpoint: there } = await store.progress();
    isConfirmed = true;
    if (there >= checkpoint) return;
    throw new OperationalError(
      "telemetry-behind",
      `The telemetry store came back with less than it had (journal entry ${there} of ${checkpoint}); the next start fills it`,
    );
  }

  async function run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => stir.abort());
    let pauseMs = 500;
    while (!signal.aborted || upto > checkpoint) {
      const idle = waiting.length === 0;
      if (!signal.aborted && waiting.length < commitReadings)
        await world.clock.sleep(commitAfterMs, stir.signal);
      const due = !idle || signal.aborted || world.clock.monotonicMs() - idleSinceMs >= idleCheckpointMs;
      if (upto === checkpoint || !due) continue;
      const readings = waiting;
      const covers = upto;
      waiting = [];
      try {
        if (!isConfirmed) await confirm();
        await store.write(readings, covers);
        checkpoint = covers;
        if (trouble !== null) world.log.info({}, "telemetry is stored again");
        trouble = null;
        pauseMs = 500;
        idleSinceMs = world.clock.monotonicMs();
        letIn();
      } catch (error) {
        if (error instanceof OperationalError && error.code === "telemetry-behind") throw error;
        waiting = [...readings, ...waiting];
        if (trouble === null) world.log.error({ error: messageOf(error) }, "telemetry waits in the journal");
        trouble = messageOf(error);
        if (signal.aborted) break; // the journal has it all; the next start begins there
        await world.clock.sleep(pauseMs * (0.5 + world.random.next()), signal);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    }
  }

  function letIn(): void {
    for (const resume of room) resume();
    room = [];
  }

  const loop = backgroundLoop("telemetry sink", run);
  return {
    name: "telemetry",
    takes: ({ kind }) => kind === "judged",
    get checkpoint() {
      return checkpoint;
    },
    get trouble() {
      return trouble;
    },
    get refusals() {
      return store.refusals ?? null;
    },
    get waitingReadings() {
      return waiting.length;
    },
    take: async ({ entry, events }: Outcome) => {
      if (entry.offset <= checkpoint) return;
      for (const event of events) {
        if (event.kind !== "judged") continue;
        waiting.push(event);
      }
      upto = entry.offset;
      if (waiting.length >= commitReadings) {
        stir.abort();
        stir = new AbortController();
      }
      if (waiting.length >= mostWaitingReadings) await new Promise<void>((resolve) => room.push(resolve));
    },
    stop: async () => {
      await loop.stop();
      letIn();
    },
  };
}
