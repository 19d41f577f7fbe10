import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Trend } from "../../contracts/http/trend.ts";
import { Id } from "../../contracts/ids.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { TrendReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { integerOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const mostBuckets = 4_000;
const mostPoints = 20;
/** So many scans without a reading are a hole; shorter ones are jitter. */
const gapScans = 3;

export function trendRoute(registry: Registry, store: TrendReader, world: World): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/boilers/:boilerId/trend",
      {
        config: { role: "viewer" },
        schema: {
          summary:
            "History of some points of a boiler, oldest first, thinned to `buckets` that keep every peak",
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(
            {
              points: Type.String({ maxLength: 2_000, description: "names, separated by commas" }),
              from: Type.String({ maxLength: 40 }),
              to: Type.String({ maxLength: 40 }),
              buckets: Type.Optional(Type.String({ maxLength: 6 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: Trend, "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { boilerId }, query }) => {
        const boiler = registry.boiler(boilerId, world.clock.nowMs());
        if (boiler === null) throw new OperationalError("boiler-unknown", `There is no boiler ${boilerId}`);
        const names = [...new Set(query.points.split(",").filter((name) => name !== ""))];
        const unknown = names.filter((name) => !boiler.points.some((point) => point.name === name));
        if (names.length === 0 || names.length > mostPoints || unknown.length > 0) {
          const wrong =
            unknown.length > 0 ? `unknown: ${unknown.join(", ")}` : `1 to ${mostPoints} are allowed`;
          throw new OperationalError("request-invalid", `points: ${wrong}`);
        }
        const { fromMs, toMs } = rangeOf(query);
        const buckets =
          query.buckets === undefined ? 1_000 : integerOf("buckets", query.buckets, 1, mostBuckets);
        const gapAfterMs = Math.max(3_000, gapScans * (boiler.scanMs ?? 1_000));
        const columns = await store.trend({ boilerId, points: names, fromMs, toMs, buckets, gapAfterMs });
        return {
          boilerId,
          fromMs,
          toMs,
          resolution: columns.resolution,
          timesMs: [...columns.timesMs],
          values: Object.fromEntries(
            Object.entries(columns.values).map(([name, values]) => [name, [...values]]),
          ),
        };
      },
    );
  };
}
