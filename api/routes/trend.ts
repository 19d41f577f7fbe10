import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { Trend, Trends } from "../../contracts/http/trend.ts";
import { Id } from "../../contracts/ids.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { OperationalError } from "../../platform/errors.ts";
import { audit } from "../../platform/records/audit.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { KeepConfig } from "../../platform/telemetry/config.ts";
import { trendTable } from "../../platform/telemetry/export.ts";
import { exported } from "../../platform/telemetry/export-files.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import { keptSinceMs, trendOf } from "../../platform/telemetry/trend.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import { boilerOf, integerOf, pointsOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const mostBuckets = 4_000;
/** Of all boilers of one call together. */
const mostColumns = 400;
const mostPoints = 20;
/** So many scans without a reading are a hole; shorter ones are jitter. */
const gapScans = 3;

const stretch = {
  points: Type.String({ maxLength: 2_000, description: "names, separated by commas" }),
  from: Type.String({ maxLength: 40 }),
  to: Type.String({ maxLength: 40 }),
  buckets: Type.Optional(Type.String({ maxLength: 6 })),
};

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly buckets?: string;
}

/** History as charts show it: of one boiler, or of several at once. */
export function trendRoutes(
  registry: Registry,
  store: TierReader,
  keep: KeepConfig,
  records: RecordsDb,
  catalogue: PointCatalogue,
  world: World,
): FastifyPluginAsyncTypebox {
  async function trend(boiler: BoilerText, points: readonly string[], query: Asked): Promise<Trend> {
    const { fromMs, toMs } = rangeOf(query);
    const buckets = query.buckets === undefined ? 1_000 : integerOf("buckets", query.buckets, 1, mostBuckets);
    const columns = await trendOf(store, {
      boilerId: boiler.id,
      points,
      fromMs,
      toMs,
      buckets,
      gapAfterMs: Math.max(3_000, gapScans * (boiler.scanMs ?? 1_000)),
      keptSinceMs: keptSinceMs(keep, world.clock.nowMs()),
    });
    return { boilerId: boiler.id, fromMs, toMs, ...columns } as Trend;
  }

  return async (app) => {
    app.get(
      "/boilers/:boilerId/trend",
      {
        config: { role: "viewer" },
        schema: {
          summary:
            "History of some points of a boiler, oldest first, thinned to `buckets` that keep every peak",
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(stretch, { additionalProperties: false }),
          response: { 200: Trend, "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { boilerId }, query }) => {
        const boiler = boilerOf(registry, boilerId, world);
        return trend(boiler, pointsOf([boiler], query.points, mostPoints), query);
      },
    );

    app.get(
      "/boilers/:boilerId/trend.csv",
      {
        config: { role: "viewer" },
        schema: {
          summary: "The same as CSV: a line for each time, units in the heading, a hole as an empty cell",
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(stretch, { additionalProperties: false }),
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (request, reply) => {
        const boiler = boilerOf(registry, request.params.boilerId, world);
        const points = pointsOf([boiler], request.query.points, mostPoints);
        const columns = await trend(boiler, points, request.query);
        const { fromMs, toMs, tier } = columns;
        await audit.write(records, {
          ...{ atMs: world.clock.nowMs(), by: callerOf(request).actor },
          ...{ action: "trend.export", subject: `boiler:${boiler.id}`, siteId: boiler.siteId },
          detail: { tier, fromMs, toMs, points },
        });
        const table = trendTable(columns, points, boiler.simulated, catalogue);
        const mark = boiler.simulated ? "-simulated" : "";
        return reply
          .type("text/csv; charset=utf-8")
          .header("content-disposition", `attachment; filename="${boiler.id}-trend${mark}.csv"`)
          .send(Readable.from(exported(table, "csv"), { objectMode: false }));
      },
    );

    app.get(
      "/trends",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary:
            "The same of several boilers at once; a point that a boiler does not have is left out of its trend",
          querystring: Type.Object(
            {
              ...stretch,
              boilers: Type.String({ maxLength: 8_000, description: "ids, separated by commas" }),
            },
            { additionalProperties: false },
          ),
          response: { 200: Trends, "4xx": Problem, "5xx": Problem },
        },
      },
      async (request) => {
        const { query } = request;
        const caller = callerOf(request);
        const ids = [...new Set(query.boilers.split(",").filter((id) => id !== ""))];
        const boilers = ids.map((id) => boilerOf(registry, id, world));
        const foreign = boilers.find(({ siteId }) => !maySee(caller, siteId));
        if (foreign !== undefined)
          throw new OperationalError("boiler-unknown", `There is no boiler ${foreign.id}`);
        const points = pointsOf(boilers, query.points, mostPoints);
        if (boilers.length === 0 || boilers.length * points.length > mostColumns) {
          throw new OperationalError(
            "request-invalid",
            `boilers × points must be 1 to ${mostColumns}; ${boilers.length} × ${points.length} were asked for`,
          );
        }
        const trends: Trend[] = [];
        for (const boiler of boilers) {
          const own = points.filter((name) => boiler.points.some((point) => point.name === name));
          trends.push(await trend(boiler, own, query));
        }
        return { trends };
      },
    );
  };
}
