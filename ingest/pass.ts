import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "../contracts/batch.ts";
import type { PointCatalogue } from "../domain/points.ts";
import { readFileIfThere, replaceFile } from "../platform/data-folder.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { type AcceptedBatches, type AcceptedLog, acceptedBatches } from "./accepted.ts";
import type { IngestConfig } from "./config.ts";
import { plantHappenings } from "./happenings.ts";
import type { HeldValues } from "./held-values.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import type { SavedCursors } from "./live-cursors.ts";
import type { Sink } from "./sink.ts";
import { type PlantEvent, pipeline, type Stage } from "./stage.ts";

/** What the pass remembers at one place of the journal: enough to go on from there and come to the same. */
export interface Snapshot {
  readonly offset: number;
  readonly accepted: readonly AcceptedLog[];
  readonly cursors: SavedCursors;
  readonly stages: Readonly<Record<string, unknown>>;
  /** The version of the configuration that counted; absent in what was saved before there were any. */
  readonly version?: number;
  /** What gateways sent last, by their logs; absent in what was saved before it was kept. */
  readonly held?: ReturnType<HeldValues["memory"]>;
  /** How far each sink was then, by its name; for a start at which a store does not answer. */
  readonly reached?: Readonly<Record<string, number>>;
}

export interface Pass extends Service {
  /** The last entry that ran through all stages. */
  readonly offset: number;
  /** Resolves when it has ended: stopped, or at the entry after which it had to end. */
  readonly finished: Promise<void>;
}

/** The stages of the plant as a version of the configuration has it. */
export type StagesAt = (version: number) => readonly Stage[];

/** A pass that follows the journal for ever, as it grows. */
const forEver = Number.POSITIVE_INFINITY;

const snapshotEveryMs = 30_000;
const makeRoomEveryMs = 1_000;
const dayMs = 86_400_000;
const gib = 1024 ** 3;

/** The newest snapshot from which every sink can be served; older ones are not needed, younger ones came too far. */
export function snapshotFor(folder: string, sinks: readonly Pick<Sink, "checkpoint">[]): Snapshot | null {
  const reached = Math.min(...sinks.map(({ checkpoint }) => checkpoint));
  for (const offset of snapshotOffsets(folder).reverse()) {
    if (offset > reached) continue;
    const text = readFileIfThere(snapshotFile(folder, offset));
    if (text !== null) return JSON.parse(text) as Snapshot;
  }
  return null;
}

/** The newest of all snapshots, whatever the sinks have. */
export function newestSnapshot(folder: string): Snapshot | null {
  const newest = snapshotOffsets(folder).at(-1);
  const text = newest === undefined ? null : readFileIfThere(snapshotFile(folder, newest));
  return text === null ? null : (JSON.parse(text) as Snapshot);
}

/** What ingest has accepted: the newest snapshot, rolled forward through the journal behind it. */
export async function acceptedSoFar(folder: string, journal: Journal): Promise<AcceptedBatches> {
  const snapshot = newestSnapshot(folder);
  const accepted = acceptedBatches(snapshot?.accepted);
  const reader = journal.reader((snapshot?.offset ?? 0) + 1);
  for (;;) {
    const entries = await reader.read();
    if (entries.length === 0) return accepted;
    for (const entry of entries) note(accepted, entry, takenIn(accepted, entry));
  }
}

/**
 * The one reader of the journal: runs every entry through the stages and hands what came of it to the sinks. All
 * that it knows is a function of the journal and of the versions of the configuration that it names, so after a crash
 * it begins at a snapshot and comes to the same.
 * @param upto it ends after this entry, with everything durable; without it, when it is stopped
 */
export function startPass(
  folder: string,
  config: IngestConfig,
  journal: Journal,
  catalogue: PointCatalogue,
  stagesAt: StagesAt,
  sinks: readonly Sink[],
  snapshot: Snapshot | null,
  world: World,
  upto = forEver,
): Pass {
  let events: PlantEvent[] = [];
  let version = snapshot?.version ?? 0;
  let stages: readonly Stage[] = [];
  let through = (_event: PlantEvent): void => {};
  takeUp(snapshot?.stages ?? {});
  const accepted = acceptedBatches(snapshot?.accepted);
  const happenings = plantHappenings(catalogue, snapshot?.cursors, snapshot?.held);
  let offset = snapshot?.offset ?? 0;

  /** Stages of the version that counts, which go on from what was remembered. */
  function takeUp(remembered: Snapshot["stages"]): void {
    stages = stagesAt(version);
    through = pipeline(stages, (event) => events.push(event));
    for (const stage of stages) stage.recall(remembered[stage.name] ?? null);
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const reader = journal.reader(offset + 1);
    let savedMs = world.clock.monotonicMs();
    while (!signal.aborted && offset < upto) {
      const durable = journal.log.durableOffset;
      const entries = await reader.read();
      for (const entry of entries) {
        const batch = takenIn(accepted, entry);
        events = [];
        const isNews = batch === null || entry.kind === "requeue" || accepted.identityOf(batch) === "new";
        if (entry.kind === "config" && entry.version !== version) {
          version = entry.version;
          // As after a restart, so that both come to the same.
          takeUp(JSON.parse(JSON.stringify(memories())) as Snapshot["stages"]);
        }
        if (isNews) happenings.tell(entry, batch, through);
        const newlyLost = note(accepted, entry, batch);
        offset = entry.offset;
        for (const sink of sinks) await sink.take({ entry, batch, newlyLost, events });
        if (signal.aborted) break;
      }
      const savedAgoMs = world.clock.monotonicMs() - savedMs;
      if (savedAgoMs >= (journal.isOverQuota ? makeRoomEveryMs : snapshotEveryMs)) {
        await saveSnapshot();
        savedMs = world.clock.monotonicMs();
      }
      if (entries.length > 0) continue;
      if (upto !== forEver) break;
      // What could not be read is passed over: after a loss of the journal, nothing may stand up to there.
      await journal.log.grown(Math.max(offset, durable), signal);
    }
    await Promise.all(sinks.map((sink) => sink.stop()));
    await saveSnapshot();
  }

  function memories(): Snapshot["stages"] {
    return Object.fromEntries(stages.map((stage) => [stage.name, stage.memory()]));
  }

  async function saveSnapshot(): Promise<void> {
    const taken: Snapshot = {
      offset,
      accepted: accepted.all(),
      cursors: happenings.cursors(),
      stages: memories(),
      version,
      held: happenings.held(),
      reached: Object.fromEntries(sinks.map(({ name, checkpoint }) => [name, checkpoint])),
    };
    try {
      replaceFile(snapshotFile(folder, offset), JSON.stringify(taken));
    } catch (error) {
      // The one before still stands: a restart only has further to go.
      world.log.warn(
        { error: messageOf(error), code: systemCode(error) },
        "what the pass remembers was not saved",
      );
      return;
    }
    const reached = Math.min(...sinks.map(({ checkpoint }) => checkpoint));
    const offsets = snapshotOffsets(folder);
    const needed = offsets.filter((each) => each <= reached).at(-1);
    if (needed === undefined) return;
    await journal.log.retain({
      neededFrom: needed + 1,
      maxBytes: config.journal.keepGib * gib,
      maxAgeMs: config.journal.keepDays * dayMs,
    });
    for (const each of needlessSnapshots(offsets, needed, journal.log.segmentStarts))
      rmSync(snapshotFile(folder, each));
  }

  const loop = backgroundLoop("pass", follow);
  return {
    name: loop.name,
    stop: loop.stop,
    finished: loop.finished,
    get offset() {
      return offset;
    },
  };
}

/**
 * Snapshots that nobody will begin at: of those before the one that is needed, only the first of each segment is
 * kept, so that a replay can begin near any place that the journal still holds.
 */
function needlessSnapshots(
  offsets: readonly number[],
  needed: number,
  segmentStarts: readonly number[],
): readonly number[] {
  const segmentOf = (offset: number) => segmentStarts.findLast((start) => start <= offset + 1) ?? null;
  return offsets.filter((offset, index) => {
    if (offset >= needed) return false;
    const segment = segmentOf(offset);
    const before = offsets[index - 1];
    return segment === null || (before !== undefined && segmentOf(before) === segment);
  });
}

/**
 * Where a replay can begin at the earliest: the place, and what the pass remembered there.
 * @throws OperationalError `journal-begins-late` when the journal does not reach back to any snapshot
 */
export function earliestPlace(
  folder: string,
  firstOffset: number,
): { readonly offset: number; readonly snapshot: Snapshot | null } {
  if (firstOffset === 1) return { offset: 0, snapshot: null };
  const offset = snapshotOffsets(folder).find((each) => each + 1 >= firstOffset);
  const text = offset === undefined ? null : readFileIfThere(snapshotFile(folder, offset));
  if (offset === undefined || text === null)
    throw new OperationalError(
      "journal-begins-late",
      `${folder} holds entries from ${firstOffset} on, and nothing of what was known there; replay from the checkpoint instead`,
    );
  return { offset, snapshot: JSON.parse(text) as Snapshot };
}

export function note(accepted: AcceptedBatches, entry: JournalEntry, batch: Batch | null): number {
  if (batch !== null) return accepted.add(batch);
  if (entry.kind === "quarantine" && entry.batch !== null) accepted.addDead(entry.batch);
  return 0;
}

/** What was accepted was checked then; here it is only read. */
export function batchOf(entry: JournalEntry): Batch | null {
  const holdsOne = entry.kind === "batch" || entry.kind === "requeue";
  return holdsOne ? (JSON.parse(entry.bytes.toString()) as Batch) : null;
}

/** The batch of an entry; a dead letter that was requeued twice is one only the first time. */
function takenIn(accepted: AcceptedBatches, entry: JournalEntry): Batch | null {
  const batch = batchOf(entry);
  return entry.kind === "requeue" && batch !== null && !accepted.isDead(batch) ? null : batch;
}

function snapshotFile(folder: string, offset: number): string {
  return join(folder, `state-${String(offset).padStart(16, "0")}.json`);
}

function snapshotOffsets(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => /^state-(\d{16})\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}
