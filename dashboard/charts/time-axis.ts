import { minuteTime, shortDay, zoneOffsetMs } from "../time.ts";

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
];
const mostMarks = 7;

export interface TimeMark {
  readonly atMs: number;
  readonly label: string;
}

/** Round times of the site's clock between two moments; days where the steps are days. */
export function timeMarks(fromMs: number, toMs: number, zone: string): readonly TimeMark[] {
  const step = steps.find((each) => (toMs - fromMs) / each <= mostMarks) ?? 7 * 24 * hour;
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
