import type { Priority } from "../alarms/alarm.ts";

/** Something that a recipient is to be told and has not been told yet. */
export interface Waiting {
  readonly id: number;
  readonly priority: Priority;
  /** When it was queued. */
  readonly atMs: number;
}

export interface ComposeSettings {
  /** What comes within so long goes in one message. */
  readonly groupMs: number;
  /** More messages than this within ten minutes nobody can act on; the last of them is a digest of all the rest. */
  readonly mostPer10Min: number;
  /** How long a digest waits for more before it goes. */
  readonly digestAfterMs: number;
  /** Priorities that go out in quiet hours; `null`: these are none. */
  readonly quietExcept: readonly Priority[] | null;
}

export interface Composed {
  readonly kind: "alarm" | "digest";
  readonly ids: readonly number[];
}

export const floodWindowMs = 600_000;
/** So many at once are read as a list, not one by one. */
export const digestFrom = 10;

/**
 * What goes to one recipient now. The most urgent goes at once and is never held back; everything else is gathered
 * for a moment, and in a flood waits for a digest, so that a person gets at most so many messages in ten minutes.
 * @param sentAtMs when messages that count were made within the last ten minutes
 */
export function compose(
  waiting: readonly Waiting[],
  sentAtMs: readonly number[],
  { groupMs, mostPer10Min, digestAfterMs, quietExcept }: ComposeSettings,
  nowMs: number,
): readonly Composed[] {
  const critical = waiting.filter(({ priority }) => priority === 1);
  const others = waiting.filter(
    ({ priority }) => priority !== 1 && (quietExcept === null || quietExcept.includes(priority)),
  );
  const composed: Composed[] = [];
  if (critical.length > 0) composed.push(messageOf(critical));
  const oldest = others[0];
  if (oldest === undefined) return composed;
  const waitedMs = nowMs - Math.min(...others.map(({ atMs }) => atMs));
  const left = mostPer10Min - sentAtMs.filter((atMs) => nowMs - atMs < floodWindowMs).length;
  const isDue = left > 1 ? waitedMs >= groupMs : left === 1 && waitedMs >= Math.max(groupMs, digestAfterMs);
  if (isDue) composed.push(left === 1 ? { ...messageOf(others), kind: "digest" } : messageOf(others));
  return composed;
}

function messageOf(waiting: readonly Waiting[]): Composed {
  return { kind: waiting.length >= digestFrom ? "digest" : "alarm", ids: waiting.map(({ id }) => id) };
}

const firstPauseMs = 1_000;
const longestPauseMs = 15 * 60_000;

/** How long after its `attempts`-th failure a message is tried again: twice as long each time, up to a quarter of an hour. */
export function pauseMs(attempts: number, chance: number): number {
  const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20));
  // Half of it is left to chance, so that many who wait for the same server do not come at once.
  return whole / 2 + (whole / 2) * chance;
}
