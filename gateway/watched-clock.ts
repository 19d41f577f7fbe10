import type { ClockSource, ClockState } from "../domain/clock.ts";
import type { Clock } from "../platform/world.ts";

/** The wall clock of the gateway, watched: what it can be believed for. */
export interface WatchedClock {
  /** How it stands now; carried in every batch. */
  state(): ClockState;
  /** Ingest has said its time, in answer to something: between `askedMs` and `heardMs`, which are monotonic. */
  compared(ingestMs: number, askedMs: number, heardMs: number): void;
  /** Times up to this one have been given out. */
  given(takenAtMs: number): void;
}

/** No clock that tells an earlier time than this program was written at is right. */
const writtenMs = Date.UTC(2026, 0, 1);
/** How fast two clocks may part that nobody holds together. */
const driftShare = 500e-6;
/** As unsure as this is not to know at all. */
const unknownMs = 86_400_000;

/**
 * Holds the wall clock against ingest's.
 *
 * The kernel can say that it follows a time server, but not that this is the time by which the plant is judged. That is
 * ingest's, and it is there to be asked: its acknowledgements tell it, and fall between the sending of a batch and the
 * hearing of the answer. What is kept is ingest's time by the gateway's monotonic clock, which nobody can set: so a
 * step of the wall clock shows at once, also while the link is down.
 * @param keptBy what the configuration says
 * @param newestMs the newest time given out before this start
 */
export function watchedClock(
  keptBy: ClockSource,
  newestMs: number | null,
  clock: Pick<Clock, "nowMs" | "monotonicMs">,
): WatchedClock {
  /** Ingest's time when the monotonic clock began, give or take, as it was known at a moment of that clock. */
  let known: { readonly beganMs: number; readonly uncMs: number; readonly atMs: number } | null = null;
  let pastMs = Math.max(writtenMs, newestMs ?? 0);

  const uncertaintyMs = ({ uncMs, atMs }: NonNullable<typeof known>, nowMs: number) =>
    uncMs + driftShare * (nowMs - atMs);

  return {
    state: () => {
      const nowMs = clock.nowMs();
      const monotonicMs = clock.monotonicMs();
      // What must be past lies ahead of it.
      const src = nowMs < pastMs ? "none" : keptBy;
      if (known === null) return { src, off: 0, unc: unknownMs };
      const unc = Math.min(unknownMs, Math.ceil(uncertaintyMs(known, monotonicMs)));
      return { src, off: Math.round(nowMs - known.beganMs - monotonicMs), unc };
    },
    compared: (ingestMs, askedMs, heardMs) => {
      const uncMs = (heardMs - askedMs) / 2;
      const beganMs = ingestMs - (askedMs + heardMs) / 2;
      const before = known === null ? null : uncertaintyMs(known, heardMs);
      // The quickest answer says most; one that contradicts it says that ingest's clock was set.
      const contradicts =
        known !== null && before !== null && Math.abs(beganMs - known.beganMs) > uncMs + before;
      if (before === null || uncMs <= before || contradicts) known = { beganMs, uncMs, atMs: heardMs };
    },
    given: (takenAtMs) => {
      pastMs = Math.max(pastMs, takenAtMs);
    },
  };
}
