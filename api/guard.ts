import type { IncomingHttpHeaders } from "node:http";
import type {} from "@fastify/cookie";
import type { FastifyInstance } from "fastify";
import { assert } from "../domain/assert.ts";
import { OperationalError } from "../platform/errors.ts";
import { mayActAs, type Role } from "../platform/records/user-records.ts";
import type { Registry } from "./registry.ts";
import type { GivenAs, Sessions, SignedIn } from "./sessions.ts";

/**
 * How a route keeps somebody to the sites that are theirs. `boiler`, `gateway`: by the parameter of its path, which
 * the guard checks. `rows`: the route leaves out what is not theirs. `parameter`: the route looks up of which site
 * its parameter is. `none`: nothing of any site is in it.
 */
export type SiteRule = "boiler" | "gateway" | "rows" | "parameter" | "none";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The least role that may call this route; `anyone` needs no sign-in. */
    role?: Role | "anyone";
    /** Without it: `boiler` or `gateway` where the path names one. */
    sites?: SiteRule;
    /** The parameter that names a report: a link that opens one report opens this route, of this report alone. */
    report?: string;
  }
  interface FastifyRequest {
    signedIn: SignedIn | null;
  }
}

const unsafeMethods = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** The cookie of a session; under TLS its name alone keeps every other host and path from setting it. */
export function cookieNameOf(tls: boolean): string {
  return tls ? "__Host-fluewatch" : "fluewatch";
}

/**
 * Lets a request in only if its route says who may call it and the caller is one of them, and keeps it to the
 * caller's sites. A route that does not say both cannot be registered. Requests that change something and come with
 * a cookie must come from our own page.
 */
export function guard(
  app: FastifyInstance,
  sessions: Sessions,
  registry: Registry,
  cookieName: string,
): void {
  app.decorateRequest("signedIn", null);
  app.addHook("onRoute", (route) => {
    if (!route.url.startsWith("/api/")) return;
    const { config, url } = route;
    assert(config?.role !== undefined, `${url} must declare who may call it`);
    const named = pathRule(url);
    const rule = config.sites ?? named;
    assert(rule !== null, `${url} must declare how it keeps callers to their sites`);
    assert(named === null || rule === named, `${url} names a ${named}, so its sites are checked by it`);
    route.config = { ...config, sites: rule };
    route.schema = { ...route.schema, ...{ "x-role": config.role, "x-sites": rule } };
  });
  app.addHook("onRequest", async (request) => {
    const { role = "anyone", report } = request.routeOptions.config;
    const given = givenBy(request.headers, request.cookies[cookieName]);
    if (unsafeMethods.has(request.method) && given.as === "cookie") assertOwnPage(request.headers);
    if (role === "anyone") return;
    request.signedIn = await sessions.of(given.secret, given.as);
    if (request.signedIn === null) throw new OperationalError("sign-in-needed", "Sign in first");
    assertReport(request.signedIn, report, request.params);
    if (!mayActAs(request.signedIn.role, role))
      throw new OperationalError("role-insufficient", `This needs the role ${role}`);
  });
  // After validation: an id that cannot be one has been refused by then.
  app.addHook("preHandler", async ({ signedIn, routeOptions, params }) => {
    if (signedIn === null || signedIn.sites === null) return;
    const rule = routeOptions.config.sites;
    if (rule !== "boiler" && rule !== "gateway") return;
    const id = parameter(params, `${rule}Id`) ?? "";
    // What is not theirs is not there: the answer is the same as to a made-up id.
    if (!maySee(signedIn, registry.siteOf(id)))
      throw new OperationalError(`${rule}-unknown`, `There is no ${rule} ${id}`);
  });
}

/** Whether somebody may see what belongs to a site; of no one site, only who may see all of them. */
export function maySee({ sites }: Pick<SignedIn, "sites">, siteId: string | null): boolean {
  return sites === null || (siteId !== null && sites.includes(siteId));
}

/** Refuses somebody who may see some sites only, where what is told is of all of them together. */
export function assertAllSites({ sites }: SignedIn): void {
  if (sites !== null)
    throw new OperationalError(
      "role-insufficient",
      "This is of all sites together; your account is for some of them",
    );
}

/** Who asks; for routes that nobody reaches without having signed in. */
export function callerOf({ signedIn }: { readonly signedIn: SignedIn | null }): SignedIn {
  assert(signedIn !== null, "the guard lets nobody in who has not signed in");
  return signedIn;
}

/** The secret of a request: a program's token goes before a browser's cookie. */
export function givenBy(
  headers: IncomingHttpHeaders,
  cookie: string | undefined,
): { readonly secret: string | undefined; readonly as: GivenAs } {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  return bearer === undefined ? { secret: cookie, as: "cookie" } : { secret: bearer, as: "bearer" };
}

function pathRule(url: string): "boiler" | "gateway" | null {
  if (url.includes("/:boilerId")) return "boiler";
  return url.includes("/:gatewayId") ? "gateway" : null;
}

/** A link that opens one report opens nothing else. */
function assertReport({ reportId }: SignedIn, report: string | undefined, params: unknown): void {
  if (reportId === null) return;
  if (report !== undefined && parameter(params, report) === reportId) return;
  throw new OperationalError("role-insufficient", "This link opens one report, and nothing else");
}

function parameter(params: unknown, name: string): string | undefined {
  const value = (params as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof value === "string" ? value : undefined;
}

function assertOwnPage(headers: IncomingHttpHeaders): void {
  if (headers["x-requested-with"] !== "fluewatch") {
    throw new OperationalError(
      "header-missing",
      "A request that changes something needs X-Requested-With: fluewatch",
    );
  }
  if (!isOwnOrigin(headers.origin, headers.host)) {
    throw new OperationalError("origin-foreign", "This request comes from another site");
  }
}

/** Whether a page of ours speaks: browsers name the page's origin, other programs name none. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
