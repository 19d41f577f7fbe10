import { createHash } from "node:crypto";
import { type SerialRanges, withRange } from "../domain/serial-ranges.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import {
  forgetProjectedRecords,
  type ProjectedTable,
  recordsFingerprint,
} from "../platform/records/projected-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import type { KeepConfig } from "../platform/telemetry/config.ts";
import { type Fingerprint, telemetryFingerprint } from "../platform/telemetry/fingerprint.ts";
import type { Telemetry, WrittenAgain } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import type { IngestConfig } from "./config.ts";
import { type Journal, openJournal } from "./journal.ts";
import { batchOf, earliestPlace, newestSnapshot, snapshotFor, startPass } from "./pass.ts";
import { onlyPlant, type Plant, type PlantHistory } from "./plant.ts";
import { recordsCheckpoint, recordsSink } from "./records-sink.ts";
import { rollingUp } from "./roll-up.ts";
import { stagesOf } from "./stages/stages.ts";
import { telemetrySink } from "./telemetry-sink.ts";

/** What the journal is projected into, and can be rebuilt from it. */
export const projections = ["telemetry", "records"] as const;
export type Projection = (typeof projections)[number];

export interface ReplayWish {
  /** From the journal's beginning; the others only go on from their checkpoints. */
  readonly rebuilt: ReadonlySet<Projection>;
}

/** What the projections hold: the stores, and the live view with all that the stages remember. */
export type Projected = Readonly<Record<"telemetry" | "live" | ProjectedTable, Fingerprint>>;

export interface ReplayReport {
  readonly fromOffset: number;
  readonly uptoOffset: number;
  readonly before: Projected;
  readonly after: Projected;
}

export interface ReplayNeeds {
  readonly plant: Plant | PlantHistory;
  /** Ingest's, locked by the caller. */
  readonly folder: string;
  readonly telemetry: Telemetry;
  readonly keep: KeepConfig;
  readonly records: RecordsDb;
  readonly world: World;
}

/**
 * Runs the journal through the stages into the stores once more, while nothing else does. Each sink drops what it
 * has, so that a replay without a rebuilding only catches up; to rebuild a projection is to take back its checkpoint
 * and what lies behind it. One that is broken off is taken up by the next replay, or by the next start.
 * @throws OperationalError `journal-begins-late` when records are to be rebuilt and the journal's beginning is gone
 */
export async function replayJournal(
  config: IngestConfig,
  { rebuilt }: ReplayWish,
  needs: ReplayNeeds,
): Promise<ReplayReport> {
  const { folder, telemetry, records, world } = needs;
  const plants = "newest" in needs.plant ? needs.plant : onlyPlant(needs.plant);
  const plant = plants.newest;
  const journal = await openJournal(folder, config.journal, 0, world);
  try {
    const before = await projected(needs);
    const rolling = rollingUp(telemetry, plant, needs.keep, world);
    if (rebuilt.size > 0) {
      const { offset } = earliestPlace(folder, journal.log.firstOffset);
      if (rebuilt.has("records")) {
        if (offset > 0)
          throw new OperationalError(
            "journal-begins-late",
            `Alarms cannot be rebuilt: the journal begins with entry ${journal.log.firstOffset}, and what they were before it is known to the records alone; rebuild telemetry only`,
          );
        await forgetProjectedRecords(records, recordsCheckpoint);
      }
      if (rebuilt.has("telemetry")) await rolling.goBack(offset, await batchesBehind(journal, offset));
    }
    const sinks = [await telemetrySink(rolling, world), await recordsSink(records, plant, noBus, world)];
    const snapshot = snapshotFor(folder, sinks);
    const fromOffset = (snapshot?.offset ?? 0) + 1;
    const uptoOffset = journal.log.durableOffset;
    const pass = startPass(
      folder,
      config,
      journal,
      plant.catalogue,
      (version) => stagesOf(plants.at(version)).stages,
      sinks,
      snapshot,
      world,
      uptoOffset,
    );
    await pass.finished;
    return { fromOffset, uptoOffset, before, after: await projected(needs) };
  } finally {
    await journal.close();
  }
}

async function projected({ folder, telemetry, records }: ReplayNeeds): Promise<Projected> {
  const snapshot = newestSnapshot(folder);
  const { reached: _reached, ...memory } = snapshot ?? {};
  const remembered = JSON.stringify(memory);
  return {
    telemetry: await telemetryFingerprint(telemetry),
    ...(await recordsFingerprint(records)),
    live: { count: snapshot?.offset ?? 0, sha256: createHash("sha256").update(remembered).digest("hex") },
  };
}

/** The batches that the journal holds behind an entry, by the gateways' logs. */
async function batchesBehind(journal: Journal, offset: number): Promise<readonly WrittenAgain[]> {
  const logs = new Map<string, SerialRanges>();
  const reader = journal.reader(offset + 1);
  for (;;) {
    const entries = await reader.read();
    if (entries.length === 0) return [...logs].map(([sid, ranges]) => ({ sid, ranges }));
    for (const entry of entries) {
      const batch = batchOf(entry);
      if (batch !== null) logs.set(batch.sid, withRange(logs.get(batch.sid) ?? [], batch.seq, batch.seq));
    }
  }
}

/** Nobody listens while the journal is replayed. */
const noBus: Bus = {
  name: "no bus",
  up: false,
  troubles: [],
  shed: 0,
  publish: () => Promise.reject(new OperationalError("bus-down", "Nothing is told during a replay")),
  subscribe: () => {},
  onUp: () => {},
  stop: async () => {},
};
