import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Days } from "../../contracts/http/days.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { Id, IsoDate } from "../../contracts/ids.ts";
import { localDays } from "../../domain/local-day.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { OperationalError } from "../../platform/errors.ts";
import { daySums } from "../../platform/telemetry/day-sums.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { boilerOf, pointsOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const mostDays = 400;
const mostPoints = 20;

export function daysRoute(
  registry: Registry,
  store: Pick<TierReader, "rollups">,
  catalogue: PointCatalogue,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/boilers/:boilerId/days",
      {
        config: { role: "viewer" },
        schema: {
          summary: `What some points did in each day by the clock of the boiler's site, sums of rates included; at most ${mostDays} days`,
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(
            {
              points: Type.String({ maxLength: 2_000, description: "names, separated by commas" }),
              from: IsoDate,
              to: IsoDate,
            },
            { additionalProperties: false },
          ),
          response: { 200: Days, "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { boilerId }, query: { points: text, from, to } }) => {
        const boiler = boilerOf(registry, boilerId, world);
        const points = pointsOf([boiler], text, mostPoints);
        const count = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
        if (!(count >= 1 && count <= mostDays)) {
          throw new OperationalError(
            "request-invalid",
            `from and to must be dates, from the earlier one, with 1 to ${mostDays} days`,
          );
        }
        const timeZone = registry.sites.find(({ id }) => id === boiler.siteId)?.timeZone ?? "UTC";
        const days = await daySums(store, boilerId, points, localDays(from, to, timeZone), catalogue);
        return { boilerId, timeZone, days: days.map((day) => ({ ...day })) };
      },
    );
  };
}
