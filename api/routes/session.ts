import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Session } from "../../contracts/http/session.ts";
import { OperationalError } from "../../platform/errors.ts";
import { cookieName } from "../guard.ts";
import type { Sessions } from "../sessions.ts";

const cookieOptions = { path: "/", httpOnly: true, sameSite: "strict" } as const;

export function sessionRoutes(sessions: Sessions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      "/session",
      {
        config: { role: "anyone" },
        schema: {
          summary: "Signs in with a one-time ticket, or with user and password; sets the session's cookie",
          body: Type.Object(
            {
              ticket: Type.Optional(Type.String({ maxLength: 128 })),
              user: Type.Optional(Type.String({ maxLength: 64 })),
              password: Type.Optional(Type.String({ maxLength: 1_024 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: Session, "4xx": Problem },
        },
      },
      async ({ body: { ticket, user, password }, ip }, reply) => {
        if (ticket === undefined && (user === undefined || password === undefined)) {
          throw new OperationalError("request-invalid", "Send a ticket, or user and password");
        }
        const { token, signedIn } =
          ticket === undefined
            ? await sessions.signInByPassword(user ?? "", password ?? "", ip)
            : await sessions.signInByTicket(ticket);
        void reply.setCookie(cookieName, token, cookieOptions);
        return signedIn;
      },
    );

    app.get(
      "/session",
      {
        config: { role: "viewer" },
        schema: { summary: "Who is signed in", response: { 200: Session, "4xx": Problem } },
      },
      async ({ signedIn }) => signedIn ?? { user: "", role: "viewer" as const },
    );

    app.delete(
      "/session",
      {
        config: { role: "viewer" },
        schema: { summary: "Signs out", response: { 204: Type.Null(), "4xx": Problem } },
      },
      async ({ cookies }, reply) => {
        await sessions.end(cookies[cookieName] ?? "");
        void reply.clearCookie(cookieName, cookieOptions).code(204);
        return null;
      },
    );
  };
}
