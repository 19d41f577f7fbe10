import type { BoilerDesign } from "./design.ts";

/** What a burner is about, from cold to working and back. */
export const burnerPhases = [
  "off",
  "purge",
  "light-off",
  "low-fire",
  "modulating",
  "post-purge",
  "lockout",
] as const;
export type BurnerPhase = (typeof burnerPhases)[number];

/** Where a burner stands in its sequence: plain data. */
export interface SequenceState {
  phase: BurnerPhase;
  /** In this phase so far. */
  seconds: number;
}

export function hasFlame(phase: BurnerPhase): boolean {
  return phase === "light-off" || phase === "low-fire" || phase === "modulating";
}

/**
 * Moves a burner on. A step may be longer than a phase: what is left of it counts for the next one, so a long step
 * ends in the phase in which many short ones would have ended.
 * @param command what the switch says
 * @param wantsHeat whether the medium asks for a flame
 */
export function advanceSequence(
  state: SequenceState,
  command: "auto" | "off" | "lockout",
  wantsHeat: boolean,
  dtSeconds: number,
  { purgeSeconds, lightOffSeconds, lowFireSeconds, postPurgeSeconds }: BoilerDesign["burner"],
): void {
  const go = (phase: BurnerPhase) => {
    state.phase = phase;
    state.seconds = 0;
  };
  if (command === "lockout") {
    if (state.phase !== "lockout") go("lockout");
  } else if (command === "off" || !wantsHeat) {
    if (hasFlame(state.phase)) go("post-purge");
    else if (state.phase !== "post-purge") go("off");
  } else if (state.phase === "off" || state.phase === "lockout") go("purge");

  let left = dtSeconds;
  for (;;) {
    const lasts =
      state.phase === "purge"
        ? purgeSeconds
        : state.phase === "light-off"
          ? lightOffSeconds
          : state.phase === "low-fire"
            ? lowFireSeconds
            : state.phase === "post-purge"
              ? postPurgeSeconds
              : Number.POSITIVE_INFINITY;
    if (state.seconds + left < lasts) {
      state.seconds += left;
      return;
    }
    left -= Math.max(0, lasts - state.seconds);
    go(
      state.phase === "purge"
        ? "light-off"
        : state.phase === "light-off"
          ? "low-fire"
          : state.phase === "low-fire"
            ? "modulating"
            : "off",
    );
  }
}
