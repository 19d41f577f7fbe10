import type {} from "@fastify/cookie";
import type { FastifyInstance } from "fastify";
import { assert } from "../domain/assert.ts";
import { OperationalError } from "../platform/errors.ts";
import { mayActAs, type Role } from "../platform/records/user-records.ts";
import type { Sessions, SignedIn } from "./sessions.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The least role that may call this route; `anyone` needs no sign-in. */
    role?: Role | "anyone";
  }
  interface FastifyRequest {
    signedIn: SignedIn | null;
  }
}

export const cookieName = "fluewatch";
const unsafeMethods = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/**
 * Lets a request in only if its route says who may call it and the caller is one of them. A route that does not
 * say so cannot be registered. Requests that change something must come from our own page.
 */
export function guard(app: FastifyInstance, sessions: Sessions): void {
  app.decorateRequest("signedIn", null);
  app.addHook("onRoute", ({ url, config }) => {
    assert(!url.startsWith("/api/") || config?.role !== undefined, `${url} must declare who may call it`);
  });
  app.addHook("onRequest", async (request) => {
    const role = request.routeOptions.config.role ?? "anyone";
    if (unsafeMethods.has(request.method)) assertOwnPage(request.headers);
    if (role === "anyone") return;
    request.signedIn = await sessions.of(request.cookies[cookieName]);
    if (request.signedIn === null) throw new OperationalError("sign-in-needed", "Sign in first");
    if (!mayActAs(request.signedIn.role, role)) {
      throw new OperationalError("role-insufficient", `This needs the role ${role}`);
    }
  });
}

function assertOwnPage(headers: Readonly<Record<string, string | string[] | undefined>>): void {
  if (headers["x-requested-with"] !== "fluewatch") {
    throw new OperationalError(
      "header-missing",
      "A request that changes something needs X-Requested-With: fluewatch",
    );
  }
  if (!isOwnOrigin(headers["origin"], headers["host"])) {
    throw new OperationalError("origin-foreign", "This request comes from another site");
  }
}

/** Whether a page of ours speaks: browsers name the page's origin, other programs name none. */
export function isOwnOrigin(
  origin: string | string[] | undefined,
  host: string | string[] | undefined,
): boolean {
  if (origin === undefined) return true;
  return typeof origin === "string" && URL.canParse(origin) && new URL(origin).host === host;
}
