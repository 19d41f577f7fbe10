import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { SettingsText } from "../../contracts/http/settings.ts";
import { callerOf, maySee } from "../guard.ts";
import type { Registry } from "../registry.ts";

export function settingsRoute(registry: Registry): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/settings",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "What the configuration file says of prices",
          response: { 200: SettingsText, "4xx": Problem },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        return {
          prices: registry.prices
            .filter(({ siteId }) => maySee(caller, siteId))
            .map((price) => ({ ...price })),
        };
      },
    );
  };
}
