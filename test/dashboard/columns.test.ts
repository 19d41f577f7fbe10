import { describe, expect, test } from "vitest";
import { type Columns, filledLate, holesIn, type Span } from "../../dashboard/columns.ts";

/** One value a second from 0, but for the seconds that are missing: their place holds one `null`. */
function columns(toMs: number, missing: readonly Span[] = [], late: readonly Span[] = []): Columns {
  const seconds = Array.from({ length: toMs / 1_000 }, (_, second) => second * 1_000);
  const isMissing = (atMs: number) => missing.some((span) => atMs > span.fromMs && atMs < span.toMs);
  const timesMs = seconds.filter((atMs) => !isMissing(atMs) || !isMissing(atMs - 1_000));
  const values = { o2DryPercent: timesMs.map((atMs) => (isMissing(atMs) ? null : 4.5)) };
  return { fromMs: -1, toMs, gapAfterMs: 3_000, timesMs, values, bands: null, flaws: {}, late };
}

const cut = { fromMs: 10_000, toMs: 20_000 };

describe("what is marked as filled in late", () => {
  test("a hole between two values, when it is none any more", () => {
    expect(holesIn(columns(30_000, [cut]), "o2DryPercent")).toEqual([cut]);
    expect(filledLate(columns(30_000, [cut]), columns(31_000))).toEqual([cut]);
  });

  test("of a hole that is filled in part, that part alone", () => {
    const left = { fromMs: 13_000, toMs: 17_000 };
    expect(filledLate(columns(30_000, [cut]), columns(31_000, [left]))).toEqual([
      { fromMs: 10_000, toMs: 13_000 },
      { fromMs: 17_000, toMs: 20_000 },
    ]);
  });

  test("nothing where the hole is as it was, or the past began in it", () => {
    expect(filledLate(columns(30_000, [cut]), columns(31_000, [cut]))).toEqual([]);
    expect(filledLate({ ...columns(30_000), fromMs: -9_000 }, columns(31_000))).toEqual([]);
  });

  test("what is known stays marked; a hole that closer columns alone can show is not called filled", () => {
    const known = { fromMs: 1_000, toMs: 5_000 };
    const coarse = { ...columns(31_000), gapAfterMs: 12_000 };
    expect(filledLate(columns(30_000, [cut], [known]), coarse)).toEqual([known]);
  });
});
