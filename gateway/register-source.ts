import type { RegisterTable } from "../contracts/device-map.ts";

/** Neighbouring registers (or bits) of one unit, read by one request. */
export interface RegisterBlock {
  readonly unitId: number;
  readonly table: RegisterTable;
  readonly address: number;
  readonly count: number;
}

/**
 * What became of a request. `words` the block's registers or bits, `count` of them · `exception` the device, or the
 * gateway in front of it, refused · `silent` no answer in time · `garbled` something came that is not the answer, or
 * cannot be told from one that is overdue · `line-down` nobody on the line can be reached.
 */
export type ReadOutcome =
  | { readonly kind: "words"; readonly words: readonly number[]; readonly tookMs: number }
  | { readonly kind: "exception"; readonly code: number; readonly tookMs: number }
  | { readonly kind: "silent"; readonly why: string }
  | { readonly kind: "garbled"; readonly why: string }
  | { readonly kind: "line-down"; readonly why: string };

/** One line of the field bus: a TCP endpoint or a serial port, with one request at a time on it. It can only read. */
export interface RegisterSource {
  /** Ends when the line is free for the next request; `timeoutMs` is for the answer. */
  read(block: RegisterBlock, timeoutMs: number): Promise<ReadOutcome>;
  /** How long a read of this block would have to wait, until no earlier answer can be taken for its own. */
  readyInMs(block: RegisterBlock): number;
  close(): Promise<void>;
}
