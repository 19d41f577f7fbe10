import { tQuantile } from "./distributions.ts";

/** A figure with its two-sided interval. */
export interface IntervalEstimate {
  readonly standardErrorGj: number;
  readonly dof: number;
  /** Standard errors that the half-width is wide. */
  readonly t: number;
  readonly halfWidthGj: number;
  readonly fromGj: number;
  readonly toGj: number;
}

export function intervalAround(
  valueGj: number,
  standardErrorGj: number,
  dof: number,
  confidence: number,
): IntervalEstimate {
  const t = tQuantile((1 + confidence) / 2, dof);
  const halfWidthGj = t * standardErrorGj;
  return {
    standardErrorGj,
    dof,
    t,
    halfWidthGj,
    fromGj: valueGj - halfWidthGj,
    toGj: valueGj + halfWidthGj,
  };
}

export function contains({ fromGj, toGj }: IntervalEstimate, valueGj: number): boolean {
  return fromGj <= valueGj && valueGj <= toGj;
}
