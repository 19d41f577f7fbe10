import type { Batch } from "../contracts/batch.ts";
import { parseTopic } from "../contracts/topics.ts";
import { type Frame, flawCode, frameMaker } from "../domain/frame.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { FlawReason } from "../domain/reading.ts";
import type { AcceptedBatches } from "./accepted.ts";
import type { JournalEntry } from "./journal.ts";
import { isAheadOfItsArrival } from "./live-view.ts";
import type { PlantEvent } from "./stage.ts";

/**
 * Makes of each entry of the journal what happened in the plant, in order.
 * @param accepted what was accepted before the entry; a batch sent twice happened once
 * @param cursors per boiler and time segment: the newest time that was live; kept up to date here
 */
export function entryRunner(
  catalogue: PointCatalogue,
  accepted: AcceptedBatches,
  cursors: Map<string, number>,
  through: (event: PlantEvent) => void,
): (entry: JournalEntry, batch: Batch | null) => void {
  const framesOf = batchFrames(catalogue);

  function isLate({ boilerId, takenAtMs }: Frame, timeSegment: number, arrivedAtMs: number): boolean {
    if (isAheadOfItsArrival(takenAtMs, arrivedAtMs)) return true;
    const key = `${boilerId}/${timeSegment}`;
    if (takenAtMs <= (cursors.get(key) ?? 0)) return true;
    cursors.set(key, takenAtMs);
    return false;
  }

  return (entry, batch) => {
    if (entry.kind === "tick") {
      const { arrivedAtMs: atMs, offset: _offset, ...tick } = entry;
      through({ ...tick, atMs });
    }
    if (entry.kind === "quarantine") {
      const gatewayId = entry.batch?.gw ?? parseTopic(entry.topic)?.gatewayId;
      if (gatewayId !== undefined) through({ kind: "set-aside", gatewayId, reason: entry.reason });
    }
    if (batch === null || accepted.identityOf(batch) !== "new") return;
    const { site: siteId, gw: gatewayId, sid, seq, tseg: timeSegment, t0: atMs, clk } = batch;
    through({ kind: "heard", siteId, gatewayId, atMs, clockOffsetMs: clk.off });
    for (const frame of framesOf(batch)) {
      const late = isLate(frame, timeSegment, entry.arrivedAtMs);
      through({ kind: "reading", origin: { siteId, gatewayId, sid, seq, timeSegment, late }, frame });
    }
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
