import type { FlawReason } from "../domain/reading.ts";
import { type Columns, nearest } from "./columns.ts";
import { formatPoint, missing } from "./format.ts";
import type { Lane } from "./lanes.ts";
import { text } from "./texts/texts.ts";

/** What the history says of one lane at a moment. */
export interface AtMoment {
  /** `null`: nothing. */
  readonly value: number | null;
  /** What lies behind a pixel that stands for more than one value. */
  readonly between: readonly [low: number, high: number] | null;
  readonly reasons: readonly FlawReason[];
}

export function atMoment(columns: Columns, point: string, atMs: number): AtMoment {
  const index = nearest(columns, atMs);
  if (index === null) return { value: null, between: null, reasons: [] };
  const foundMs = columns.timesMs[index] ?? 0;
  const spans = (columns.flaws[point] ?? []).filter(
    ({ fromMs, toMs }) => fromMs <= foundMs && foundMs <= toMs,
  );
  const reasons = [...new Set(spans.flatMap((span) => Object.keys(span.reasons) as FlawReason[]))];
  const band = columns.bands?.[point];
  const mean = band?.mean[index] ?? null;
  if (band === undefined || mean === null)
    return { value: columns.values[point]?.[index] ?? null, between: null, reasons };
  const [low, high] = [band.low[index] ?? mean, band.high[index] ?? mean];
  return { value: mean, between: low === high ? null : [low, high], reasons };
}

/** In words: the value, or the mean and what it lies between, and why it is missing or doubtful. */
export function momentText({ point, unit }: Pick<Lane, "point" | "unit">, at: AtMoment): string {
  const { flaws, comma, boiler } = text();
  const written = (value: number) => formatPoint(point, value);
  const value =
    at.value === null
      ? missing
      : at.between === null || written(at.between[0]) === written(at.between[1])
        ? `${written(at.value)} ${unit}`.trim()
        : boiler.meanBetween(
            `${written(at.value)} ${unit}`.trim(),
            written(at.between[0]),
            written(at.between[1]),
          );
  return [value, ...at.reasons.map((reason) => flaws[reason])].join(comma);
}
