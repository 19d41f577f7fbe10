import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Health } from "../../contracts/http/health.ts";
import type { Bus } from "../../platform/bus.ts";
import { failingRecipients } from "../../platform/records/notification-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { Trouble } from "../../platform/trouble.ts";
import type { World } from "../../platform/world.ts";
import type { LiveState } from "../live-state.ts";

const ingestSilentMs = 15_000;

export function healthRoute(
  version: string,
  live: LiveState,
  records: RecordsDb,
  bus: Bus,
  furtherTroubles: () => readonly Trouble[],
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/health",
      {
        config: { role: "anyone", sites: "none" },
        schema: { summary: "Whether all is as it should be, and what is not", response: { 200: Health } },
      },
      async (): Promise<Health> => {
        const serverTimeMs = world.clock.nowMs();
        const troubles = [...(live.ingest?.troubles ?? []), ...furtherTroubles(), ...bus.troubles];
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
        // Everybody may ask for health: whose address it is, and what its server said, stands in the log of deliveries.
        for (const { recipient, waiting } of await failingRecipients(records)) {
          const destination = recipient.split("/")[0] ?? recipient;
          const message = `Messages to ${destination} fail: ${waiting} wait and are tried again; the delivery log says why`;
          if (!troubles.some((trouble) => trouble.message === message))
            troubles.push({ code: "notification-failing", message });
        }
        return { status: troubles.length === 0 ? "ok" : "degraded", version, serverTimeMs, troubles };
      },
    );
  };
}
