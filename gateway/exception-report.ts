import type { BoilerRows } from "../contracts/batch.ts";
import type { FlawReason, Reading } from "../domain/reading.ts";
import type { ReportByException } from "./config.ts";

/** What a batch carries of some readings, and the oldest batch that it leans on; `null`: nothing is reported so. */
export interface Reported {
  readonly b: BoilerRows[];
  readonly lean: number | null;
}

/** Turns readings into rows; a value within the deadband of the one sent last is sent as `=`. */
export interface ExceptionReport {
  /** For the batch that will have this seq. */
  report(readings: readonly Reading[], t0: number, seq: number): Reported;
  /** From here on each value is sent once more in full: what went before may come later, or never. */
  inFull(): void;
}

interface Sent {
  readonly value: number;
  readonly seq: number;
  readonly atMs: number;
}

/**
 * Report by exception is an encoding and no filter: every reading is sent, with its own time, and ingest puts back the
 * value that stands for it. Whatever is no good number is always sent, and so is each value after `heartbeatS`.
 */
export function exceptionReport(config: ReportByException | undefined): ExceptionReport {
  const sent = new Map<string, Sent>();

  function report(readings: readonly Reading[], t0: number, seq: number): Reported {
    let lean: number | null = null;
    const b = readings.map((reading) => {
      const { boilerId, takenAtMs, values, flaws } = reading;
      const points = Object.keys(values);
      const cells = points.map((point) => {
        const value = values[point] ?? null;
        const key = `${boilerId}/${point}`;
        const last = sent.get(key);
        if (config === undefined || value === null || flaws[point] !== undefined) {
          sent.delete(key);
          return value;
        }
        if (last !== undefined && isHeld(config, reading, point, value, last)) {
          lean = Math.min(lean ?? last.seq, last.seq);
          return "=" as const;
        }
        sent.set(key, { value, seq, atMs: takenAtMs });
        return value;
      });
      return {
        boiler: boilerId,
        points,
        rows: [[takenAtMs - t0, ...cells]],
        flaws: Object.entries(flaws).map(([point, reason]): [number, number, FlawReason] => [
          0,
          points.indexOf(point),
          reason,
        ]),
      };
    });
    return { b, lean: config === undefined ? null : (lean ?? seq) };
  }

  return { report, inFull: () => sent.clear() };
}

function isHeld(
  { boilers, points, heartbeatS }: ReportByException,
  { boilerId, takenAtMs }: Reading,
  point: string,
  value: number,
  last: Sent,
): boolean {
  const deadband = points[point];
  if (deadband === undefined || (boilers !== undefined && !boilers.includes(boilerId))) return false;
  if (takenAtMs - last.atMs >= heartbeatS * 1_000) return false;
  const { abs = 0, percent = 0 } = deadband;
  return Math.abs(value - last.value) <= Math.max(abs, (percent / 100) * Math.abs(last.value));
}
