import { existsSync, readFileSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import cookiePlugin from "@fastify/cookie";
import etag from "@fastify/etag";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify from "fastify";
import type { PointCatalogue } from "../domain/points.ts";
import type { Bus } from "../platform/bus.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import { isLoopback } from "../platform/loopback.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { allUsers, setAdminPassword } from "../platform/records/user-records.ts";
import type { Service } from "../platform/service.ts";
import type { KeepConfig } from "../platform/telemetry/config.ts";
import type { Telemetry } from "../platform/telemetry/telemetry.ts";
import type { Trouble } from "../platform/trouble.ts";
import type { World } from "../platform/world.ts";
import { commands } from "./commands.ts";
import type { ApiConfig } from "./config.ts";
import type { Configuration } from "./configuration.ts";
import { dryRuns, type TryRules } from "./dry-runs.ts";
import { cookieNameOf, guard } from "./guard.ts";
import { type LivePush, startLive } from "./live.ts";
import { liveState } from "./live-state.ts";
import { metricsRoute } from "./metrics.ts";
import { oidcSignIn } from "./oidc.ts";
import { refuseAddress, replyWithProblems } from "./problems.ts";
import type { Registry, SavingsRules } from "./registry.ts";
import type { Projects } from "./retrofits/projects.ts";
import { alarmRuleRoutes } from "./routes/alarm-rules.ts";
import { alarmRoutes } from "./routes/alarms.ts";
import { auditRoutes } from "./routes/audit.ts";
import { boilerRoutes } from "./routes/boilers.ts";
import { co2Route } from "./routes/co2.ts";
import { complianceRoutes } from "./routes/compliance.ts";
import { configurationRoutes } from "./routes/configuration.ts";
import { daysRoute } from "./routes/days.ts";
import { type DeadLetterContent, deadLetterRoutes } from "./routes/dead-letters.ts";
import { diagnosisRoutes } from "./routes/diagnosis.ts";
import { energyReportRoutes } from "./routes/energy-reports.ts";
import { gatewaysRoute } from "./routes/gateways.ts";
import { healthRoutes } from "./routes/health.ts";
import { integrityRoute } from "./routes/integrity.ts";
import { limitsRoute } from "./routes/limits.ts";
import { noteRoutes } from "./routes/notes.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { readingsRoute } from "./routes/readings.ts";
import { retrofitReportRoutes } from "./routes/retrofit-reports.ts";
import { type Preparing, retrofitRoutes } from "./routes/retrofits.ts";
import { sessionRoutes } from "./routes/session.ts";
import { settingsRoute } from "./routes/settings.ts";
import { storageRoute } from "./routes/storage.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { trainerRoutes } from "./routes/trainer.ts";
import { trendRoutes } from "./routes/trend.ts";
import { userRoutes } from "./routes/users.ts";
import { sessions } from "./sessions.ts";
import type { Trainer } from "./trainer.ts";

export interface ApiNeeds {
  readonly registry: Registry;
  readonly savings: SavingsRules;
  readonly retrofits: Projects;
  /** What is being made ready of retrofits; nothing, as a rule. */
  readonly preparing?: Preparing;
  readonly catalogue: PointCatalogue;
  readonly telemetry: Telemetry;
  readonly keep: KeepConfig;
  readonly records: RecordsDb;
  readonly deadLetter: DeadLetterContent;
  readonly bus: Bus;
  readonly world: World;
  readonly version: string;
  /** The built dashboard; without it the API stands alone. */
  readonly dashboardFolder: string;
  readonly adminPassword: string | null;
  /** A file that the configuration names. */
  readonly fileAt: (name: string) => string;
  /** `null`: no simulators run in this process. */
  readonly trainer: Trainer | null;
  readonly configuration: Configuration;
  /** Tries rules out on the past. */
  readonly tryRules: TryRules;
  /** Of what runs in this process and says nothing over the bus. */
  readonly troubles?: () => readonly Trouble[];
}

export interface Api extends Service {
  readonly url: string;
  /** Where to open it: on this machine alone with a ticket that signs in once, for the person who started us. */
  signInLink(): Promise<string>;
}

const bodyLimit = 256 * 1024;
const requestTimeout = 30_000;
const about =
  "Live combustion, limits and emissions of industrial boilers. Each route says in x-role the least role that may call it, and in x-sites how it keeps a caller to their sites.";

/**
 * Serves the API, the live feed and the dashboard.
 * @throws OperationalError `port-busy`
 */
export async function startApi(config: ApiConfig, needs: ApiNeeds): Promise<Api> {
  const { registry, catalogue, telemetry, keep, records, bus, world } = needs;
  if (needs.adminPassword !== null)
    await setAdminPassword(records, needs.adminPassword, { by: "console", atMs: world.clock.nowMs() });
  const tls = config.tls === undefined ? null : keyAndCertificate(config.tls, needs.fileAt);
  const isLocal = isLoopback(config.host);
  if (!isLocal) await assertSafeOutside(tls !== null, records);
  const cookie = { name: cookieNameOf(tls !== null), secure: tls !== null };
  const inside = sessions(records, world);
  const secretIn = (name: string) => readFileSync(needs.fileAt(name), "utf8").trim();
  const vouching =
    config.oidc === undefined ? null : oidcSignIn(config.oidc, secretIn(config.oidc.clientSecretFile), world);
  const live = liveState(bus, world);
  const sending = commands(bus, world);
  const trials = dryRuns(world);
  const app = fastify({
    logger: false,
    bodyLimit,
    requestTimeout,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: refuseAddress,
    ...(config.trustedProxies.length > 0 && { trustProxy: [...config.trustedProxies] }),
    ...(tls !== null && { https: { ...tls, minVersion: "TLSv1.2" } }),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
      },
    },
    strictTransportSecurity: tls === null ? false : { maxAge: 365 * 86_400, includeSubDomains: false },
  });
  await app.register(cookiePlugin);
  replyWithProblems(app, world);
  guard(app, inside, registry, cookie.name);
  await app.register(etag);
  // One parser, for one kind of body: what calls itself otherwise is refused before anybody reads it.
  app.removeContentTypeParser("text/plain");
  let pushing: LivePush | null = null;
  metricsRoute(app, { registry, live, bus, records, world, push: () => pushing });
  await app.register(swagger, {
    openapi: {
      info: { title: "Fluewatch", version: needs.version, description: about },
      openapi: "3.1.0",
      components: {
        securitySchemes: {
          session: { type: "apiKey", in: "cookie", name: cookie.name },
          token: { type: "http", scheme: "bearer" },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
  });
  await app.register(swaggerUi, { routePrefix: "/docs", uiConfig: { docExpansion: "list" } });
  await app.register(
    async (v1) => {
      await v1.register(sessionRoutes(inside, records, cookie, vouching, world));
      await v1.register(userRoutes(registry, records, inside, world));
      await v1.register(tokenRoutes(registry, records, inside, world));
      await v1.register(auditRoutes(records, world));
      const troubles = needs.troubles ?? (() => []);
      await v1.register(healthRoutes(needs.version, { registry, live, records, bus, troubles, world }));
      await v1.register(boilerRoutes(registry, live, world));
      await v1.register(noteRoutes(registry, records, world));
      await v1.register(trendRoutes(registry, telemetry, keep, records, catalogue, world));
      await v1.register(daysRoute(registry, telemetry, catalogue, world));
      await v1.register(co2Route(registry, telemetry, catalogue, world));
      await v1.register(readingsRoute(registry, telemetry, records, catalogue, world));
      await v1.register(storageRoute(telemetry, keep, world));
      await v1.register(alarmRoutes(registry, records, sending, world));
      await v1.register(alarmRuleRoutes(registry, trials, needs.tryRules, world));
      await v1.register(notificationRoutes(registry, records, world));
      await v1.register(gatewaysRoute(registry, live, world));
      await v1.register(integrityRoute(registry, telemetry, records, live, world));
      await v1.register(deadLetterRoutes(records, needs.deadLetter, registry, sending, world));
      await v1.register(limitsRoute(registry, world));
      await v1.register(complianceRoutes(registry, records, world));
      await v1.register(settingsRoute(registry));
      await v1.register(configurationRoutes(needs.configuration, trials, records, world));
      await v1.register(
        retrofitRoutes({
          projects: needs.retrofits,
          rules: needs.savings,
          store: telemetry,
          world,
          preparing: needs.preparing ?? (() => null),
        }),
      );
      await v1.register(retrofitReportRoutes(needs.retrofits, needs.savings, records, world));
      await v1.register(diagnosisRoutes(needs.savings, live, telemetry, world));
      await v1.register(energyReportRoutes(needs.retrofits, needs.savings, telemetry, world));
      await v1.register(trainerRoutes(needs.trainer, registry, world));
    },
    { prefix: "/api/v1" },
  );
  app.get("/openapi.json", { config: { role: "anyone" }, schema: { hide: true } }, async () => app.swagger());
  if (existsSync(join(needs.dashboardFolder, "index.html"))) {
    await app.register(fastifyStatic, { root: needs.dashboardFolder, wildcard: false });
    // Pages of the dashboard have addresses of their own; which page it is, the browser decides.
    for (const page of [
      "/boilers",
      "/boilers/:boilerId",
      "/alerts",
      "/compliance",
      "/devices",
      "/reports",
      "/settings",
      "/trainer",
      "/retrofits",
      "/retrofits/*",
      "/sign-in",
    ]) {
      app.get(page, { config: { role: "anyone" }, schema: { hide: true } }, (_request, reply) =>
        reply.sendFile("index.html"),
      );
    }
  }

  pushing = startLive(app.server as HttpServer, live, registry, inside, records, cookie.name, world);
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await pushing?.stop();
    await app.close();
    const why =
      systemCode(error) === "EADDRINUSE"
        ? "is taken by another program"
        : `cannot be opened (${messageOf(error)})`;
    throw new OperationalError(
      "port-busy",
      `Port ${config.port} on ${config.host} ${why}; stop that program, or set api.port or FLUEWATCH_HTTP_PORT to another port`,
      { cause: error },
    );
  }
  app.server.on("connection", (socket) => socket.setNoDelay(true));
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : config.port;
  const url = `${tls === null ? "http" : "https"}://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;

  return {
    name: "api",
    url,
    // A ticket in a server's log would be a way in for all who read the log.
    signInLink: async () => (isLocal ? `${url}/?ticket=${await inside.newTicket()}` : `${url}/`),
    stop: async () => {
      await pushing?.stop();
      await app.close();
      await trials.stop();
    },
  };
}

/** @throws OperationalError `tls-unusable` */
function keyAndCertificate(
  { certificateFile, keyFile }: NonNullable<ApiConfig["tls"]>,
  fileAt: (name: string) => string,
): { readonly cert: Buffer; readonly key: Buffer } {
  const read = (setting: string, name: string) => {
    try {
      return readFileSync(fileAt(name));
    } catch (error) {
      const why = `api.tls.${setting}: ${fileAt(name)} cannot be read (${messageOf(error)})`;
      throw new OperationalError("tls-unusable", `${why}; name a PEM file that this user may read`, {
        cause: error,
      });
    }
  };
  const pair = { cert: read("certificateFile", certificateFile), key: read("keyFile", keyFile) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new OperationalError(
      "tls-unusable",
      `api.tls: certificate and key do not work together (${messageOf(error)}); both are PEM, and the key is the certificate's`,
      { cause: error },
    );
  }
}

/** What others can reach is encrypted, and nobody comes in without a password. */
async function assertSafeOutside(isTls: boolean, records: RecordsDb): Promise<void> {
  if (!isTls) {
    throw new OperationalError(
      "tls-missing",
      "api.host is not this machine alone, so it needs TLS: set api.tls with certificateFile and keyFile, or api.host to 127.0.0.1",
    );
  }
  if ((await allUsers(records)).some(({ hasPassword }) => hasPassword)) return;
  throw new OperationalError(
    "password-missing",
    "api.host is not this machine alone, and no user has a password: set FLUEWATCH_ADMIN_PASSWORD, or add one with `fluewatch user add`",
  );
}
