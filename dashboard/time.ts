import { type Language, language } from "./preferences.ts";

/** Times as the clock of a site shows them; the reader may sit in another zone. */
const formatters = new Map<string, Intl.DateTimeFormat>();
/** The last moment of each zone: a clock asks for its hour, its day and its offset one after the other. */
const newest = new Map<string, { readonly ms: number; readonly parts: Readonly<Record<string, string>> }>();

function parts(ms: number, zone: string): Readonly<Record<string, string>> {
  const before = newest.get(zone);
  if (before?.ms === ms) return before.parts;
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "short",
      day: "numeric",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "shortOffset",
    });
    formatters.set(zone, formatter);
  }
  const found = Object.fromEntries(formatter.formatToParts(ms).map(({ type, value }) => [type, value]));
  newest.set(zone, { ms, parts: found });
  return found;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekdays: Readonly<Record<string, string>> = {
  Mon: "一",
  Tue: "二",
  Wed: "三",
  Thu: "四",
  Fri: "五",
  Sat: "六",
  Sun: "日",
};

/** 14:32:07 */
export function clockTime(ms: number, zone: string): string {
  const { hour, minute, second } = parts(ms, zone);
  return `${hour}:${minute}:${second}`;
}

/** 14:32 */
export function minuteTime(ms: number, zone: string): string {
  const { hour, minute } = parts(ms, zone);
  return `${hour}:${minute}`;
}

/** Thu 12 Mar, or 3/12（四）. */
export function dayName(ms: number, zone: string): string {
  const { weekday = "" } = parts(ms, zone);
  return inLanguage({
    en: `${weekday} ${shortDay(ms, zone)}`,
    "zh-TW": `${shortDay(ms, zone)}（${weekdays[weekday] ?? ""}）`,
  });
}

/** 12 Mar, or 3/12. */
export function shortDay(ms: number, zone: string): string {
  const { month = "", day = "" } = parts(ms, zone);
  return inLanguage({ en: `${day} ${monthName(month)}`, "zh-TW": `${monthNumber(month)}/${day}` });
}

/** 12 Mar 2026 14:32, or 115/3/12 14:32: papers in Chinese count the years of the Republic. */
export function dayTime(ms: number, zone: string): string {
  const { year = "", month = "", day = "" } = parts(ms, zone);
  const date = `${year}-${monthNumber(month)}-${day}`;
  return `${inLanguage({ en: `${shortDay(ms, zone)} ${year}`, "zh-TW": rocDate(date) })} ${minuteTime(ms, zone)}`;
}

/** 2026-03-12 is 115/3/12. */
export function rocDate(isoDate: string): string {
  const [year = 0, month, day] = isoDate.split("-").map(Number);
  return `${year - 1911}/${month}/${day}`;
}

/** Mar 2026, or 2026/3. */
export function monthLabel(ms: number, zone: string): string {
  const { year = "", month = "" } = parts(ms, zone);
  return inLanguage({ en: `${monthName(month)} ${year}`, "zh-TW": `${year}/${monthNumber(month)}` });
}

/** UTC+8 */
export function offsetName(ms: number, zone: string): string {
  return (parts(ms, zone)["timeZoneName"] ?? "").replace("GMT", "UTC");
}

/** The time, with the day before it when that is not today. */
export function momentTime(ms: number, nowMs: number, zone: string, precise = false): string {
  const time = precise ? clockTime(ms, zone) : minuteTime(ms, zone);
  return shortDay(ms, zone) === shortDay(nowMs, zone) ? time : `${shortDay(ms, zone)} ${time}`;
}

function inLanguage(both: Readonly<Record<Language, string>>): string {
  return both[language()];
}

/** British English writes Sept; three letters stand in a column. */
function monthName(month: string): string {
  return month.slice(0, 3);
}

function monthNumber(month: string): number {
  return months.indexOf(monthName(month)) + 1;
}

/** What to add to UTC for the clock of the zone at that moment. */
export function zoneOffsetMs(ms: number, zone: string): number {
  const { year, month = "", day, hour, minute, second } = parts(ms, zone);
  const shown = Date.UTC(
    Number(year),
    monthNumber(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return shown - Math.floor(ms / 1_000) * 1_000;
}
