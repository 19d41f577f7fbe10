import { type Batch, type BoilerRows, importedBy } from "../contracts/batch.ts";
import { parseTopic } from "../contracts/topics.ts";
import { isAheadOfItsArrival, isClockDoubtful, surelyOffMs } from "../domain/clock.ts";
import { type Frame, flawCode, frameMaker, spoil } from "../domain/frame.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { FlawReason } from "../domain/reading.ts";
import { type HeldValues, heldValues } from "./held-values.ts";
import type { JournalEntry } from "./journal.ts";
import { liveCursors, type SavedCursors } from "./live-cursors.ts";
import type { PlantEvent } from "./stage.ts";

type SavedHeld = ReturnType<HeldValues["memory"]>;

/** What an entry of the journal means to the plant. */
export interface Happenings {
  /** In the order of the journal; `batch` is what the entry holds, if it is one. */
  tell(entry: JournalEntry, batch: Batch | null, next: (event: PlantEvent) => void): void;
  /** What is remembered of it. */
  cursors(): SavedCursors;
  held(): SavedHeld;
}

export function plantHappenings(
  catalogue: PointCatalogue,
  saved: SavedCursors = {},
  savedHeld: SavedHeld = {},
): Happenings {
  const held = heldValues(savedHeld);
  const framesOf = batchFrames(catalogue, held);
  const cursors = liveCursors(saved);

  function tellBatch(batch: Batch, arrivedAtMs: number, next: (event: PlantEvent) => void): void {
    const { site: siteId, gw: gatewayId, sid, seq, tseg: timeSegment, t0: atMs, clk } = batch;
    const isWrong = isClockDoubtful(clk);
    const isImported = gatewayId === importedBy;
    const readings = framesOf(batch).map((frame) => {
      const { late, clockSetMs } = isImported ? asPast : cursors.see(batch, frame, arrivedAtMs);
      const isAhead = isAheadOfItsArrival(frame.takenAtMs, arrivedAtMs);
      const clockDoubtful = isWrong || isAhead;
      const origin = { siteId, gatewayId, sid, seq, timeSegment, late, clockDoubtful, clockSetMs };
      return { frame, origin, isBacklog: late && !isAhead };
    });
    // What comes late tells how the clock stood then, not now.
    const isOld = readings.length > 0 && readings.every(({ isBacklog }) => isBacklog);
    if (!isImported)
      next({ kind: "heard", siteId, gatewayId, atMs, clockOffsetMs: isOld ? null : surelyOffMs(clk) });
    for (const { frame, origin } of readings) next({ kind: "reading", origin, frame });
  }

  return {
    tell: (entry, batch, next) => {
      switch (entry.kind) {
        case "batch":
        case "requeue":
          if (batch !== null) tellBatch(batch, entry.arrivedAtMs, next);
          break;
        case "tick": {
          const { arrivedAtMs: atMs, offset: _offset, ...tick } = entry;
          next({ ...tick, atMs });
          break;
        }
        case "quarantine": {
          const gatewayId = entry.batch?.gw ?? entry.gatewayId ?? parseTopic(entry.topic)?.gatewayId;
          if (gatewayId !== undefined) next({ kind: "set-aside", gatewayId, reason: entry.reason });
          break;
        }
        default:
      }
    },
    cursors: cursors.all,
    held: held.memory,
  };
}

/** What is imported is history, whatever was seen of the boiler before: it moves no cursor and raises nothing. */
const asPast = { late: true, clockSetMs: 0 } as const;

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
