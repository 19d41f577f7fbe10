import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Health } from "../../contracts/http/health.ts";
import { Problem } from "../../contracts/http/problem.ts";
import type { Bus } from "../../platform/bus.ts";
import { OperationalError } from "../../platform/errors.ts";
import { failingRecipients } from "../../platform/records/notification-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { Trouble } from "../../platform/trouble.ts";
import type { World } from "../../platform/world.ts";
import type { LiveState } from "../live-state.ts";
import type { Registry } from "../registry.ts";

const ingestSilentMs = 15_000;

export interface HealthNeeds {
  readonly registry: Registry;
  readonly live: LiveState;
  readonly records: RecordsDb;
  readonly bus: Bus;
  /** Of other parts of this process. */
  readonly troubles: () => readonly Trouble[];
  readonly world: World;
}

/** Open to everybody: it says how the program is, and nothing of what it measures. */
export function healthRoutes(
  version: string,
  { registry, live, records, bus, troubles: further, world }: HealthNeeds,
): FastifyPluginAsyncTypebox {
  async function health(): Promise<Health> {
    const serverTimeMs = world.clock.nowMs();
    const ingestHeard = live.ingest !== null && serverTimeMs - live.ingest.atMs <= ingestSilentMs;
    const troubles = [...(live.ingest?.troubles ?? []), ...further(), ...bus.troubles];
    if (!bus.up)
      troubles.push({
        code: "bus-down",
        message: "The broker cannot be reached; live values stand still",
      });
    if (!ingestHeard)
      troubles.push({
        code: "ingest-silent",
        message: "Ingest has not been heard of; gateways keep what they read",
      });
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
    const status = troubles.length === 0 ? ("ok" as const) : ("degraded" as const);
    const gatewaysHeard = registry.gateways.every(({ id }) => live.gateways.get(id)?.online);
    const roles: Health["roles"] = [
      { role: "api", ready: true },
      { role: "broker", ready: bus.up },
      { role: "ingest", ready: ingestHeard },
      { role: "gateway", ready: gatewaysHeard },
    ];
    return { status, version, serverTimeMs, roles, troubles };
  }

  return async (app) => {
    app.get(
      "/health",
      {
        config: { role: "anyone", sites: "none" },
        schema: { summary: "Whether all is as it should be, and what is not", response: { 200: Health } },
      },
      async () => health(),
    );

    app.get(
      "/health/ready",
      {
        config: { role: "anyone", sites: "none" },
        schema: {
          summary:
            "200 while the API, the broker and ingest do their work, else 503: for whoever sends visitors here",
          response: { 200: Health, "5xx": Problem },
        },
      },
      async () => {
        const told = await health();
        const missing = told.roles.filter(({ role, ready }) => role !== "gateway" && !ready);
        if (missing.length === 0) return told;
        const names = missing.map(({ role }) => role).join(" and ");
        throw new OperationalError("not-ready", `${names} cannot be reached`);
      },
    );
  };
}
