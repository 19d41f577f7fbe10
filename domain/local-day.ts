/** A day as the clocks of a place count it: 23 or 25 hours long where the clock is changed. */
export interface LocalDay {
  /** 2026-03-12 */
  readonly date: string;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

const dayMs = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(timeZone, made);
  return made;
}

/** What the clock of a zone shows, as if it were UTC. */
function shownMs(atMs: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatter(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The moment at which the clock of a zone first shows this or, where the clock jumps over it, what comes next. */
export function momentOf(wantedMs: number, timeZone: string): number {
  // No zone is further than a day from UTC; between the two offsets around a change, the earlier moment is the first.
  const candidates = [-dayMs, dayMs]
    .map((awayMs) => wantedMs - (shownMs(wantedMs + awayMs, timeZone) - (wantedMs + awayMs)))
    .sort((a, b) => a - b);
  const exact = candidates.find((atMs) => shownMs(atMs, timeZone) === wantedMs);
  return exact ?? candidates.at(-1) ?? wantedMs;
}

/**
 * The days from one date to another, both included, by the clock of a zone.
 * @param first 2026-03-01, as `last`
 */
export function localDays(first: string, last: string, timeZone: string): readonly LocalDay[] {
  const days: LocalDay[] = [];
  for (let atMs = Date.parse(`${first}T00:00:00Z`); atMs <= Date.parse(`${last}T00:00:00Z`); atMs += dayMs) {
    const fromMs = momentOf(atMs, timeZone);
    const toMs = momentOf(atMs + dayMs, timeZone);
    // Where a place moved over the date line, a day was left out.
    if (toMs > fromMs) days.push({ date: new Date(atMs).toISOString().slice(0, 10), fromMs, toMs });
  }
  return days;
}

/** The days of a place of which some moment lies in a stretch of time. */
export function daysTouched(timeZone: string, fromMs: number, toMs: number): readonly LocalDay[] {
  // A place's date is the one of UTC, or that of the day before or after.
  const date = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
  return localDays(date(fromMs - dayMs), date(toMs + dayMs), timeZone).filter(
    (day) => day.fromMs < toMs && day.toMs > fromMs,
  );
}
