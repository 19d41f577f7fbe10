import { join } from "node:path";
import type { Batch } from "../contracts/batch.ts";
import type { SerialRanges } from "../domain/serial-ranges.ts";
import { readFileIfThere, replaceFile } from "../platform/data-folder.ts";
import { OperationalError } from "../platform/errors.ts";

/** Readings captured and scans declared missing in one UTC hour. */
export interface CapturedHour {
  readonly hourStartMs: number;
  readonly readings: number;
  readonly missedScans: number;
}

/** Batches that can never be sent, and have to be declared in the next one. */
export interface Undeclared {
  readonly first: number;
  readonly last: number;
  readonly reason: NonNullable<Batch["lost"]>[number][2];
  /** Their readings by UTC hour, as far as they could still be counted. */
  readonly hours: readonly (readonly [hourStartMs: number, readings: number])[];
  /** The batch that declared it first, while ingest has not confirmed that. */
  readonly saidIn?: number;
}

/** A loss, and the batch that declared it last. */
export interface Declared {
  readonly seq: number;
  readonly loss: Undeclared;
}

/** What an outbox keeps beside its batches. */
export interface OutboxNotes {
  readonly sid: string;
  readonly boot: number;
  readonly acked: SerialRanges;
  /** Of what still has its place in the log's order: batches that were dropped, or could not be read. */
  readonly gone: SerialRanges;
  readonly undeclared: readonly Undeclared[];
  /** Declared by batches that ingest has not confirmed. */
  readonly declaredIn: readonly Declared[];
  /** How many were dropped since the log was made, because it was at its quota. */
  readonly droppedBatches: number;
  /** Hours are counted up to this seq. */
  readonly countedUpto: number;
  readonly hours: readonly CapturedHour[];
}

const fileName = "outbox.json";
/** Of notes that were written before these were kept. */
const before = { gone: [], undeclared: [], declaredIn: [], droppedBatches: 0 };

/** @throws OperationalError `outbox-unreadable` */
export function savedNotes(folder: string): OutboxNotes | null {
  const file = join(folder, fileName);
  const text = readFileIfThere(file);
  try {
    if (text === null) return null;
    return { ...before, ...(JSON.parse(text) as Omit<OutboxNotes, keyof typeof before>) };
  } catch (cause) {
    throw new OperationalError(
      "outbox-unreadable",
      `${file} cannot be read; remove it, and the outbox takes its notes from its batches again`,
      { cause },
    );
  }
}

export function saveNotes(folder: string, notes: OutboxNotes): void {
  replaceFile(join(folder, fileName), JSON.stringify(notes));
}
