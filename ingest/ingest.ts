import type { IngestStatus } from "../contracts/live.ts";
import { liveTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { backgroundLoop, type Service, serviceStack } from "../platform/service.ts";
import type { KeepConfig } from "../platform/telemetry/config.ts";
import type { ReadingWriter, Retention } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import { startAccepting } from "./accept.ts";
import type { IngestConfig } from "./config.ts";
import { type Journal, openJournal } from "./journal.ts";
import { publishFrames } from "./live-view.ts";
import { acceptedSoFar, snapshotFor, startPass } from "./pass.ts";
import type { Plant } from "./plant.ts";
import { recordsSink } from "./records-sink.ts";
import { startRetention } from "./retention.ts";
import { rollingUp } from "./roll-up.ts";
import { stagesOf } from "./stages/stages.ts";
import { telemetrySink } from "./telemetry-sink.ts";

export interface IngestNeeds {
  readonly plant: Plant;
  readonly folder: string;
  readonly telemetry: ReadingWriter & Retention;
  readonly keep: KeepConfig;
  readonly records: RecordsDb;
  readonly bus: Bus;
  readonly world: World;
}

const tickEveryMs = 1_000;
const statusEveryMs = 5_000;

/** Accepts what gateways send, and turns the journal into history, alarms and the live view. */
export async function startIngest(config: IngestConfig, needs: IngestNeeds): Promise<Service> {
  const { plant, folder, bus, world } = needs;
  const rolling = rollingUp(needs.telemetry, plant, needs.keep, world);
  const telemetry = await telemetrySink(rolling, world);
  const records = await recordsSink(needs.records, plant, bus, world);
  const sinks = [telemetry, records];
  const snapshot = snapshotFor(folder, sinks);
  const confirmed = Math.max(snapshot?.offset ?? 0, ...sinks.map(({ checkpoint }) => checkpoint));
  const journal = await openJournal(folder, config.journal, confirmed, world);
  const { stages, view } = stagesOf(plant);

  const services = serviceStack(world);
  services.add({ name: "journal", stop: () => journal.close() });
  services.add(startRetention(needs.telemetry, needs.keep, () => rolling.filledInAtMs, world));
  const pass = services.add(
    startPass(folder, config, journal, plant.catalogue, stages, sinks, snapshot, world),
  );
  const accepting = services.add(
    startAccepting(plant, journal, await acceptedSoFar(folder, journal), bus, world),
  );
  const lag = () => pass.offset - telemetry.checkpoint;
  services.add(backgroundLoop("ticks", (signal) => tick(journal, lag, world, signal)));
  const live = [...plant.sites.values()].filter(({ recorded = false }) => !recorded);
  const liveIds = live.map(({ id }) => id);
  services.add(publishFrames(view, liveIds, bus, world));

  services.add(
    backgroundLoop("ingest status", async (signal) => {
      while (!signal.aborted) {
        await tellStatus();
        await world.clock.sleep(statusEveryMs, signal);
      }
    }),
  );

  async function tellStatus(): Promise<void> {
    const { accepted: acceptedCount, duplicates, quarantined } = accepting.counts;
    const { trouble } = journal.log;
    const status: IngestStatus = {
      v: 1,
      atMs: world.clock.nowMs(),
      acceptedBatches: acceptedCount,
      duplicateBatches: duplicates,
      quarantined,
      telemetryLag: lag(),
      accepted: accepting
        .durable()
        .map((log) => ({ ...log, ranges: log.ranges.map(([first, last]) => [first, last]) })),
      troubles: [
        ...(trouble === null ? [] : [{ code: trouble.code, message: trouble.message }]),
        ...(telemetry.trouble === null
          ? []
          : [{ code: "telemetry-unavailable", message: telemetry.trouble }]),
      ],
    };
    try {
      for (const siteId of plant.sites.keys()) {
        if (bus.up)
          await bus.publish(liveTopic(siteId, "status"), JSON.stringify(status), { qos: 0, retain: true });
      }
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error; // the next one is five seconds away
    }
  }

  return { name: "ingest", stop: () => services.stop() };
}

/** Writes down that time passes, and how far the store is behind, so that both are part of what is replayed. */
async function tick(journal: Journal, lag: () => number, world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await world.clock.sleep(tickEveryMs, signal);
    if (signal.aborted) return;
    try {
      const monotonicMs = Math.round(world.clock.monotonicMs());
      await journal.append({ kind: "tick", monotonicMs, telemetryLag: lag() });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error; // the disk's trouble is told by the log itself
    }
  }
}
