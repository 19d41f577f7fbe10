import { OperationalError } from "../errors.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * A store that cannot be opened is no reason to collect nothing: whoever asks it is told why, and each time it is tried
 * again, until it is put right. What comes meanwhile waits where it waits for any store that is away.
 * @param open throws OperationalError `telemetry-unusable`, saying what to change
 */
export async function openedLater(open: () => Promise<Telemetry>): Promise<Telemetry> {
  let store: Promise<Telemetry> | null = open();
  try {
    return await store;
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code !== "telemetry-unusable") throw error;
    store = null;
  }

  function opened(): Promise<Telemetry> {
    store ??= open().catch((error: unknown) => {
      store = null;
      throw error;
    });
    return store;
  }

  return {
    name: "telemetry (not open yet)",
    progress: async () => (await opened()).progress(),
    write: async (...wish) => (await opened()).write(...wish),
    goBack: async (...wish) => (await opened()).goBack(...wish),
    countRows: async (...wish) => (await opened()).countRows(...wish),
    rows: async (...wish) => (await opened()).rows(...wish),
    bucketed: async (...wish) => (await opened()).bucketed(...wish),
    flawCounts: async (...wish) => (await opened()).flawCounts(...wish),
    newestRollup: async (...wish) => (await opened()).newestRollup(...wish),
    rollups: async (...wish) => (await opened()).rollups(...wish),
    readings: async (...wish) => (await opened()).readings(...wish),
    storedPerHour: async (...wish) => (await opened()).storedPerHour(...wish),
    conflictsPerHour: async (...wish) => (await opened()).conflictsPerHour(...wish),
    oldest: async (...wish) => (await opened()).oldest(...wish),
    newest: async (...wish) => (await opened()).newest(...wish),
    drop: async (...wish) => (await opened()).drop(...wish),
    stop: async () => {
      const there = await store?.catch(() => null);
      await there?.stop();
    },
  };
}
