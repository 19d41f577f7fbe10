import type { Batch } from "../contracts/batch.ts";
import { parseTopic } from "../contracts/topics.ts";
import { isAheadOfItsArrival, isClockDoubtful, surelyOffMs } from "../domain/clock.ts";
import { type Frame, flawCode, frameMaker } from "../domain/frame.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { FlawReason } from "../domain/reading.ts";
import type { JournalEntry } from "./journal.ts";
import { liveCursors, type SavedCursors } from "./live-cursors.ts";
import type { PlantEvent } from "./stage.ts";

/** What an entry of the journal means to the plant. */
export interface Happenings {
  /** In the order of the journal; `batch` is what the entry holds, if it is one. */
  tell(entry: JournalEntry, batch: Batch | null, next: (event: PlantEvent) => void): void;
  /** What is remembered of it. */
  cursors(): SavedCursors;
}

export function plantHappenings(catalogue: PointCatalogue, saved: SavedCursors = {}): Happenings {
  const framesOf = batchFrames(catalogue);
  const cursors = liveCursors(saved);

  function tellBatch(batch: Batch, arrivedAtMs: number, next: (event: PlantEvent) => void): void {
    const { site: siteId, gw: gatewayId, sid, seq, tseg: timeSegment, t0: atMs, clk } = batch;
    const isWrong = isClockDoubtful(clk);
    const readings = framesOf(batch).map((frame) => {
      const { late, clockSetMs } = cursors.see(batch, frame, arrivedAtMs);
      const isAhead = isAheadOfItsArrival(frame.takenAtMs, arrivedAtMs);
      const clockDoubtful = isWrong || isAhead;
      const origin = { siteId, gatewayId, sid, seq, timeSegment, late, clockDoubtful, clockSetMs };
      return { frame, origin, isBacklog: late && !isAhead };
    });
    // What comes late tells how the clock stood then, not now.
    const isOld = readings.length > 0 && readings.every(({ isBacklog }) => isBacklog);
    next({ kind: "heard", siteId, gatewayId, atMs, clockOffsetMs: isOld ? null : surelyOffMs(clk) });
    for (const { frame, origin } of readings) next({ kind: "reading", origin, frame });
  }

  return {
    tell: (entry, batch, next) => {
      switch (entry.kind) {
        case "batch":
          if (batch !== null) tellBatch(batch, entry.arrivedAtMs, next);
          break;
        case "tick": {
          const { arrivedAtMs: atMs, monotonicMs, telemetryLag } = entry;
          next({ kind: "tick", atMs, monotonicMs, telemetryLag });
          break;
        }
        case "quarantine": {
          const gatewayId = entry.batch?.gw ?? parseTopic(entry.topic)?.gatewayId;
          if (gatewayId !== undefined) next({ kind: "set-aside", gatewayId, reason: entry.reason });
          break;
        }
        default:
      }
    },
    cursors: cursors.all,
  };
}

/** The readings of a batch, as frames. A point that the configuration does not know any more is left out. */
function batchFrames(catalogue: PointCatalogue): (batch: Batch) => readonly Frame[] {
  const newFrame = frameMaker(catalogue);
  return ({ t0, b }) =>
    b.flatMap(({ boiler, points, rows, flaws }) => {
      const slots = points.map(catalogue.slotOf);
      const measured = slots.filter((slot) => slot >= 0);
      const frames = rows.map((row) => {
        const frame = newFrame(boiler, t0 + (row[0] ?? 0), measured);
        for (let index = 0; index < slots.length; index += 1) {
          const slot = slots[index] as number;
          if (slot >= 0) frame.values[slot] = row[index + 1] ?? Number.NaN;
        }
        return frame;
      });
      for (const [row, point, reason] of flaws) {
        const slot = slots[point] ?? -1;
        const frame = frames[row];
        if (frame !== undefined && slot >= 0) frame.flaws[slot] = flawCode(reason as FlawReason);
      }
      return frames;
    });
}
