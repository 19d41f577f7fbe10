import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { TrainerChange, TrainerText } from "../../contracts/trainer.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { Trainer } from "../trainer.ts";

/** Turning a simulated plant: what a trainer does, never an operator of a real one. */
export function trainerRoutes(trainer: Trainer | null, world: World): FastifyPluginAsyncTypebox {
  const text = (): TrainerText => ({
    serverTimeMs: world.clock.nowMs(),
    available: trainer !== null,
    scenario: trainer?.scenario ?? null,
    boilers: [...(trainer?.boilers() ?? [])],
  });

  return async (app) => {
    app.get(
      "/trainer",
      {
        config: { role: "viewer" },
        schema: {
          summary: "The simulated boilers, how they are set, and what is wrong with their instruments",
          response: { 200: TrainerText, "4xx": Problem },
        },
      },
      async () => text(),
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
      async ({ params: { boilerId }, body }) => {
        if (trainer === null)
          throw new OperationalError("no-simulators", "No simulators run here: there is nothing to train on");
        trainer.change(boilerId, body);
        return text();
      },
    );
  };
}
