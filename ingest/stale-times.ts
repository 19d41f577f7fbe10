/** Minutes, or hours, of boilers whose rollup has to be made again once nothing more comes for them. */
export interface StaleTimes {
  add(boilerId: string, startMs: number, nowMs: number): void;
  /** One for which nothing more is expected. */
  addSettled(boilerId: string, startMs: number): void;
  /**
   * Takes out those that a boiler's late readings have left, and those that were not touched for a while: neighbours
   * of a boiler together, `most` groups at once.
   */
  takeSettled(
    nowMs: number,
    widthMs: number,
    most: number,
    isReady: (boilerId: string, startMs: number) => boolean,
  ): readonly { readonly boilerId: string; readonly starts: readonly number[] }[];
  all(): readonly (readonly [boilerId: string, startMs: number])[];
  clear(): void;
}

/** Times closer together than this are read in one go. */
const together = 10;
/** And no more of them. */
const mostTogether = 30;

export function staleTimes(settledAfterMs: number): StaleTimes {
  const times = new Map<string, Map<number, number>>();
  /** Where the late readings of a boiler are: more may come for this one. */
  const last = new Map<string, number>();

  const put = (boilerId: string, startMs: number, touchedMs: number) => {
    const ofBoiler = times.get(boilerId) ?? new Map<number, number>();
    times.set(boilerId, ofBoiler.set(startMs, touchedMs));
  };

  return {
    add: (boilerId, startMs, nowMs) => {
      put(boilerId, startMs, nowMs);
      last.set(boilerId, startMs);
    },
    addSettled: (boilerId, startMs) => put(boilerId, startMs, Number.NEGATIVE_INFINITY),
    takeSettled: (nowMs, widthMs, most, isReady) => {
      const groups: { readonly boilerId: string; readonly starts: number[] }[] = [];
      for (const [boilerId, ofBoiler] of times) {
        const settled = [...ofBoiler]
          .filter(
            ([startMs, touchedMs]) => startMs !== last.get(boilerId) || nowMs - touchedMs >= settledAfterMs,
          )
          .map(([startMs]) => startMs)
          .filter((startMs) => isReady(boilerId, startMs))
          .sort((a, b) => a - b);
        let group: { readonly boilerId: string; readonly starts: number[] } | undefined;
        for (const startMs of settled) {
          const apart = startMs - (group?.starts.at(-1) ?? Number.NEGATIVE_INFINITY) > together * widthMs;
          if (group === undefined || apart || group.starts.length >= mostTogether) {
            if (groups.length >= most) break;
            group = { boilerId, starts: [] };
            groups.push(group);
          }
          group.starts.push(startMs);
          ofBoiler.delete(startMs);
        }
        if (ofBoiler.size === 0) times.delete(boilerId);
      }
      return groups;
    },
    all: () =>
      [...times].flatMap(([boilerId, ofBoiler]) => [...ofBoiler.keys()].map((ms) => [boilerId, ms] as const)),
    clear: () => {
      times.clear();
      last.clear();
    },
  };
}
