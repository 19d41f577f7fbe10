import { Compile } from "typebox/compile";
import { LiveBoiler, type LiveFrame } from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import { type Frame, frameOf, readingOf } from "../domain/frame.ts";
import type { Verdicts } from "../domain/limits.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { Stage } from "./stage.ts";

/** The newest reading of every boiler; the last stage, since it only remembers. */
export interface LiveView extends Stage {
  /** Every boiler, with the number of its newest reading; `text` is worked out when it is asked for. */
  latest(): readonly {
    readonly siteId: string;
    readonly boilerId: string;
    readonly n: number;
    text(): LiveBoiler;
  }[];
}

interface Seen {
  readonly siteId: string;
  n: number;
  frame: Frame;
  verdicts: Verdicts;
}

const liveBoiler = Compile(LiveBoiler);

export function liveView(catalogue: PointCatalogue): LiveView {
  let seen = new Map<string, Seen>();

  function textOf({ n, frame, verdicts }: Seen): LiveBoiler {
    return { n, ...readingOf(frame, catalogue), verdicts };
  }

  return {
    name: "live-view",
    step: (event, next) => {
      next(event);
      if (event.kind !== "judged" || event.origin.late) return;
      const { frame, verdicts, origin } = event;
      const known = seen.get(frame.boilerId);
      if (known === undefined) {
        seen.set(frame.boilerId, { siteId: origin.siteId, n: 1, frame, verdicts });
        return;
      }
      known.n += 1;
      known.frame = frame;
      known.verdicts = verdicts;
    },
    memory: () => [...seen.values()].map((each) => ({ siteId: each.siteId, boiler: textOf(each) })),
    recall: (memory) => {
      const saved = (memory ?? []) as readonly { readonly siteId: string; readonly boiler: LiveBoiler }[];
      // What another version said of a boiler in its own words waits for the boiler's next reading.
      const understood = saved.filter(({ boiler }) => liveBoiler.Check(boiler));
      seen = new Map(
        understood.map(({ siteId, boiler: { n, verdicts, ...reading } }) => [
          reading.boilerId,
          { siteId, n, frame: frameOf(reading, catalogue), verdicts },
        ]),
      );
    },
    latest: () =>
      [...seen].map(([boilerId, each]) => ({
        siteId: each.siteId,
        boilerId,
        n: each.n,
        text: () => textOf(each),
      })),
  };
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
            .filter(({ siteId, boilerId, n }) => siteId === site && (whole || told.get(boilerId) !== n))
            .map(({ text }) => text());
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
