import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Batch, BoilerRows } from "../contracts/batch.ts";
import { parseTopic } from "../contracts/topics.ts";
import { type Frame, flawCode, frameMaker, spoil } from "../domain/frame.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { FlawReason } from "../domain/reading.ts";
import { readFileIfThere, replaceFile } from "../platform/data-folder.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { type AcceptedBatches, type AcceptedLog, acceptedBatches } from "./accepted.ts";
import type { IngestConfig } from "./config.ts";
import { type HeldValues, heldValues } from "./held-values.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { isAheadOfItsArrival } from "./live-view.ts";
import type { Sink } from "./sink.ts";
import { type PlantEvent, pipeline, type Stage } from "./stage.ts";

/** What the pass remembers at one place of the journal: enough to go on from there and come to the same. */
export interface Snapshot {
  readonly offset: number;
  readonly accepted: readonly AcceptedLog[];
  /** Per boiler and time segment: the newest time that was live. */
  readonly cursors: Readonly<Record<string, number>>;
  readonly stages: Readonly<Record<string, unknown>>;
  /** What gateways sent last, by their logs; absent in what was saved before it was kept. */
  readonly held?: ReturnType<HeldValues["memory"]>;
}

export interface Pass extends Service {
  /** The last entry that ran through all stages. */
  readonly offset: number;
  /** Resolves when it has ended: stopped, or at the entry after which it had to end. */
  readonly finished: Promise<void>;
}

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
 * that it knows is a function of the journal, so after a crash it begins at a snapshot and comes to the same.
 * @param upto it ends after this entry, with everything durable; without it, when it is stopped
 */
export function startPass(
  folder: string,
  config: IngestConfig,
  journal: Journal,
  catalogue: PointCatalogue,
  stages: readonly Stage[],
  sinks: readonly Sink[],
  snapshot: Snapshot | null,
  world: World,
  upto = forEver,
): Pass {
  let events: PlantEvent[] = [];
  const through = pipeline(stages, (event) => events.push(event));
  const held = heldValues(snapshot?.held);
  const framesOf = batchFrames(catalogue, held);
  const accepted = acceptedBatches(snapshot?.accepted);
  const cursors = new Map(Object.entries(snapshot?.cursors ?? {}));
  for (const stage of stages) stage.recall(snapshot?.stages[stage.name] ?? null);
  let offset = snapshot?.offset ?? 0;

  async function follow(signal: AbortSignal): Promise<void> {
    const reader = journal.reader(offset + 1);
    let savedMs = world.clock.monotonicMs();
    while (!signal.aborted && offset < upto) {
      const durable = journal.log.durableOffset;
      const entries = await reader.read();
      for (const entry of entries) {
        const batch = takenIn(accepted, entry);
        events = [];
        run(entry, batch);
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
    for (const sink of sinks) await sink.stop();
    await saveSnapshot();
  }

  function run(entry: JournalEntry, batch: Batch | null): void {
    if (entry.kind === "tick") {
      const { arrivedAtMs: atMs, monotonicMs, telemetryLag } = entry;
      through({ kind: "tick", atMs, monotonicMs, telemetryLag });
    }
    if (entry.kind === "quarantine") {
      const gatewayId = entry.batch?.gw ?? parseTopic(entry.topic)?.gatewayId;
      if (gatewayId !== undefined) through({ kind: "set-aside", gatewayId, reason: entry.reason });
    }
    if (batch === null || (entry.kind === "batch" && accepted.identityOf(batch) !== "new")) return;
    const { site: siteId, gw: gatewayId, sid, seq, tseg: timeSegment, t0: atMs, clk } = batch;
    through({ kind: "heard", siteId, gatewayId, atMs, clockOffsetMs: clk.off });
    for (const frame of framesOf(batch)) {
      const late = isLate(frame, timeSegment, entry.arrivedAtMs);
      through({ kind: "reading", origin: { siteId, gatewayId, sid, seq, timeSegment, late }, frame });
    }
  }

  function isLate({ boilerId, takenAtMs }: Frame, timeSegment: number, arrivedAtMs: number): boolean {
    if (isAheadOfItsArrival(takenAtMs, arrivedAtMs)) return true;
    const key = `${boilerId}/${timeSegment}`;
    if (takenAtMs <= (cursors.get(key) ?? 0)) return true;
    cursors.set(key, takenAtMs);
    return false;
  }

  async function saveSnapshot(): Promise<void> {
    const taken: Snapshot = {
      offset,
      accepted: accepted.all(),
      cursors: Object.fromEntries(cursors),
      stages: Object.fromEntries(stages.map((stage) => [stage.name, stage.memory()])),
      held: held.memory(),
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

function note(accepted: AcceptedBatches, entry: JournalEntry, batch: Batch | null): number {
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

/** The readings of a batch, as frames. A point that the configuration does not know any more is left out. */
function batchFrames(catalogue: PointCatalogue, held: HeldValues): (batch: Batch) => readonly Frame[] {
  const newFrame = frameMaker(catalogue);
  return (batch) => {
    const { t0, b, lean } = batch;
    const mayLean = lean !== undefined;
    if (mayLean) held.begin(batch);
    return b.flatMap(({ boiler, points, rows, flaws }) => {
      const slots = points.map(catalogue.slotOf);
      const measured = slots.filter((slot) => slot >= 0);
      const frames = rows.map((row) => {
        const frame = newFrame(boiler, t0 + Number(row[0] ?? 0), measured);
        for (let index = 0; index < slots.length; index += 1) {
          const slot = slots[index] as number;
          const cell = row[index + 1];
          if (mayLean && cell === "=") hold(frame, slot, held.of(boiler, points[index] as string));
          else if (slot >= 0) frame.values[slot] = typeof cell === "number" ? cell : Number.NaN;
        }
        return frame;
      });
      for (const [row, point, reason] of flaws) {
        const slot = slots[point] ?? -1;
        const frame = frames[row];
        if (frame !== undefined && slot >= 0) frame.flaws[slot] = flawCode(reason as FlawReason);
      }
      if (mayLean) remember(held, boiler, points, rows, flaws);
      return frames;
    });
  };
}

/** A value that was not sent again: the one before stands, marked. */
function hold(frame: Frame, slot: number, value: number | null): void {
  if (slot < 0) return;
  if (value === null) spoil(frame, slot, "input-missing");
  else {
    frame.values[slot] = value;
    frame.held = [...(frame.held ?? []), slot];
  }
}

function remember(
  held: HeldValues,
  boiler: string,
  points: BoilerRows["points"],
  rows: BoilerRows["rows"],
  flaws: BoilerRows["flaws"],
): void {
  for (const [index, row] of rows.entries()) {
    for (const [place, point] of points.entries()) {
      const cell = row[place + 1];
      if (cell === "=") continue;
      const isFlawed = flaws.some(([flawedRow, flawedPoint]) => flawedRow === index && flawedPoint === place);
      held.sent(boiler, point, typeof cell === "number" && !isFlawed ? cell : null);
    }
  }
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
