import type { Boiler } from "../../domain/boiler.ts";
import { boilerDerivation } from "../../domain/derivation.ts";
import { type Frame, frameOf, readingOf } from "../../domain/frame.ts";
import { pointCatalogue } from "../../domain/points.ts";
import type { FlawReason, Flaws, Reading, Values } from "../../domain/reading.ts";

export const catalogue = pointCatalogue();

/** A scan of boiler b-1; a value of `null` did not answer, unless its flaw says otherwise. */
export function frame(values: Values, atMs: number, flaws: Flaws = {}): Frame {
  const missing = Object.keys(values).filter((point) => values[point] === null);
  const allFlaws: Record<string, FlawReason> = {
    ...Object.fromEntries(missing.map((point) => [point, "no-answer" as const])),
    ...flaws,
  };
  return frameOf({ boilerId: "b-1", takenAtMs: atMs, values, flaws: allFlaws }, catalogue);
}

/** What a boiler's readings become with all that follows from them. */
export function derivationOf(boiler: Boiler): (values: Values, flaws?: Flaws) => Reading {
  const derivation = boilerDerivation(boiler, catalogue);
  return (values, flaws = {}) => {
    const scan = frame(values, 0, flaws);
    derivation.finish(scan, derivation.begin(scan));
    return readingOf(scan, catalogue);
  };
}
