import { messageOf } from "../platform/errors.ts";
import { backgroundLoop } from "../platform/service.ts";
import type { FrameToStore, ReadingWriter } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import type { Outcome, Sink } from "./sink.ts";

export interface TelemetrySink extends Sink {
  /** Why the store takes nothing at the moment. */
  readonly trouble: string | null;
  readonly waitingReadings: number;
}

/** A column store likes large commits; half a second is still live enough for history. */
const commitReadings = 2_000;
const commitAfterMs = 500;
const mostWaitingReadings = 50_000;
const longestPauseMs = 30_000;
/** With nothing to store, the checkpoint still moves on now and then, so that a restart need not read far back. */
const idleCheckpointMs = 5_000;

/** Writes readings in large commits, each with the checkpoint that covers it; a store that is away is tried again. */
export async function telemetrySink(store: ReadingWriter, world: World): Promise<TelemetrySink> {
  let { checkpoint } = await store.progress();
  let waiting: FrameToStore[] = [];
  let upto = checkpoint;
  let trouble: string | null = null;
  let idleSinceMs = world.clock.monotonicMs();
  let stir = new AbortController();
  let room: (() => void)[] = [];

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
        await store.write(readings, covers);
        checkpoint = covers;
        if (trouble !== null) world.log.info({}, "telemetry is stored again");
        trouble = null;
        pauseMs = 500;
        idleSinceMs = world.clock.monotonicMs();
        for (const resume of room) resume();
        room = [];
      } catch (error) {
        waiting = [...readings, ...waiting];
        if (trouble === null) world.log.error({ error: messageOf(error) }, "telemetry waits in the journal");
        trouble = messageOf(error);
        if (signal.aborted) break; // the journal has it all; the next start begins there
        await world.clock.sleep(pauseMs * (0.5 + world.random.next()), signal);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    }
  }

  const loop = backgroundLoop("telemetry sink", run);
  return {
    name: "telemetry",
    get checkpoint() {
      return checkpoint;
    },
    get trouble() {
      return trouble;
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
    stop: loop.stop,
  };
}
