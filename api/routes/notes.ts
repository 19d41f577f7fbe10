import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Notes, NoteText } from "../../contracts/http/notes.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { addBoilerNote, boilerNotes } from "../../platform/records/note-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { World } from "../../platform/world.ts";
import { callerOf } from "../guard.ts";
import { boilerOf, integerOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const most = 200;

/** What people write down about a boiler: beside its alarms, which have comments of their own. */
export function noteRoutes(registry: Registry, db: RecordsDb, world: World): FastifyPluginAsyncTypebox {
  const params = Type.Object({ boilerId: Id });
  return async (app) => {
    app.get(
      "/boilers/:boilerId/notes",
      {
        config: { role: "viewer" },
        schema: {
          summary: "What people have written about a boiler, newest first; ask on with the cursor",
          params,
          querystring: Type.Object(
            {
              cursor: Type.Optional(Type.String({ maxLength: 16, description: "of the page before" })),
              limit: Type.Optional(Type.String({ maxLength: 4 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: Notes, "4xx": Problem },
        },
      },
      async ({ params: { boilerId }, query: { cursor, limit } }) => {
        const boiler = boilerOf(registry, boilerId, world);
        const wanted = limit === undefined ? 50 : integerOf("limit", limit, 1, most);
        // The largest number that both databases keep as an integer.
        const beforeId = cursor === undefined ? null : integerOf("cursor", cursor, 1, 2 ** 31 - 1);
        const notes = await boilerNotes(db, boiler.id, { limit: wanted, beforeId });
        const last = notes.at(-1);
        return {
          notes: [...notes],
          nextCursor: last === undefined || notes.length < wanted ? null : String(last.id),
        };
      },
    );

    app.post(
      "/boilers/:boilerId/notes",
      {
        config: { role: "operator" },
        schema: {
          summary: "Writes something down about a boiler, for ever and in one's own name",
          params,
          body: Type.Object(
            { text: Type.String({ minLength: 1, maxLength: 2_000, pattern: "\\S" }) },
            { additionalProperties: false },
          ),
          response: { 201: NoteText, "4xx": Problem },
        },
      },
      async (request, reply) => {
        const { id: boilerId, siteId } = boilerOf(registry, request.params.boilerId, world);
        const doing = { by: callerOf(request).actor, atMs: world.clock.nowMs() };
        void reply.code(201);
        return addBoilerNote(db, { boilerId, siteId, text: request.body.text }, doing);
      },
    );
  };
}
