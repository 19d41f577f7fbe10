import { Compile } from "typebox/compile";
import { LiveBoiler, type LiveFrame } from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import type { Moment } from "../domain/alarms/watch.ts";
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
  hoursSoFar: LiveBoiler["hoursSoFar"];
}

const liveBoiler = Compile(LiveBoiler);

export function liveView(catalogue: PointCatalogue): LiveView {
  let seen = new Map<string, Seen>();

  function textOf({ n, frame, verdicts, hoursSoFar }: Seen): LiveBoiler {
    const reading = { n, ...readingOf(frame, catalogue), verdicts };
    return hoursSoFar === undefined ? reading : { ...reading, hoursSoFar };
  }

  return {
    name: "live-view",
    step: (event, next) => {
      next(event);
      if (event.kind !== "judged" || event.origin.late) return;
      const { frame, verdicts, origin } = event;
      const hoursSoFar = begun(event.hoursSoFar);
      const known = seen.get(frame.boilerId);
      if (known === undefined) {
        seen.set(frame.boilerId, { siteId: origin.siteId, n: 1, frame, verdicts, hoursSoFar });
        return;
      }
      known.n += 1;
      known.frame = frame;
      known.verdicts = verdicts;
      known.hoursSoFar = hoursSoFar;
    },
    memory: () => [...seen.values()].map((each) => ({ siteId: each.siteId, boiler: textOf(each) })),
    recall: (memory) => {
      const saved = (memory ?? []) as readonly { readonly siteId: string; readonly boiler: LiveBoiler }[];
      // What another version said of a boiler in its own words waits for the boiler's next reading.
      const understood = saved.filter(({ boiler }) => liveBoiler.Check(boiler));
      seen = new Map(
        understood.map(({ siteId, boiler: { n, verdicts, hoursSoFar, ...reading } }) => [
          reading.boilerId,
          { siteId, n, frame: frameOf(reading, catalogue), verdicts, hoursSoFar },
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

/** Made anew only when one of them changes, which is once a minute. */
const begunHours = new WeakMap<
  Moment["hoursSoFar"],
  { readonly of: readonly unknown[]; readonly text: LiveBoiler["hoursSoFar"] }
>();

function begun(hours: Moment["hoursSoFar"]): LiveBoiler["hoursSoFar"] {
  const { pmAtRefO2MgPerNm3: pm, soxAtRefO2Ppm: sox, noxAtRefO2Ppm: nox } = hours;
  const known = begunHours.get(hours);
  if (known !== undefined && known.of[0] === pm && known.of[1] === sox && known.of[2] === nox)
    return known.text;
  const text =
    pm === null && sox === null && nox === null
      ? undefined
      : {
          ...(pm !== null && { pmAtRefO2MgPerNm3: pm }),
          ...(sox !== null && { soxAtRefO2Ppm: sox }),
          ...(nox !== null && { noxAtRefO2Ppm: nox }),
        };
  begunHours.set(hours, { of: [pm, sox, nox], text });
  return text;
}

const frameEveryMs = 1_000;
const completeEveryFrames = 10;

/** Tells each site once a second what has changed, and every ten seconds all, so that a late joiner needs no protocol. */
export function publishFrames(
  latestNow: LiveView["latest"],
  siteIds: readonly string[],
  bus: Bus,
  world: World,
): Service {
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
        const latest = latestNow();
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
