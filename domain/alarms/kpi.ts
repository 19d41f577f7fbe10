import type { AlarmEvent, AlarmState, Priority } from "./alarm.ts";

/** One step of one alarm, in the order of the records. */
export interface AlarmStepTaken {
  readonly alarmId: string;
  readonly ruleId: string;
  readonly sourceId: string;
  readonly kind: AlarmEvent["kind"] | "late";
  /** After the step. */
  readonly state: AlarmState;
  readonly priority: Priority;
  readonly atMs: number;
}

interface Often {
  ruleId: string;
  sourceId: string;
  count: number;
}

interface Since {
  alarmId: string;
  ruleId: string;
  sourceId: string;
  sinceMs: number;
}

const minuteMs = 60_000;
const tenMinMs = 10 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** More than the first within ten minutes begin a flood, fewer than the second end it. */
const floodAbove = 10;
const floodBelow = 5;
const chatterCount = 3;
const fleetingMs = 10_000;
const standingMs = dayMs;

/** Values to aim at for one operator. @source ISA-18.2 / IEC 62682, performance targets */
export const kpiTargets = {
  per10Min: 1,
  floodShare: 0.01,
  standing: 5,
  priorityMix: { 1: 0.05, 2: 0.15, 3: 0.8 },
} as const;

/** What is remembered of one alarm while its steps are read. */
interface Course {
  readonly ruleId: string;
  readonly sourceId: string;
  state: AlarmState;
  /** Of the state it is in. */
  sinceMs: number;
  /** When it was last announced, while nobody has acknowledged that. */
  announcedMs: number | null;
  /** When its condition began to hold in sight of the operator. */
  activeMs: number | null;
}

/**
 * How an alarm system does in a time, by what ISA-18.2 measures: an annunciation is each time that an alarm becomes
 * unacknowledged, whether for the first time, anew, or shown again.
 * @param steps up to the end of the range, in their order, from the first one of each alarm that was open in it
 * @source ISA-18.2 / IEC 62682, performance metrics
 */
export function alarmKpis(steps: readonly AlarmStepTaken[], fromMs: number, toMs: number) {
  const courses = new Map<string, Course>();
  const announcedMs: number[] = [];
  const byTag = new Map<string, { readonly often: Often; readonly timesMs: number[] }>();
  const byPriority: Record<Priority, number> = { 1: 0, 2: 0, 3: 0 };
  const tookMs: number[] = [];
  let fleeting = 0;

  for (const step of steps) {
    const { alarmId, ruleId, sourceId, state, atMs } = step;
    const before = courses.get(alarmId);
    const course = before ?? {
      ruleId,
      sourceId,
      state: "closed" as const,
      sinceMs: atMs,
      announcedMs: null,
      activeMs: null,
    };
    courses.set(alarmId, course);
    const inRange = atMs >= fromMs && atMs < toMs;
    const wasActive = isActive(course.state);
    if (state === "unacknowledged" && announces(step, course.state)) {
      course.announcedMs = atMs;
      if (inRange) announced(step);
    }
    if (step.kind === "acknowledge") {
      if (inRange && course.announcedMs !== null) tookMs.push(atMs - course.announcedMs);
      course.announcedMs = null;
    }
    if (step.kind === "off" && inRange && course.state === "unacknowledged" && course.activeMs !== null) {
      if (atMs - course.activeMs < fleetingMs) fleeting += 1;
    }
    if (isActive(state) && !wasActive) course.activeMs = atMs;
    if (!isActive(state)) course.activeMs = null;
    if (state !== course.state || before === undefined) course.sinceMs = atMs;
    course.state = state;
  }

  function announced({ ruleId, sourceId, priority, atMs }: AlarmStepTaken): void {
    announcedMs.push(atMs);
    byPriority[priority] += 1;
    const key = `${ruleId}--${sourceId}`;
    const tag = byTag.get(key) ?? { often: { ruleId, sourceId, count: 0 }, timesMs: [] };
    tag.often.count += 1;
    tag.timesMs.push(atMs);
    byTag.set(key, tag);
  }

  const spanMs = toMs - fromMs;
  const rate = (perMs: number) => (spanMs <= 0 ? null : (announcedMs.length * perMs) / spanMs);
  const counts = Array.from({ length: Math.max(0, Math.ceil(spanMs / tenMinMs)) }, () => 0);
  for (const atMs of announcedMs) {
    const index = Math.floor((atMs - fromMs) / tenMinMs);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const topTen = [...byTag.values()]
    .map(({ often }) => often)
    .sort((a, b) => b.count - a.count || (a.ruleId + a.sourceId < b.ruleId + b.sourceId ? -1 : 1))
    .slice(0, 10);
  const inTopTen = topTen.reduce((sum, { count }) => sum + count, 0);
  const flood = floodsOf(announcedMs, toMs);
  const inState = (state: AlarmState, longerMs = 0): Since[] =>
    [...courses]
      .filter(([, course]) => course.state === state && toMs - course.sinceMs > longerMs)
      .map(([alarmId, { ruleId, sourceId, sinceMs }]) => ({ alarmId, ruleId, sourceId, sinceMs }));

  return {
    fromMs,
    toMs,
    annunciations: announcedMs.length,
    per10Min: { counts, average: rate(tenMinMs), peak: Math.max(0, ...counts) },
    perHour: rate(hourMs),
    perDay: rate(dayMs),
    floods: flood.count,
    floodShare: spanMs <= 0 ? null : flood.lastedMs / spanMs,
    chattering: [...byTag.values()].filter(({ timesMs }) => chatters(timesMs)).map(({ often }) => often),
    fleeting,
    standing: [...courses].flatMap(([alarmId, { ruleId, sourceId, activeMs }]) =>
      activeMs !== null && toMs - activeMs > standingMs
        ? [{ alarmId, ruleId, sourceId, sinceMs: activeMs }]
        : [],
    ),
    shelved: inState("shelved"),
    suppressed: inState("suppressed"),
    outOfService: inState("out-of-service"),
    topTen,
    topTenShare: announcedMs.length === 0 ? null : inTopTen / announcedMs.length,
    byPriority,
    acknowledged: { count: tookMs.length, p50Ms: quantile(tookMs, 0.5), p90Ms: quantile(tookMs, 0.9) },
    targets: { ...kpiTargets, priorityMix: { ...kpiTargets.priorityMix } },
  };
}

export type AlarmKpis = ReturnType<typeof alarmKpis>;

function isActive(state: AlarmState): boolean {
  return state === "unacknowledged" || state === "acknowledged";
}

/** Becoming unacknowledged is one; so is a raised level. An escalation tells somebody else of the same. */
function announces({ kind }: AlarmStepTaken, before: AlarmState): boolean {
  return before !== "unacknowledged" || kind === "raised";
}

function chatters(timesMs: readonly number[]): boolean {
  return timesMs.some((atMs, index) => {
    const third = timesMs[index + chatterCount - 1];
    return third !== undefined && third - atMs <= minuteMs;
  });
}

/**
 * A flood begins with the annunciation that makes more than ten in ten minutes, and ends as soon as fewer than five
 * lie within the last ten.
 */
function floodsOf(
  timesMs: readonly number[],
  toMs: number,
): { readonly count: number; readonly lastedMs: number } {
  let count = 0;
  let lastedMs = 0;
  let sinceMs: number | null = null;
  for (const [index, atMs] of timesMs.entries()) {
    // The fifth last leaves the window: from then on only four are in it.
    const endsMs = (timesMs[index - floodBelow] ?? Number.POSITIVE_INFINITY) + tenMinMs;
    if (sinceMs !== null && endsMs <= atMs) {
      lastedMs += endsMs - sinceMs;
      sinceMs = null;
    }
    const eleventh = timesMs[index - floodAbove];
    if (sinceMs === null && eleventh !== undefined && atMs - eleventh < tenMinMs) {
      sinceMs = atMs;
      count += 1;
    }
  }
  if (sinceMs !== null) {
    const fifthLast = timesMs[timesMs.length - floodBelow] ?? sinceMs;
    lastedMs += Math.min(toMs, fifthLast + tenMinMs) - sinceMs;
  }
  return { count, lastedMs };
}

/** By nearest rank; `null` of nothing. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
