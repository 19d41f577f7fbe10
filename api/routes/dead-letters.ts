import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import {
  type DeadLetter,
  DeadLetter as DeadLetterSchema,
  DeadLetters,
  type DeadLetterText,
} from "../../contracts/http/dead-letters.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { parseTopic } from "../../contracts/topics.ts";
import { OperationalError } from "../../platform/errors.ts";
import { deadLetterById, deadLetters } from "../../platform/records/integrity-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { World } from "../../platform/world.ts";
import type { Commands } from "../commands.ts";
import { callerOf, maySee } from "../guard.ts";
import { integerOf } from "../query.ts";
import type { Registry } from "../registry.ts";
import type { SignedIn } from "../sessions.ts";

const shown = 100;
const rows = { config: { role: "engineer", sites: "rows" } } as const;
const ofOne = { config: { role: "engineer", sites: "parameter" } } as const;
const Params = Type.Object({ deadLetterId: Type.String({ pattern: "^[1-9][0-9]{0,14}$" }) });

/** Gives the bytes of a message that was set aside, by its place in the journal. */
export type DeadLetterContent = (journalOffset: number) => Promise<Buffer | null>;

export function deadLetterRoutes(
  db: RecordsDb,
  contentOf: DeadLetterContent,
  registry: Registry,
  commands: Commands,
  world: World,
): FastifyPluginAsyncTypebox {
  async function whole(letter: Static<typeof DeadLetterText>): Promise<DeadLetter> {
    const bytes = await contentOf(letter.journalOffset);
    const encoding = bytes === null || isUtf8(bytes) ? "utf8" : "base64";
    return { ...letter, encoding, content: bytes?.toString(encoding) ?? null };
  }

  /** One of a site that is not the caller's is not there for them. */
  async function known(id: string, caller: SignedIn) {
    const letter = await deadLetterById(db, Number(id));
    if (letter === null || !maySee(caller, parseTopic(letter.topic)?.siteId ?? null))
      throw new OperationalError("dead-letter-unknown", "There is no such dead letter");
    return letter;
  }

  async function* everyLine({ sites }: SignedIn): AsyncGenerator<string> {
    for (let beforeId: number | null = null; ; ) {
      const { letters } = await deadLetters(db, shown, sites, beforeId);
      for (const letter of letters) yield `${JSON.stringify(await whole(letter))}\n`;
      const last = letters.at(-1);
      if (last === undefined) return;
      beforeId = last.id;
    }
  }

  return async (app) => {
    app.get(
      "/dead-letters",
      {
        ...rows,
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
    app.get(
      "/dead-letters/export",
      { ...rows, schema: { summary: "All of them with their content, newest first, a line of JSON each" } },
      async (request, reply) =>
        reply
          .type("application/x-ndjson")
          .header("content-disposition", 'attachment; filename="dead-letters.ndjson"')
          .send(Readable.from(everyLine(callerOf(request)))),
    );
    app.get(
      "/dead-letters/:deadLetterId",
      {
        ...ofOne,
        schema: {
          summary: "One message that was set aside, as it came",
          params: Params,
          response: { 200: DeadLetterSchema, "4xx": Problem },
        },
      },
      async (request) => whole(await known(request.params.deadLetterId, callerOf(request))),
    );
    app.post(
      "/dead-letters/:deadLetterId/requeue",
      {
        ...ofOne,
        schema: {
          summary:
            "Takes it in after all, when the configuration now allows it; refused with the reason otherwise",
          params: Params,
          response: { 204: Type.Null(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const { journalOffset } = await known(request.params.deadLetterId, caller);
        const [site] = registry.sites;
        await commands.send({
          kind: "requeue",
          site: site?.id ?? "",
          journalOffset,
          by: caller.user,
          key: world.random.uuid(),
        });
        return reply.code(204).send(null);
      },
    );
  };
}
