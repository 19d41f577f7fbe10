import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Health } from "../../contracts/http/health.ts";
import type { Bus } from "../../platform/bus.ts";
import type { World } from "../../platform/world.ts";
import type { LiveState } from "../live-state.ts";

const ingestSilentMs = 15_000;

export function healthRoute(
  version: string,
  live: LiveState,
  bus: Bus,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/health",
      {
        config: { role: "anyone" },
        schema: { summary: "Whether all is as it should be, and what is not", response: { 200: Health } },
      },
      async (): Promise<Health> => {
        const serverTimeMs = world.clock.nowMs();
        const troubles = [...(live.ingest?.troubles ?? [])];
        if (!bus.up)
          troubles.push({
            code: "bus-down",
            message: "The broker cannot be reached; live values stand still",
          });
        if (live.ingest === null || serverTimeMs - live.ingest.atMs > ingestSilentMs) {
          troubles.push({
            code: "ingest-silent",
            message: "Ingest has not been heard of; gateways keep what they read",
          });
        }
        for (const { gw, trouble } of live.gateways.values()) {
          if (trouble) troubles.push({ code: trouble.code, message: `${gw}: ${trouble.message}` });
        }
        return { status: troubles.length === 0 ? "ok" : "degraded", version, serverTimeMs, troubles };
      },
    );
  };
}
