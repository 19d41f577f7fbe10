import type { GatewayText } from "../contracts/http/gateways.ts";

/** How many batches were buffered, and when that was said. */
interface Seen {
  readonly atMs: number;
  readonly bufferedBatches: number;
}

const windowMs = 60_000;

/** What a gateway's buffer did in the last minute. */
export function drainWatch() {
  const seen = new Map<string, readonly Seen[]>();
  return {
    see: (atMs: number, gateways: readonly GatewayText[]) => {
      for (const { id, bufferedBatches } of gateways) {
        if (bufferedBatches === null) continue;
        const kept = (seen.get(id) ?? []).filter((each) => atMs - each.atMs < windowMs);
        seen.set(id, [...kept, { atMs, bufferedBatches }]);
      }
    },
    seen: (id: string): readonly Seen[] => seen.get(id) ?? [],
  };
}

/** How fast a buffer empties, and when it will be empty; `null` while it does not. */
export function drainOf(
  seen: readonly Seen[],
): { readonly batchesPerSecond: number; readonly emptyInMs: number } | null {
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
  const batchesPerSecond =
    (1_000 * (first.bufferedBatches - last.bufferedBatches)) / (last.atMs - first.atMs);
  if (batchesPerSecond <= 0) return null;
  return { batchesPerSecond, emptyInMs: (1_000 * last.bufferedBatches) / batchesPerSecond };
}
