import type { TimeSpan } from "./before-and-after.ts";
import type { Refusal } from "./refusal.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** By how much a zone's clocks are ahead of UTC at an instant. */
function offsetMs(atMs: number, timeZone: string): number {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formatters.set(timeZone, formatter);
  }
  const parts = Object.fromEntries(
    formatter.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(atMs / minuteMs) * minuteMs;
}

/** When a day of the plant begins, in ms since 1970. @param isoDate as 2018-04-12 */
export function plantDayStartMs(isoDate: string, timeZone: string): number {
  const asUtcMs = Date.parse(`${isoDate}T00:00:00Z`);
  const guessMs = asUtcMs - offsetMs(asUtcMs, timeZone);
  // The clocks may change between midnight here and midnight there.
  return asUtcMs - offsetMs(guessMs, timeZone);
}

/** The plant's day in which an instant lies, as 2018-04-12. */
export function plantDayOf(atMs: number, timeZone: string): string {
  return new Date(atMs + offsetMs(atMs, timeZone)).toISOString().slice(0, 10);
}

export function nextDay(isoDate: string, days = 1): string {
  return new Date(Date.parse(`${isoDate}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** Days from the first to the last, both counted. */
export function daysIn({ from, to }: { readonly from: string; readonly to: string }): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs) + 1;
}

/** From the beginning of the first day to the end of the last one. */
export function plantSpan(
  { from, to }: { readonly from: string; readonly to: string },
  timeZone: string,
): TimeSpan {
  return { fromMs: plantDayStartMs(from, timeZone), toMs: plantDayStartMs(nextDay(to), timeZone) };
}

/** Where the days of a range begin, and where the last one ends; a day of 23 hours is one of them. */
export function plantDayBoundariesMs(
  range: { readonly from: string; readonly to: string },
  timeZone: string,
): readonly number[] {
  return Array.from({ length: daysIn(range) + 1 }, (_, k) =>
    plantDayStartMs(nextDay(range.from, k), timeZone),
  );
}

/** The same by the hour. */
export function plantHourBoundariesMs(
  range: { readonly from: string; readonly to: string },
  timeZone: string,
): readonly number[] {
  const { fromMs, toMs } = plantSpan(range, timeZone);
  return Array.from(
    { length: Math.round((toMs - fromMs) / 3_600_000) + 1 },
    (_, k) => fromMs + k * 3_600_000,
  );
}

/** A range that ends before it begins. */
export function rangeFault(
  period: string,
  { from, to }: { readonly from: string; readonly to: string },
): Refusal | null {
  return to < from ? { kind: "range-reversed", period, from, to } : null;
}
