import { type Frame, flawOfCode } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason, Flaws } from "../../domain/reading.ts";
import type { Rollup } from "../../domain/rollup.ts";
import type { FlawCount } from "./telemetry.ts";

/** How stores keep the flaws of a reading: `{"o2DryPercent":"no-answer"}`; `null` for a good one. */
export function readingFlawsText({ flaws }: Frame, { names }: PointCatalogue): string | null {
  let text: string | null = null;
  for (let slot = 0; slot < flaws.length; slot += 1) {
    const code = flaws[slot] ?? 0;
    if (code !== 0) text = `${text === null ? "{" : `${text},`}"${names[slot]}":"${flawOfCode(code)}"`;
  }
  return text === null ? null : `${text}}`;
}

export function flawsOfText(text: unknown): Flaws {
  return (typeof text === "string" ? JSON.parse(text) : {}) as Flaws;
}

/** How stores keep the flaws of a rollup: `{"o2DryPercent":{"no-answer":3}}`, with how many scans had each. */
export function rollupFlawsText({ flaws }: Rollup, { names }: PointCatalogue): string | null {
  if (flaws.size === 0) return null;
  const slots = [...flaws].sort(([a], [b]) => a - b);
  return JSON.stringify(
    Object.fromEntries(slots.map(([slot, reasons]) => [names[slot], Object.fromEntries(reasons)])),
  );
}

export function flawsOfRollup(text: unknown, catalogue: PointCatalogue): Rollup["flaws"] {
  if (typeof text !== "string") return new Map();
  const flaws = JSON.parse(text) as Readonly<Record<string, Readonly<Record<FlawReason, number>>>>;
  return new Map(
    Object.entries(flaws)
      .map(([point, reasons]) => {
        const counts = new Map(Object.entries(reasons) as [FlawReason, number][]);
        return [catalogue.slotOf(point), counts] as const;
      })
      .filter(([slot]) => slot >= 0),
  );
}

/** Counts the flaws of `points` in texts that stand for `times` rows each. */
export function flawCountsOf(
  texts: readonly { readonly at: number; readonly text: string; readonly times: number }[],
  points: readonly string[],
): readonly FlawCount[] {
  const parsed = new Map<string, readonly Omit<FlawCount, "at">[]>();
  return texts.flatMap(({ at, text, times }) => {
    const counts = parsed.get(text) ?? countsIn(text, points);
    parsed.set(text, counts);
    return counts.map((count) => ({ ...count, at, scans: count.scans * times }));
  });
}

function countsIn(text: string, points: readonly string[]): readonly Omit<FlawCount, "at">[] {
  const flaws = JSON.parse(text) as Readonly<Record<string, FlawReason | Readonly<Record<string, number>>>>;
  return points.flatMap((point) => {
    const flaw = flaws[point];
    if (flaw === undefined) return [];
    if (typeof flaw === "string") return [{ point, reason: flaw, scans: 1 }];
    return Object.entries(flaw).map(([reason, scans]) => ({ point, reason: reason as FlawReason, scans }));
  });
}
