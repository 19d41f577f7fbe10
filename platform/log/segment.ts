import type { LogRecord } from "./record.ts";

/** One file of a log: its records are numbered from `baseOffset` on. */
export interface Segment {
  readonly name: string;
  readonly baseOffset: number;
  readonly salt: number;
  bytes: number;
  changedAtMs: number;
}

/** Offsets that were written once and cannot be read any more; both ends belong to it. */
export interface DamagedRange {
  readonly from: number;
  readonly to: number;
}

export interface LogSlice {
  readonly records: readonly LogRecord[];
  readonly damaged: readonly DamagedRange[];
}

/** Reads on from where it stands; an empty slice means that it has caught up with what is durable. */
export interface LogReader {
  read(): Promise<LogSlice>;
}
