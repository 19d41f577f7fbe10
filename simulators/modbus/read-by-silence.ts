import type { Clock } from "../../platform/world.ts";
import type { BusRequest, RequestReader } from "./framing.ts";

/**
 * Silence that ends a frame: 3.5 characters on the wire. Packets and pseudo-terminals deliver a frame in pieces
 * with pauses that no wire has, so that less than this is not taken for silence.
 */
const leastSilenceMs = 20;

/** Feeds what arrives to a reader of requests, and tells it when the line has fallen silent. */
export function readingBySilence(
  requests: RequestReader,
  baudRate: number | null,
  clock: Clock,
  taken: (request: BusRequest) => void,
) {
  const silenceMs = Math.max(leastSilenceMs, baudRate === null ? 0 : 35_000 / baudRate);
  let listening = new AbortController();

  async function listen(signal: AbortSignal): Promise<void> {
    await clock.sleep(silenceMs, signal);
    if (!signal.aborted) for (const request of requests.silence()) taken(request);
  }

  return {
    take: (bytes: Buffer) => {
      listening.abort();
      for (const request of requests.take(bytes)) taken(request);
      if (!requests.isWaiting) return;
      listening = new AbortController();
      void listen(listening.signal);
    },
    stop: () => listening.abort(),
  };
}
