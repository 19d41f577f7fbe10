import type { SimulatedBoiler } from "./boiler/boiler.ts";
import type { ControlsSchedule } from "./boiler/controls.ts";

/**
 * A boiler whose controls change by a schedule. A change takes place at its own time, whatever the steps are: a step
 * that it falls into is made in two. Of changes at the same time, the one written first is made first.
 * @param schedule times count from here
 */
export function scheduled(boiler: SimulatedBoiler, schedule: ControlsSchedule): SimulatedBoiler {
  if (schedule.length === 0) return boiler;
  const startSeconds = boiler.memory().seconds;
  let seconds = 0;
  let dueAt = schedule.map(({ atSeconds }) => atSeconds);
  let nextDue = Math.min(...dueAt);

  /** Makes the changes whose time has come, and finds when the next one comes. */
  function change(): void {
    for (const [index, { set, rampSeconds, everySeconds }] of schedule.entries()) {
      if ((dueAt[index] ?? 0) > seconds) continue;
      boiler.set(set, rampSeconds);
      dueAt[index] =
        everySeconds === undefined ? Number.POSITIVE_INFINITY : (dueAt[index] ?? 0) + everySeconds;
    }
    nextDue = Math.min(...dueAt);
  }

  return {
    ...boiler,
    get design() {
      return boiler.design;
    },
    step: (dtSeconds) => {
      const endSeconds = seconds + dtSeconds;
      while (nextDue < endSeconds) {
        if (nextDue > seconds) boiler.step(nextDue - seconds);
        seconds = Math.max(seconds, nextDue);
        change();
      }
      const state = boiler.step(endSeconds - seconds);
      seconds = endSeconds;
      return state;
    },
    recall: (memory) => {
      boiler.recall(memory);
      seconds = memory.seconds - startSeconds;
      dueAt = schedule.map(({ atSeconds, everySeconds }) => {
        if (atSeconds >= seconds) return atSeconds;
        if (everySeconds === undefined) return Number.POSITIVE_INFINITY;
        return atSeconds + Math.ceil((seconds - atSeconds) / everySeconds) * everySeconds;
      });
      nextDue = Math.min(...dueAt);
    },
  };
}
