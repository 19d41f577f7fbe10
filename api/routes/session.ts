import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Session, SignInWays } from "../../contracts/http/session.ts";
import { OwnPassword } from "../../contracts/http/users.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { setPassword } from "../../platform/records/user-records.ts";
import type { World } from "../../platform/world.ts";
import { callerOf } from "../guard.ts";
import type { OidcSignIn } from "../oidc.ts";
import type { Sessions, SignedIn } from "../sessions.ts";

/** How the session's cookie is set: under TLS it is bound to this host by its name. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

export function sessionRoutes(
  sessions: Sessions,
  db: RecordsDb,
  cookie: SessionCookie,
  oidc: OidcSignIn | null,
  world: World,
): FastifyPluginAsyncTypebox {
  const options = { path: "/", httpOnly: true, sameSite: "strict", secure: cookie.secure } as const;
  // The service sends the browser back from another site: a strict cookie would not come along.
  const begun = { name: `${cookie.name}-oidc`, options: { ...options, sameSite: "lax" } } as const;
  function service(): OidcSignIn {
    if (oidc !== null) return oidc;
    throw new OperationalError("oidc-off", "No other service signs anybody in here (api.oidc)");
  }
  const text = ({ user, role, sites, kind, reportId, endsAtMs }: SignedIn): Session => ({
    ...{ user, role, kind, reportId, endsAtMs },
    sites: sites === null ? null : [...sites],
  });

  return async (app) => {
    app.post(
      "/session",
      {
        config: { role: "anyone", sites: "none" },
        schema: {
          summary:
            "Signs in with user and password, with a one-time ticket, or with the link of a wallboard or a verifier; sets the session's cookie",
          body: Type.Object(
            {
              ticket: Type.Optional(Type.String({ maxLength: 128 })),
              link: Type.Optional(Type.String({ maxLength: 128 })),
              user: Type.Optional(Type.String({ maxLength: 64 })),
              password: Type.Optional(Type.String({ maxLength: 1_024 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: Session, "4xx": Problem },
        },
      },
      async ({ body: { ticket, link, user, password }, ip }, reply) => {
        const { secret, signedIn } = await (async () => {
          if (ticket !== undefined) return sessions.signInByTicket(ticket);
          if (link !== undefined) return sessions.signInByLink(link);
          if (user !== undefined && password !== undefined)
            return sessions.signInByPassword(user, password, ip);
          throw new OperationalError("request-invalid", "Send a ticket, a link, or user and password");
        })();
        // A wallboard stays in when its browser starts anew; a person does not.
        const lasting = signedIn.kind === "session" ? {} : { expires: new Date(signedIn.endsAtMs) };
        void reply.setCookie(cookie.name, secret, { ...options, ...lasting });
        return text(signedIn);
      },
    );

    app.get(
      "/session",
      {
        config: { role: "viewer", sites: "none" },
        schema: { summary: "Who is signed in", response: { 200: Session, "4xx": Problem } },
      },
      async (request) => text(callerOf(request)),
    );

    app.get(
      "/session/ways",
      {
        config: { role: "anyone", sites: "none" },
        schema: { summary: "How somebody may sign in", response: { 200: SignInWays } },
      },
      async () => ({ oidc: oidc === null ? null : { label: oidc.label } }),
    );

    app.get(
      "/session/oidc",
      {
        config: { role: "anyone", sites: "none" },
        schema: {
          summary: "Sends the browser to the service at which people sign in",
          response: { 302: Type.Null(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (_request, reply) => {
        const { url, state } = await service().begin();
        return reply.setCookie(begun.name, state, begun.options).redirect(url);
      },
    );

    app.get(
      "/session/oidc/callback",
      {
        config: { role: "anyone", sites: "none" },
        schema: {
          summary: "Where that service sends the browser back to; signs in, or shows the sign-in page again",
          response: { 302: Type.Null(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (request, reply) => {
        void reply.clearCookie(begun.name, begun.options);
        try {
          const user = await service().finish(request.url, request.cookies[begun.name]);
          const { secret } = await sessions.signInVouched(user, "oidc");
          return reply.setCookie(cookie.name, secret, options).redirect("/");
        } catch (error) {
          if (!(error instanceof OperationalError) || error.code !== "sign-in-failed") throw error;
          world.log.warn({ error: error.message }, "a sign-in by another service failed");
          return reply.redirect("/sign-in?why=vouched");
        }
      },
    );

    app.put(
      "/session/password",
      {
        config: { role: "viewer", sites: "none" },
        schema: {
          summary: "Sets one's own password; all of one's sessions end",
          body: OwnPassword,
          response: { 204: Type.Null(), "4xx": Problem },
        },
      },
      async (request, reply) => {
        const { kind, user } = callerOf(request);
        if (kind !== "session")
          throw new OperationalError("role-insufficient", "Only a person has a password");
        if (!(await sessions.isPassword(user, request.body.current, request.ip)))
          throw new OperationalError("password-wrong", "current: this is not your password");
        await setPassword(db, user, request.body.password, { by: user, atMs: world.clock.nowMs() });
        sessions.forget();
        void reply.clearCookie(cookie.name, options).code(204);
        return null;
      },
    );

    app.delete(
      "/session",
      {
        config: { role: "viewer", sites: "none" },
        schema: { summary: "Signs out", response: { 204: Type.Null(), "4xx": Problem } },
      },
      async ({ cookies }, reply) => {
        await sessions.end(cookies[cookie.name] ?? "");
        void reply.clearCookie(cookie.name, options).code(204);
        return null;
      },
    );
  };
}
