import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { DeadLetters } from "../../contracts/http/dead-letters.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { deadLetters } from "../../platform/records/integrity-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { callerOf } from "../guard.ts";
import { integerOf } from "../query.ts";

const shown = 100;

export function deadLettersRoute(db: RecordsDb): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/dead-letters",
      {
        config: { role: "engineer", sites: "rows" },
        schema: {
          summary: `Messages that were set aside, with the reason: how many of each, and the newest ${shown}; ask on with the cursor`,
          querystring: Type.Object(
            { cursor: Type.Optional(Type.String({ maxLength: 16, description: "of the page before" })) },
            { additionalProperties: false },
          ),
          response: { 200: DeadLetters, "4xx": Problem },
        },
      },
      async (request) => {
        const { cursor } = request.query;
        const before = cursor === undefined ? null : integerOf("cursor", cursor, 1, Number.MAX_SAFE_INTEGER);
        const found = await deadLetters(db, shown, callerOf(request).sites, before);
        const last = found.letters.at(-1);
        return { ...found, nextCursor: found.letters.length < shown ? null : String(last?.id) };
      },
    );
  };
}
