import type { LiveBoiler, LiveFrame } from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { PlantEvent, Stage } from "./stage.ts";

/** The newest reading of every boiler; the last stage, since it only remembers. */
export interface LiveView extends Stage {
  latest(): readonly { readonly siteId: string; readonly boiler: LiveBoiler }[];
}

interface Seen {
  readonly siteId: string;
  readonly boiler: LiveBoiler;
}

/** A time further ahead of its arrival than this is no boiler's newest: its clock is wrong. */
const aheadMs = 5 * 60_000;

export function liveView(): LiveView {
  let seen: Record<string, Seen> = {};
  return {
    name: "live-view",
    step: function* (event: PlantEvent) {
      yield event;
      if (event.kind !== "judged" || event.origin.late) return;
      const { reading, verdicts, origin } = event;
      const { boilerId, takenAtMs, values, flaws } = reading;
      const n = (seen[boilerId]?.boiler.n ?? 0) + 1;
      seen[boilerId] = { siteId: origin.siteId, boiler: { boilerId, n, takenAtMs, values, flaws, verdicts } };
    },
    memory: () => seen,
    recall: (memory) => {
      seen = (memory ?? {}) as Record<string, Seen>;
    },
    latest: () => Object.values(seen),
  };
}

export function isAheadOfItsArrival(takenAtMs: number, arrivedAtMs: number): boolean {
  return takenAtMs > arrivedAtMs + aheadMs;
}

const frameEveryMs = 1_000;
const completeEveryFrames = 10;

/** Tells each site once a second what has changed, and every ten seconds all, so that a late joiner needs no protocol. */
export function publishFrames(view: LiveView, siteIds: readonly string[], bus: Bus, world: World): Service {
  async function run(signal: AbortSignal): Promise<void> {
    const told = new Map<string, number>();
    let complete = true;
    bus.onUp(() => {
      complete = true;
    });
    for (let frame = 0; !signal.aborted; frame += 1) {
      complete ||= frame % completeEveryFrames === 0;
      if (bus.up) {
        const whole = complete;
        complete = false;
        const latest = view.latest();
        for (const site of siteIds) {
          const boilers = latest
            .filter(
              ({ siteId, boiler }) => siteId === site && (whole || told.get(boiler.boilerId) !== boiler.n),
            )
            .map(({ boiler }) => boiler);
          for (const { boilerId, n } of boilers) told.set(boilerId, n);
          await publish({ v: 1, site, atMs: world.clock.nowMs(), complete: whole, boilers });
        }
      }
      await world.clock.sleep(frameEveryMs, signal);
    }
  }

  async function publish(frame: LiveFrame): Promise<void> {
    try {
      await bus.publish(liveTopic(frame.site, "frame"), JSON.stringify(frame), { qos: 0 });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error; // the next frame is a second away
    }
  }

  return backgroundLoop("live frames", run);
}
