import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { LimitsText } from "../../contracts/http/limits.ts";
import { Problem } from "../../contracts/http/problem.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import type { Registry } from "../registry.ts";

export function limitsRoute(registry: Registry, world: World): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/limits",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary:
            "The limits, every version of them with its source, and which are in force for which boiler",
          response: { 200: LimitsText, "4xx": Problem },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const mine = <T extends { readonly siteId: string }>(rows: readonly T[]) =>
          rows.filter(({ siteId }) => maySee(caller, siteId));
        const { tables, standards, own, boilers } = registry.limits(world.clock.nowMs());
        const [ownMine, boilersMine] = [mine(own), mine(boilers)];
        // Tables are published; which of them a plant uses is the plant's.
        return {
          tables: tables.filter(({ id }) => boilersMine.some(({ tablesId }) => tablesId === id)),
          standards: standards.filter(({ id }) => boilersMine.some(({ standardId }) => standardId === id)),
          own: ownMine,
          boilers: boilersMine,
        };
      },
    );
  };
}
