import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { AdviceList } from "../../contracts/http/advice.ts";
import { Boilers, BoilerText, Latest } from "../../contracts/http/boilers.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import type { LiveState } from "../live-state.ts";
import type { Registry } from "../registry.ts";

export function boilerRoutes(registry: Registry, live: LiveState, world: World): FastifyPluginAsyncTypebox {
  const params = Type.Object({ boilerId: Id });

  function boilerOf(boilerId: string): BoilerText {
    const boiler = registry.boilers(world.clock.nowMs()).find(({ id }) => id === boilerId);
    if (boiler === undefined) throw new OperationalError("boiler-unknown", `There is no boiler ${boilerId}`);
    return boiler;
  }

  return async (app) => {
    app.get(
      "/boilers",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "Sites and boilers, with the limits now in force",
          response: { 200: Boilers, "4xx": Problem },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        return {
          sites: registry.sites.filter(({ id }) => maySee(caller, id)),
          boilers: registry.boilers(world.clock.nowMs()).filter(({ siteId }) => maySee(caller, siteId)),
        };
      },
    );

    app.get(
      "/boilers/:boilerId",
      {
        config: { role: "viewer" },
        schema: { summary: "One boiler", params, response: { 200: BoilerText, "4xx": Problem } },
      },
      async ({ params: { boilerId } }) => boilerOf(boilerId),
    );

    app.get(
      "/boilers/:boilerId/latest",
      {
        config: { role: "viewer" },
        schema: {
          summary: "The newest reading of a boiler by its own time, with what follows from it",
          params,
          response: { 200: Latest, "4xx": Problem },
        },
      },
      async ({ params: { boilerId } }) => {
        boilerOf(boilerId);
        return { serverTimeMs: world.clock.nowMs(), latest: live.boilers.get(boilerId) ?? null };
      },
    );

    app.get(
      "/boilers/:boilerId/advice",
      {
        config: { role: "viewer" },
        schema: {
          summary: "What may be worth doing, estimated from the newest reading: never a proved saving",
          params,
          response: { 200: AdviceList, "4xx": Problem },
        },
      },
      async ({ params: { boilerId } }) => {
        boilerOf(boilerId);
        const latest = live.boilers.get(boilerId);
        if (latest === undefined) return { boilerId, takenAtMs: null, advice: [] };
        return { boilerId, takenAtMs: latest.takenAtMs, advice: [...registry.advice(latest)] };
      },
    );
  };
}
