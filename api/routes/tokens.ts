import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { NewToken, TokenGiven, Tokens, type TokenText } from "../../contracts/http/tokens.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { addToken, allTokens, removeToken, type Token } from "../../platform/records/token-records.ts";
import { covers, mayActAs } from "../../platform/records/user-records.ts";
import type { World } from "../../platform/world.ts";
import { callerOf } from "../guard.ts";
import type { Registry } from "../registry.ts";
import type { Sessions, SignedIn } from "../sessions.ts";
import { assertKnownSites } from "../sites.ts";

const dayMs = 86_400_000;

/** One's own tokens; an administrator sees and ends those of all whose sites lie within theirs. */
export function tokenRoutes(
  registry: Registry,
  db: RecordsDb,
  sessions: Sessions,
  world: World,
): FastifyPluginAsyncTypebox {
  const mine = ({ user, role, sites }: SignedIn, token: Token) =>
    token.createdBy === user || (role === "admin" && covers(sites, token.sites));
  const text = (token: Token): TokenText => ({
    ...token,
    sites: token.sites === null ? null : [...token.sites],
  });

  /** Why a token may not be given, or `null`. */
  function refusal(caller: SignedIn, { kind, role, sites, reportId }: NewToken): OperationalError | null {
    if (caller.kind !== "session")
      return new OperationalError("role-insufficient", "Only a person gives tokens");
    if (!mayActAs(caller.role, role) || !covers(caller.sites, sites))
      return new OperationalError("role-insufficient", "A token may do no more than who gives it");
    if (kind !== "api" && role !== "viewer")
      return new OperationalError("request-invalid", `role: a ${kind} link only reads; it is viewer`);
    if (reportId !== undefined && kind !== "verifier")
      return new OperationalError("request-invalid", "reportId: only a verifier's link opens one report");
    if (kind === "verifier" && reportId === undefined && sites?.length !== 1)
      return new OperationalError("request-invalid", "sites: a verifier's link is of one site or one report");
    return null;
  }

  return async (app) => {
    app.get(
      "/tokens",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "Tokens of programs, wallboards and verifiers; never their secrets",
          response: { 200: Tokens, "4xx": Problem },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        return { tokens: (await allTokens(db)).filter((token) => mine(caller, token)).map(text) };
      },
    );

    app.post(
      "/tokens",
      {
        config: { role: "engineer", sites: "rows" },
        schema: {
          summary: "Gives a token; its secret is in this answer and nowhere else",
          body: NewToken,
          response: { 200: TokenGiven, "4xx": Problem },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const { body } = request;
        assertKnownSites(registry, body.sites);
        const refused = refusal(caller, body);
        if (refused !== null) throw refused;
        const atMs = world.clock.nowMs();
        const { kind, label, role, sites, reportId = null, days } = body;
        const id = world.random.uuid();
        const { secret, token } = await addToken(
          db,
          { id, kind, label, role, sites, reportId, expiresAtMs: atMs + days * dayMs },
          world.random.secretHex(32),
          caller.user,
          { by: caller.actor, atMs },
        );
        return { secret, token: text(token) };
      },
    );

    app.delete(
      "/tokens/:tokenId",
      {
        config: { role: "viewer", sites: "parameter" },
        schema: {
          summary: "Takes a token back; what it opened is closed at once",
          params: Type.Object({ tokenId: Type.String({ maxLength: 64 }) }),
          response: { 204: Type.Null(), "4xx": Problem },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const { tokenId } = request.params;
        const token = (await allTokens(db)).find(({ id }) => id === tokenId);
        if (token === undefined || !mine(caller, token) || caller.kind !== "session")
          throw new OperationalError("token-unknown", "There is no such token");
        await removeToken(db, tokenId, { by: caller.actor, atMs: world.clock.nowMs() });
        sessions.forget();
        void reply.code(204);
        return null;
      },
    );
  };
}
