/** The server's clock as this browser knows it: ages are told by it, for the device's own may be wrong. */
export interface ServerClock {
  nowMs(): number;
  /** Takes the time that a frame carried. */
  hear(serverTimeMs: number): void;
  /** By how much the device's clock is ahead of the server's. */
  deviceAheadMs(): number;
}

/** A frame that came quicker tells the time better; a slower one is given little weight, so that drift is followed. */
const weightOfSlower = 0.05;

export function serverClock(): ServerClock {
  let offsetMs: number | null = null;
  const nowMs = () => (offsetMs === null ? Date.now() : performance.now() + offsetMs);
  return {
    nowMs,
    hear: (serverTimeMs) => {
      const heardMs = serverTimeMs - performance.now();
      offsetMs =
        offsetMs === null || heardMs > offsetMs || offsetMs - heardMs > 5_000
          ? heardMs
          : offsetMs + weightOfSlower * (heardMs - offsetMs);
    },
    deviceAheadMs: () => Date.now() - nowMs(),
  };
}
