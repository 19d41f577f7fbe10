import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { OperationalError } from "../../platform/errors.ts";
import { exportTable } from "../../platform/telemetry/export.ts";
import { type ExportFormat, exported } from "../../platform/telemetry/export-files.ts";
import type { Telemetry } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { boilerOf, integerOf, pointsOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const mostReadings = 50_000;
const mostPoints = 400;

const contentTypes = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
} as const satisfies Record<ExportFormat, string>;

export function readingsRoute(
  registry: Registry,
  store: Telemetry,
  catalogue: PointCatalogue,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/boilers/:boilerId/readings",
      {
        config: { role: "viewer" },
        schema: {
          summary: `Readings, or their rollups, as they are stored, oldest first. As json at most ${mostReadings}: ask on from the last one's time. As csv, ndjson or parquet all of them, as fast as they are taken`,
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(
            {
              from: Type.String({ maxLength: 40 }),
              to: Type.String({ maxLength: 40 }),
              limit: Type.Optional(Type.String({ maxLength: 6, description: "of json alone" })),
              format: Type.Optional(Type.Enum(["json", "ndjson", "csv", "parquet"])),
              tier: Type.Optional(Type.Enum(["raw", "minute", "hour"])),
              points: Type.Optional(
                Type.String({ maxLength: 20_000, description: "names, separated by commas; all without it" }),
              ),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { boilerId }, query }, reply) => {
        const boiler = boilerOf(registry, boilerId, world);
        const { fromMs, toMs } = rangeOf(query);
        const { format = "json", tier = "raw" } = query;
        if (format === "json") {
          if (tier !== "raw" || query.points !== undefined) {
            throw new OperationalError(
              "request-invalid",
              "tier and points go with format=csv, ndjson or parquet; for a chart ask for the trend",
            );
          }
          const limit =
            query.limit === undefined ? mostReadings : integerOf("limit", query.limit, 1, mostReadings);
          return {
            simulated: boiler.simulated,
            readings: await store.readings({ boilerId, fromMs, toMs, limit }),
          };
        }
        const points =
          query.points === undefined
            ? boiler.points.map(({ name }) => name)
            : pointsOf([boiler], query.points, mostPoints);
        const wanted = { tier, boilers: [boiler], points, fromMs, toMs };
        const bytes = exported(exportTable(store, wanted, catalogue), format);
        // A client that goes away ends the stream, and with it the reading from the store.
        const stream = Readable.from(bytes, { objectMode: false });
        const mark = boiler.simulated ? "-simulated" : "";
        return reply
          .type(contentTypes[format])
          .header("content-disposition", `attachment; filename="${boilerId}-${tier}${mark}.${format}"`)
          .send(stream);
      },
    );
  };
}
