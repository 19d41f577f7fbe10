import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { DeadLetters } from "../../contracts/http/dead-letters.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { deadLetters } from "../../platform/records/integrity-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { callerOf } from "../guard.ts";

const shown = 100;

export function deadLettersRoute(db: RecordsDb): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/dead-letters",
      {
        config: { role: "engineer", sites: "rows" },
        schema: {
          summary: `Messages that were set aside, with the reason: how many of each, and the newest ${shown}`,
          response: { 200: DeadLetters, "4xx": Problem },
        },
      },
      async (request) => deadLetters(db, shown, callerOf(request).sites),
    );
  };
}
