const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** A day of a place's own calendar; on the two days of summer time it has 23 or 25 hours. */
export interface LocalDay {
  /** ISO date. */
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The days of a place of which something lies in a stretch of time.
 * @source Definition
 */
export function localDays(timeZone: string, fromMs: number, toMs: number): readonly LocalDay[] {
  const days: LocalDay[] = [];
  for (let startMs = dayStartIn(timeZone, fromMs); startMs < toMs; ) {
    // No day is longer than 26 hours, and each has a noon.
    const endMs = dayStartIn(timeZone, startMs + 1.2 * dayMs);
    days.push({
      day: new Date(startMs + offsetMs(timeZone, startMs)).toISOString().slice(0, 10),
      startMs,
      endMs,
    });
    startMs = endMs;
  }
  return days;
}

/** When the day began in which a moment lies. */
function dayStartIn(timeZone: string, atMs: number): number {
  const local = Math.floor((atMs + offsetMs(timeZone, atMs)) / dayMs) * dayMs;
  // The zone may have changed since midnight: what it was then counts.
  const guess = local - offsetMs(timeZone, atMs);
  return local - offsetMs(timeZone, guess);
}

/** By how much the clocks of a place are ahead of UTC. */
function offsetMs(timeZone: string, atMs: number): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const numeric = "numeric" as const;
    const parts = {
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    };
    format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...parts });
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part as Record<string, number>;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}
