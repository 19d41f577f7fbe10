import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { ReadingReader, StoredReading } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { integerOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const mostReadings = 50_000;

const contentTypes = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
} as const;

export function readingsRoute(
  registry: Registry,
  store: ReadingReader,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/boilers/:boilerId/readings",
      {
        config: { role: "viewer" },
        schema: {
          summary: `Readings as they are stored, oldest first, at most ${mostReadings}; ask on from the last one's time`,
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(
            {
              from: Type.String({ maxLength: 40 }),
              to: Type.String({ maxLength: 40 }),
              limit: Type.Optional(Type.String({ maxLength: 6 })),
              format: Type.Optional(Type.Enum(["json", "ndjson", "csv"])),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { boilerId }, query }, reply) => {
        const boiler = registry.boiler(boilerId, world.clock.nowMs());
        if (boiler === null) throw new OperationalError("boiler-unknown", `There is no boiler ${boilerId}`);
        const { fromMs, toMs } = rangeOf(query);
        const limit =
          query.limit === undefined ? mostReadings : integerOf("limit", query.limit, 1, mostReadings);
        const readings = await store.readings({ boilerId, fromMs, toMs, limit });
        const format = query.format ?? "json";
        return reply.type(contentTypes[format]).send(
          written(
            readings,
            format,
            boiler.points.map(({ name }) => name),
          ),
        );
      },
    );
  };
}

function written(
  readings: readonly StoredReading[],
  format: keyof typeof contentTypes,
  points: readonly string[],
): string {
  if (format === "json") return JSON.stringify({ readings });
  if (format === "ndjson") return readings.map((reading) => `${JSON.stringify(reading)}\n`).join("");
  const heading = ["takenAt", "gateway", "sid", "seq", ...points, "flaws"];
  const rows = readings.map(({ takenAtMs, gatewayId, sid, seq, values, flaws }) => [
    new Date(takenAtMs).toISOString(),
    gatewayId,
    sid,
    String(seq),
    ...points.map((point) => String(values[point] ?? "")),
    Object.entries(flaws)
      .map(([point, reason]) => `${point}:${reason}`)
      .join(" "),
  ]);
  return `${[heading, ...rows].map((row) => row.join(",")).join("\r\n")}\r\n`;
}
