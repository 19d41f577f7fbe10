import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { TrainerChange, TrainerText } from "../../contracts/trainer.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import type { Registry } from "../registry.ts";
import type { SignedIn } from "../sessions.ts";
import type { Trainer } from "../trainer.ts";

/** Turning a simulated plant: what a trainer does, never an operator of a real one. */
export function trainerRoutes(
  trainer: Trainer | null,
  registry: Registry,
  world: World,
): FastifyPluginAsyncTypebox {
  const text = (caller: SignedIn): TrainerText => ({
    serverTimeMs: world.clock.nowMs(),
    available: trainer !== null,
    scenario: trainer?.scenario ?? null,
    boilers: (trainer?.boilers() ?? []).filter(({ boilerId }) => maySee(caller, registry.siteOf(boilerId))),
  });

  return async (app) => {
    app.get(
      "/trainer",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "The simulated boilers, how they are set, and what is wrong with their instruments",
          response: { 200: TrainerText, "4xx": Problem },
        },
      },
      async (request) => text(callerOf(request)),
    );

    app.post(
      "/trainer/boilers/:boilerId",
      {
        config: { role: "operator" },
        schema: {
          summary: "Sets a simulated boiler, breaks one of its instruments, or mends it",
          params: Type.Object({ boilerId: Id }),
          body: TrainerChange,
          response: { 200: TrainerText, "4xx": Problem },
        },
      },
      async (request) => {
        const { boilerId } = request.params;
        if (trainer === null)
          throw new OperationalError("no-simulators", "No simulators run here: there is nothing to train on");
        trainer.change(boilerId, request.body);
        return text(callerOf(request));
      },
    );
  };
}
