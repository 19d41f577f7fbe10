import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Gateways } from "../../contracts/http/gateways.ts";
import { Problem } from "../../contracts/http/problem.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import type { LiveState } from "../live-state.ts";
import type { Registry } from "../registry.ts";

export function gatewaysRoute(registry: Registry, live: LiveState, world: World): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/gateways",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "Gateways, as they last spoke of themselves",
          response: { 200: Gateways, "4xx": Problem },
        },
      },
      async (request) => ({
        serverTimeMs: world.clock.nowMs(),
        gateways: registry.gateways
          .filter(({ siteId }) => maySee(callerOf(request), siteId))
          .map(({ id, siteId }) => {
            const status = live.gateways.get(id);
            return {
              id,
              siteId,
              online: status?.online ?? false,
              lastSeenMs: status?.atMs ?? null,
              capturedUpto: status?.capturedUpto ?? null,
              ackedUpto: status?.ackedUpto ?? null,
              bufferedBatches: status?.bufferedBatches ?? null,
              oldestBufferedAtMs: status?.oldestBufferedAtMs ?? null,
              trouble: status?.trouble ?? null,
            };
          }),
      }),
    );
  };
}
