import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Health } from "../../contracts/http/health.ts";
import { Problem } from "../../contracts/http/problem.ts";
import type { Bus } from "../../platform/bus.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { LiveState } from "../live-state.ts";
import type { Registry } from "../registry.ts";

const ingestSilentMs = 15_000;

/** Open to everybody: it says how the program is, and nothing of what it measures. */
export function healthRoutes(
  version: string,
  registry: Registry,
  live: LiveState,
  bus: Bus,
  world: World,
): FastifyPluginAsyncTypebox {
  function health(): Health {
    const serverTimeMs = world.clock.nowMs();
    const ingestHeard = live.ingest !== null && serverTimeMs - live.ingest.atMs <= ingestSilentMs;
    const troubles = [...(live.ingest?.troubles ?? [])];
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
        const told = health();
        const missing = told.roles.filter(({ role, ready }) => role !== "gateway" && !ready);
        if (missing.length === 0) return told;
        const names = missing.map(({ role }) => role).join(" and ");
        throw new OperationalError("not-ready", `${names} cannot be reached`);
      },
    );
  };
}
