import { minuteTime, monthLabel, shortDay, zoneOffsetMs } from "../time.ts";

const minute = 60_000;
const hour = 60 * minute;
const steps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
  48 * hour,
  5 * 24 * hour,
];
const mostMarks = 7;

export interface TimeMark {
  readonly atMs: number;
  readonly label: string;
}

/** Round times of the site's clock between two moments; days where the steps are days. */
export function timeMarks(fromMs: number, toMs: number, zone: string): readonly TimeMark[] {
  const step = steps.find((each) => (toMs - fromMs) / each <= mostMarks);
  if (step === undefined) return monthMarks(fromMs, toMs, zone);
  const offsetMs = zoneOffsetMs(toMs, zone);
  const marks: TimeMark[] = [];
  for (
    let localMs = Math.ceil((fromMs + offsetMs) / step) * step;
    localMs - offsetMs < toMs;
    localMs += step
  ) {
    const atMs = localMs - offsetMs;
    const isDay = step >= 12 * hour && localMs % (24 * hour) === 0;
    marks.push({ atMs, label: isDay ? shortDay(atMs, zone) : minuteTime(atMs, zone) });
  }
  return marks;
}

const longestMonthMs = 31 * 24 * hour;

/** First days of months, every second or third one where they are many. */
function monthMarks(fromMs: number, toMs: number, zone: string): readonly TimeMark[] {
  const first = new Date(fromMs + zoneOffsetMs(fromMs, zone));
  const every = Math.ceil((toMs - fromMs) / longestMonthMs / mostMarks);
  const marks: TimeMark[] = [];
  for (let month = first.getUTCMonth() + 1; ; month += 1) {
    if (month % every !== 0) continue;
    const localMs = Date.UTC(first.getUTCFullYear(), month, 1);
    const atMs = localMs - zoneOffsetMs(localMs, zone);
    if (atMs >= toMs) return marks;
    marks.push({ atMs, label: monthLabel(atMs, zone) });
  }
}
