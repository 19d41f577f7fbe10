export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

/** From one minute of the day to another, local; it may run over midnight, and belongs to the day on which it begins. */
export interface ShiftHours {
  readonly days: readonly Weekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** When somebody is on duty: by the wall clock of a place, whatever summer time does to it. */
export interface Shift {
  readonly id: string;
  readonly timeZone: string;
  readonly hours: readonly ShiftHours[];
  /** Days on which none of its hours begins, as 2026-01-01. */
  readonly closedOn: readonly string[];
}

interface LocalTime {
  readonly date: string;
  readonly day: Weekday;
  readonly minute: number;
}

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether a shift is on at a moment. */
export function isOn(shift: Shift, atMs: number): boolean {
  const today = localTime(shift.timeZone, atMs);
  const yesterday = dayBefore(today);
  return shift.hours.some(({ days, fromMinute, toMinute }) => {
    const begins = (on: Omit<LocalTime, "minute">) =>
      days.includes(on.day) && !shift.closedOn.includes(on.date);
    if (fromMinute < toMinute) return begins(today) && today.minute >= fromMinute && today.minute < toMinute;
    return (begins(today) && today.minute >= fromMinute) || (begins(yesterday) && today.minute < toMinute);
  });
}

function localTime(timeZone: string, atMs: number): LocalTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const parts = {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", calendar: "iso8601", ...parts });
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const date = `${part["year"]}-${part["month"]}-${part["day"]}`;
  return { date, day: weekdayOf(date), minute: 60 * Number(part["hour"]) + Number(part["minute"]) };
}

function dayBefore({ date }: LocalTime): Omit<LocalTime, "minute"> {
  const before = new Date(Date.parse(date) - dayMs).toISOString().slice(0, 10);
  return { date: before, day: weekdayOf(before) };
}

function weekdayOf(date: string): Weekday {
  // The epoch was a Thursday; Monday is the first of the list.
  return weekdays[(Math.floor(Date.parse(date) / dayMs) + 3) % 7] ?? "mon";
}
