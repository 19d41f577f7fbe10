import type { Batch } from "../contracts/batch.ts";
import type { JournalEntry } from "./journal.ts";
import type { PlantEvent } from "./stage.ts";

/** What one entry of the journal came to. */
export interface Outcome {
  readonly entry: JournalEntry;
  /** Of an entry that holds one. */
  readonly batch: Batch | null;
  /** Batches that this one is the first to declare lost. */
  readonly newlyLost: number;
  readonly events: readonly PlantEvent[];
}

/**
 * Where the pass ends: a store that keeps its own checkpoint with what it stores. After a crash it is offered
 * again what it may have had, and drops what lies at or below its checkpoint.
 */
export interface Sink {
  readonly name: string;
  /** All outcomes up to this offset are durable here. */
  readonly checkpoint: number;
  /** The events that it looks at, besides the entry itself. */
  takes(event: PlantEvent): boolean;
  /** Takes one outcome, in order; resolves when there is room for the next. */
  take(outcome: Outcome): Promise<void>;
  /** Makes everything taken so far durable. */
  stop(): Promise<void>;
}
