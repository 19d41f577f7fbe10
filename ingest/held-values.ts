import type { Batch } from "../contracts/batch.ts";

/** What a gateway sent last of each point, as it stands after one of its batches. */
interface Head {
  readonly seq: number;
  readonly values: Record<string, number>;
}

/** Puts the values back that a batch names by `=`. It is part of what the pass remembers. */
export interface HeldValues {
  /** The value that stands for a point in this batch; `null`: the batch that sent it was never taken in. */
  of(boiler: string, point: string): number | null;
  /** Begins with a batch: what follows is of it. */
  begin(batch: Batch): void;
  sent(boiler: string, point: string, value: number | null): void;
  memory(): Record<string, readonly Head[]>;
}

/** Live batches and the backlog come in two rows; a little more room costs nothing. */
const headsKept = 6;

export function heldValues(saved: Record<string, readonly Head[]> = {}): HeldValues {
  const heads = new Map<string, readonly Head[]>(Object.entries(saved));
  let values: Record<string, number> = {};

  return {
    begin: ({ sid, seq }) => {
      const known = heads.get(sid) ?? [];
      // Of two rows that met, each goes on from the batch right before it.
      const before = known.find((head) => head.seq === seq - 1);
      values = before?.values ?? {};
      heads.set(sid, [{ seq, values }, ...known.filter((head) => head !== before)].slice(0, headsKept));
    },
    of: (boiler, point) => values[`${boiler}/${point}`] ?? null,
    sent: (boiler, point, value) => {
      if (value === null) delete values[`${boiler}/${point}`];
      else values[`${boiler}/${point}`] = value;
    },
    memory: () => Object.fromEntries(heads),
  };
}
