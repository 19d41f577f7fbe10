import fc from "fast-check";
import { expect, test } from "vitest";
import { localDays } from "../../domain/local-day.ts";

const hours = (first: string, last: string, zone: string) =>
  localDays(first, last, zone).map(({ fromMs, toMs }) => (toMs - fromMs) / 3_600_000);

test.each([
  ["Asia/Taipei", "2026-03-29", 24, "2026-03-28T16:00:00.000Z"],
  ["Europe/Berlin", "2026-03-29", 23, "2026-03-28T23:00:00.000Z"],
  ["Europe/Berlin", "2026-10-25", 25, "2026-10-24T22:00:00.000Z"],
  ["America/New_York", "2026-03-08", 23, "2026-03-08T05:00:00.000Z"],
  ["Asia/Kolkata", "2026-03-29", 24, "2026-03-28T18:30:00.000Z"],
  ["Australia/Lord_Howe", "2026-04-05", 24.5, "2026-04-04T13:00:00.000Z"],
  // The clock is changed at midnight: the day begins at one o'clock.
  ["America/Santiago", "2026-09-06", 23, "2026-09-06T04:00:00.000Z"],
  ["America/Havana", "2026-11-01", 25, "2026-11-01T04:00:00.000Z"],
])("in %s the day %s has %d hours", (zone, date, length, from) => {
  expect(hours(date, date, zone)).toEqual([length]);
  expect(new Date(localDays(date, date, zone)[0]?.fromMs ?? 0).toISOString()).toBe(from);
});

test("days follow each other without a gap, in any zone", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
      fc.integer({ min: 2000, max: 2037 }),
      (zone, year) => {
        const days = localDays(`${year}-01-01`, `${year}-12-31`, zone);
        for (const [index, day] of days.entries()) {
          expect(day.toMs).toBeGreaterThan(day.fromMs);
          if (index > 0) expect(day.fromMs).toBe(days[index - 1]?.toMs);
        }
      },
    ),
    { numRuns: 40 },
  );
});
