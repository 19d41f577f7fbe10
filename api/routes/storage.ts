import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Storage } from "../../contracts/http/storage.ts";
import type { Service } from "../../platform/service.ts";
import type { KeepConfig } from "../../platform/telemetry/config.ts";
import type { Retention } from "../../platform/telemetry/telemetry.ts";
import { keptSinceMs } from "../../platform/telemetry/trend.ts";
import type { World } from "../../platform/world.ts";

export function storageRoute(
  store: Retention & Service,
  keep: KeepConfig,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/storage",
      {
        config: { role: "viewer", sites: "none" },
        schema: {
          summary:
            "What of the history is kept: readings, minutes and hours, each for how long and since when",
          response: { 200: Storage, "4xx": Problem, "5xx": Problem },
        },
      },
      async () => {
        const since = keptSinceMs(keep, world.clock.nowMs());
        const tiers = [
          { tier: "raw", keepDays: keep.rawDays },
          { tier: "minute", keepDays: keep.minuteDays },
          { tier: "hour", keepDays: keep.hourDays },
        ] as const;
        const told = tiers.map(async ({ tier, keepDays }) => ({
          tier,
          keepDays,
          keptSinceMs: Math.round(since[tier]),
          oldestMs: await store.oldest(tier),
        }));
        return { store: store.name, tiers: await Promise.all(told) };
      },
    );
  };
}
