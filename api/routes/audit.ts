import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { AuditAnchorText, AuditPage } from "../../contracts/http/audit.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { audit } from "../../platform/records/audit.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { World } from "../../platform/world.ts";
import { callerOf } from "../guard.ts";
import { integerOf } from "../query.ts";

const most = 500;

export function auditRoutes(db: RecordsDb, world: World): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/audit",
      {
        config: { role: "admin", sites: "rows" },
        schema: {
          summary: "Who did what, newest first; ask on with the cursor",
          querystring: Type.Object(
            {
              cursor: Type.Optional(Type.String({ maxLength: 16, description: "of the page before" })),
              limit: Type.Optional(Type.String({ maxLength: 4 })),
              action: Type.Optional(
                Type.String({ maxLength: 40, description: "how the action begins: `user.`, `alarm.shelve`" }),
              ),
            },
            { additionalProperties: false },
          ),
          response: { 200: AuditPage, "4xx": Problem },
        },
      },
      async (request) => {
        const { cursor, limit, action = null } = request.query;
        const wanted = limit === undefined ? 100 : integerOf("limit", limit, 1, most);
        const beforeSeq =
          cursor === undefined ? null : integerOf("cursor", cursor, 1, Number.MAX_SAFE_INTEGER);
        const { sites } = callerOf(request);
        const entries = await audit.page(db, { beforeSeq, limit: wanted, sites, action });
        const last = entries.at(-1);
        return {
          entries: entries.map((entry) => ({
            ...entry,
            detail: JSON.parse(entry.detail) as Record<string, unknown>,
          })),
          nextCursor:
            last === undefined || entries.length < wanted || last.seq === 1 ? null : String(last.seq),
        };
      },
    );

    app.get(
      "/audit/anchor",
      {
        config: { role: "admin", sites: "none" },
        schema: {
          summary: "The end of the audit's chain, to be kept elsewhere: what is cut off later is missed",
          response: { 200: AuditAnchorText, "4xx": Problem },
        },
      },
      async () => ({ ...(await audit.head(db)), atMs: world.clock.nowMs() }),
    );
  };
}
