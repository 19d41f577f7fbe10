import type { Tier } from "../domain/rollup.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { KeepConfig } from "../platform/telemetry/config.ts";
import type { Retention } from "../platform/telemetry/telemetry.ts";
import { keptSinceMs } from "../platform/telemetry/trend.ts";
import type { World } from "../platform/world.ts";

const hourMs = 3_600_000;
/** So much time is taken out at once: about as many rows of each tier. */
const sliceMs = {
  raw: 6 * hourMs,
  minute: 15 * 24 * hourMs,
  hour: 900 * 24 * hourMs,
} as const satisfies Record<Tier, number>;
const lookEveryMs = hourMs;
const firstLookMs = 60_000;
/** Between two slices it rests for so many times as long as one took, so that others hardly notice. */
const restsFor = 4;
/** History that is being filled in would lose its readings before their minutes are summed up. */
const afterFillingMs = 600_000;

/** Takes out of the store what is older than it is kept, in the background. */
export function startRetention(
  store: Retention,
  keep: KeepConfig,
  filledInAtMs: () => number | null,
  world: World,
): Service {
  const { clock, log } = world;

  async function thin(tier: Tier, signal: AbortSignal): Promise<void> {
    for (;;) {
      const horizonMs = keptSinceMs(keep, clock.nowMs())[tier];
      const oldestMs = await store.oldest(tier);
      if (oldestMs === null || oldestMs >= horizonMs || signal.aborted) return;
      const fromMs = clock.monotonicMs();
      await store.drop(tier, Math.min(horizonMs, oldestMs + sliceMs[tier]));
      await clock.sleep(restsFor * (clock.monotonicMs() - fromMs), signal);
    }
  }

  return backgroundLoop("retention", async (signal) => {
    await clock.sleep(firstLookMs, signal);
    while (!signal.aborted) {
      const filledMs = filledInAtMs();
      const isFilling = filledMs !== null && clock.monotonicMs() - filledMs < afterFillingMs;
      try {
        for (const tier of ["raw", "minute", "hour"] as const) if (!isFilling) await thin(tier, signal);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        log.warn({ error: messageOf(error) }, "what is past its time is still there; it is tried again");
      }
      await clock.sleep(isFilling ? afterFillingMs : lookEveryMs, signal);
    }
  });
}
