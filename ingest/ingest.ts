import type { IngestStatus } from "../contracts/live.ts";
import type { ThirdPartySource } from "../contracts/third-party.ts";
import { liveTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { type Machine, thisMachine } from "../platform/machine.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { backgroundLoop, type Service, serviceStack } from "../platform/service.ts";
import type { KeepConfig } from "../platform/telemetry/config.ts";
import type { ReadingReader, ReadingWriter, Retention } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import { startAccepting } from "./accept.ts";
import { type BackTest, backTest } from "./back-test.ts";
import type { IngestConfig } from "./config.ts";
import type { Door } from "./door.ts";
import { type Journal, openJournal } from "./journal.ts";

import { type LiveView, publishFrames } from "./live-view.ts";
import { acceptedSoFar, newestSnapshot, type StagesAt, snapshotFor, startPass } from "./pass.ts";
import { type EnteringConfig, onlyPlant, type Plant, type PlantHistory } from "./plant.ts";

import { queuedSink } from "./queued-sink.ts";
import { recordsSink } from "./records-sink.ts";
import { startRetention } from "./retention.ts";
import { rollingUp } from "./roll-up.ts";
import { stagesOf } from "./stages/stages.ts";
import { telemetrySink } from "./telemetry-sink.ts";
import { busDoor, startThirdParty } from "./third-party/third-party.ts";

export interface IngestNeeds {
  readonly plant: Plant | PlantHistory;
  readonly entering?: EnteringConfig | null;
  readonly folder: string;
  readonly telemetry: ReadingWriter & Retention & ReadingReader;
  readonly keep: KeepConfig;
  readonly records: RecordsDb;
  readonly bus: Bus;
  readonly world: World;
  readonly thirdParty?: readonly ThirdPartySource[];
  /** Of the embedded broker, where it is in this process; what comes by it takes no second way over the network. */
  readonly door?: Door | null;
  /** Files of the certificates with which this server is known. */
  readonly certificates?: readonly string[];
  /** This one, where none is given. */
  readonly machine?: Machine;
}

const tickEveryMs = 1_000;
const statusEveryMs = 5_000;

export interface Ingest extends Service {
  /** A message that was set aside, as it came; `null`: the journal does not hold it any more. */
  deadLetter(journalOffset: number): Promise<Buffer | null>;
  /** What another plant would have made of a stretch of the past, while this one runs on. */
  backTest(after: Plant, fromMs: number, toMs: number, signal: AbortSignal): Promise<BackTest>;
}

/** Accepts what gateways send, and turns the journal into history, alarms and the live view. */
export async function startIngest(config: IngestConfig, needs: IngestNeeds): Promise<Ingest> {
  const { folder, bus, world } = needs;
  const plants = "newest" in needs.plant ? needs.plant : onlyPlant(needs.plant);
  const plant = plants.newest;
  const rolling = rollingUp(needs.telemetry, plant, needs.keep, world);
  const telemetry = await telemetrySink(rolling, world, newestSnapshot(folder)?.reached?.["telemetry"] ?? 0);
  const records = await recordsSink(needs.records, plant, bus, world);
  const sinks = [telemetry, records].map((sink) => queuedSink(sink, folder, world));
  const snapshot = snapshotFor(folder, sinks);
  const confirmed = Math.max(snapshot?.offset ?? 0, ...sinks.map(({ checkpoint }) => checkpoint));
  const journal = await openJournal(folder, config.journal, confirmed, world);
  let view: LiveView | null = null;
  const stagesAt: StagesAt = (version) => {
    const made = stagesOf(plants.at(version));
    view = made.view;
    return made.stages;
  };

  const services = serviceStack(world);
  services.add({ name: "journal", stop: () => journal.close() });
  services.add(startRetention(needs.telemetry, needs.keep, () => rolling.filledInAtMs, world));
  const pass = services.add(
    startPass(folder, config, journal, plant.catalogue, stagesAt, sinks, snapshot, world),
  );
  if (needs.entering) {
    const { entered, ...accepted } = needs.entering;
    await journal.append({ kind: "config", ...accepted });
    await entered();
  }
  const accepting = services.add(
    startAccepting(plant, journal, await acceptedSoFar(folder, journal), bus, needs.door ?? null, world),
  );
  const strangers = services.add(
    startThirdParty(needs.thirdParty ?? [], {
      catalogue: plant.catalogue,
      journal,
      door: needs.door ?? busDoor(bus, journal),
      bus,
      world,
    }),
  );
  const lag = () => pass.offset - telemetry.checkpoint;
  services.add(backgroundLoop("ticks", (signal) => tick(journal, lag, needs, signal)));
  const live = [...plant.sites.values()].filter(({ recorded = false }) => !recorded);
  const liveIds = live.map(({ id }) => id);
  services.add(publishFrames(() => view?.latest() ?? [], liveIds, bus, world));

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
    const { trouble } = journal;
    const { refusals } = telemetry;
    const status: IngestStatus = {
      v: 1,
      atMs: world.clock.nowMs(),
      acceptedBatches: acceptedCount,
      duplicateBatches: duplicates,
      quarantined: summed(quarantined, strangers.counts.quarantined),
      shedBatches: accepting.counts.shed + bus.shed,
      sinks: sinks.map(({ name, checkpoint, waiting, spilledBytes }) => ({
        ...{ name, checkpoint, waiting, spilledBytes },
      })),
      journalBytes: journal.log.bytes,
      telemetryLag: lag(),
      figures: {
        journal_bytes: journal.log.bytes,
        journal_entries: journal.log.nextOffset,
        journal_unsynced_entries: journal.log.nextOffset - journal.log.durableOffset,
        pass_lag_entries: Math.max(0, journal.log.durableOffset - pass.offset),
        records_lag_entries: Math.max(0, pass.offset - records.checkpoint),
        telemetry_waiting_readings: telemetry.waitingReadings,
        bus_shed_messages: bus.shed,
      },
      accepted: accepting
        .durable()
        .map((log) => ({ ...log, ranges: log.ranges.map(([first, last]) => [first, last]) })),
      troubles: [
        ...(trouble === null ? [] : [{ code: trouble.code, message: trouble.message }]),
        ...(telemetry.trouble === null
          ? []
          : [{ code: "telemetry-unavailable", message: telemetry.trouble }]),
        ...(refusals === null || refusals.count === 0
          ? []
          : [
              {
                code: "telemetry-refused",
                message: `The store refused ${refusals.count} values or lines for good (${refusals.newest}). Mend that there; then fluewatch replay --rebuild telemetry stores them from the journal. All of them: telemetry/refused.ndjson`,
              },
            ]),
        ...(records.trouble === null ? [] : [{ code: "records-unavailable", message: records.trouble }]),
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

  return {
    name: "ingest",
    deadLetter: (offset) => quarantinedBytes(journal, offset),
    backTest: (after, fromMs, toMs, signal) =>
      backTest(journal, needs.telemetry, { before: plant, after }, fromMs, toMs, world, signal),
    stop: () => services.stop(),
  };
}

export async function quarantinedBytes(journal: Journal, offset: number): Promise<Buffer | null> {
  const entry = await journal.at(offset);
  return entry?.kind === "quarantine" ? entry.bytes : null;
}

function summed(
  some: Readonly<Record<string, number>>,
  others: Readonly<Record<string, number>>,
): Record<string, number> {
  const sums = { ...some };
  for (const [name, count] of Object.entries(others)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

const lookEveryMs = 60_000;

/** Writes down that time passes, and how the server does meanwhile, so that both are part of what is replayed. */
async function tick(
  journal: Journal,
  lag: () => number,
  { folder, certificates = [], machine = thisMachine, world }: IngestNeeds,
  signal: AbortSignal,
): Promise<void> {
  let lookedMs = Number.NEGATIVE_INFINITY;
  let disk: number | null = null;
  let days: number | null = null;
  while (!signal.aborted) {
    await world.clock.sleep(tickEveryMs, signal);
    if (signal.aborted) return;
    const monotonicMs = Math.round(world.clock.monotonicMs());
    if (monotonicMs - lookedMs >= lookEveryMs) {
      lookedMs = monotonicMs;
      const used = await machine.diskUsedPercent(folder);
      disk = used === null ? null : Math.round(10 * used) / 10;
      days = machine.certificateDays(certificates, world.clock.nowMs());
    }
    try {
      await journal.append({
        kind: "tick",
        monotonicMs,
        telemetryLag: lag(),
        diskUsedPercent: disk,
        certificateDays: days,
      });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error; // the disk's trouble is told by the log itself
    }
  }
}
