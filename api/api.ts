import { existsSync } from "node:fs";
import { join } from "node:path";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify from "fastify";
import type { Bus } from "../platform/bus.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { setUser } from "../platform/records/user-records.ts";
import type { Service } from "../platform/service.ts";
import type { Telemetry } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import { commands } from "./commands.ts";
import type { ApiConfig } from "./config.ts";
import { guard } from "./guard.ts";
import { startLive } from "./live.ts";
import { liveState } from "./live-state.ts";
import { replyWithProblems } from "./problems.ts";
import type { Registry, SavingsRules } from "./registry.ts";
import type { Projects } from "./retrofits/projects.ts";
import { alarmRoutes } from "./routes/alarms.ts";
import { boilerRoutes } from "./routes/boilers.ts";
import { deadLettersRoute } from "./routes/dead-letters.ts";
import { gatewaysRoute } from "./routes/gateways.ts";
import { healthRoute } from "./routes/health.ts";
import { integrityRoute } from "./routes/integrity.ts";
import { readingsRoute } from "./routes/readings.ts";
import { retrofitReportRoutes } from "./routes/retrofit-reports.ts";
import { type Preparing, retrofitRoutes } from "./routes/retrofits.ts";
import { sessionRoutes } from "./routes/session.ts";
import { trainerRoutes } from "./routes/trainer.ts";
import { trendRoute } from "./routes/trend.ts";
import { sessions } from "./sessions.ts";
import type { Trainer } from "./trainer.ts";

export interface ApiNeeds {
  readonly registry: Registry;
  readonly savings: SavingsRules;
  readonly retrofits: Projects;
  /** What is being made ready of retrofits; nothing, as a rule. */
  readonly preparing?: Preparing;
  readonly telemetry: Telemetry;
  readonly records: RecordsDb;
  readonly bus: Bus;
  readonly world: World;
  readonly version: string;
  /** The built dashboard; without it the API stands alone. */
  readonly dashboardFolder: string;
  readonly adminPassword: string | null;
  /** `null`: no simulators run in this process. */
  readonly trainer: Trainer | null;
}

export interface Api extends Service {
  readonly url: string;
  /** A link that signs in once, as admin: for the person who started us. */
  signInLink(): string;
}

const bodyLimit = 256 * 1024;
const requestTimeout = 30_000;

/**
 * Serves the API, the live feed and the dashboard.
 * @throws OperationalError `port-busy`
 */
export async function startApi(config: ApiConfig, needs: ApiNeeds): Promise<Api> {
  const { registry, telemetry, records, bus, world } = needs;
  if (needs.adminPassword !== null) {
    await setUser(records, {
      name: "admin",
      role: "admin",
      password: needs.adminPassword,
      atMs: world.clock.nowMs(),
    });
  }
  const inside = sessions(records, world);
  const live = liveState(bus, world);
  const app = fastify({
    logger: false,
    bodyLimit,
    requestTimeout,
    forceCloseConnections: true,
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
        "frame-ancestors": ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
  await app.register(cookie);
  replyWithProblems(app, world);
  guard(app, inside);
  await app.register(swagger, {
    openapi: { info: { title: "Fluewatch", version: needs.version }, openapi: "3.1.0" },
  });
  await app.register(
    async (v1) => {
      await v1.register(sessionRoutes(inside));
      await v1.register(healthRoute(needs.version, live, bus, world));
      await v1.register(boilerRoutes(registry, live, world));
      await v1.register(trendRoute(registry, telemetry, world));
      await v1.register(readingsRoute(registry, telemetry, world));
      await v1.register(alarmRoutes(registry, records, commands(bus, world), world));
      await v1.register(gatewaysRoute(registry, live, world));
      await v1.register(integrityRoute(registry, telemetry, records, live, world));
      await v1.register(deadLettersRoute(records));
      await v1.register(trainerRoutes(needs.trainer, world));
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

  const pushing = startLive(app.server, live, inside, records, world);
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await pushing.stop();
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
  const url = `http://${config.host === "::1" ? "[::1]" : config.host}:${port}`;

  return {
    name: "api",
    url,
    signInLink: () => `${url}/?ticket=${inside.newTicket({ user: "admin", role: "admin" })}`,
    stop: async () => {
      await pushing.stop();
      await app.close();
    },
  };
}
