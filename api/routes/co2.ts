import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Co2 } from "../../contracts/http/co2.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { Id, IsoDate } from "../../contracts/ids.ts";
import { burnedIn, co2Ledger } from "../../domain/emissions/co2-ledger.ts";
import { type LocalDay, localDays } from "../../domain/local-day.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { integralUnit } from "../../domain/rollup.ts";
import { OperationalError } from "../../platform/errors.ts";
import { rollupsOf } from "../../platform/telemetry/day-sums.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { boilerOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const mostDays = 400;

/** The CO₂ ledger of a boiler, from the hours and minutes that its fuel meters were summed up in. */
export function co2Route(
  registry: Registry,
  store: Pick<TierReader, "rollups">,
  catalogue: PointCatalogue,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/boilers/:boilerId/co2",
      {
        config: { role: "viewer" },
        schema: {
          summary: `What each fuel of a boiler brought into the air in some days by the clock of its site, by the factors in force then; at most ${mostDays} days`,
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object({ from: IsoDate, to: IsoDate }, { additionalProperties: false }),
          response: { 200: Co2, "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { boilerId }, query: { from, to } }) => {
        const boiler = boilerOf(registry, boilerId, world);
        const timeZone = registry.sites.find(({ id }) => id === boiler.siteId)?.timeZone ?? "UTC";
        const count = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
        const isPeriod = count >= 1 && count <= mostDays;
        const days = isPeriod ? daysUpToNow(localDays(from, to, timeZone), world.clock.nowMs()) : [];
        const [first, last] = [days[0], days.at(-1)];
        const fuels = registry.ledgerFuels(boilerId);
        if (first === undefined || last === undefined || fuels === null)
          throw new OperationalError(
            "request-invalid",
            `from and to must be dates that have begun, from the earlier one, with 1 to ${mostDays} days`,
          );
        const flows = fuels.meters.map(({ flowPoint }) => flowPoint);
        const { hours, minutes } = await rollupsOf(store, boilerId, flows, days);
        const burned = fuels.meters.flatMap(({ fuelId, flowPoint }) =>
          [...hours, ...minutes].flatMap(
            (rollup) => burnedIn(rollup, fuelId, catalogue.slotOf(flowPoint)) ?? [],
          ),
        );
        const ids = fuels.meters.map(({ fuelId }) => fuelId);
        const ledger = co2Ledger(first.fromMs, last.toMs, ids, burned, fuels.rules);
        if (ledger === null) throw new OperationalError("request-invalid", "no rule tells of its fuels then");
        const unitOf = new Map(
          fuels.meters.map(({ fuelId, flowPoint }) => [
            fuelId,
            integralUnit(catalogue.get(flowPoint)?.unit ?? "") ?? "",
          ]),
        );
        const lines = ledger.lines.map((line) => ({ ...line, unit: unitOf.get(line.fuelId) ?? "" }));
        return { boilerId, timeZone, ...ledger, lines, knownShares: { ...ledger.knownShares } };
      },
    );
  };
}

/** What is still to come is not unknown: it is left out. */
function daysUpToNow(days: readonly LocalDay[], nowMs: number): readonly LocalDay[] {
  return days
    .filter(({ fromMs }) => fromMs < nowMs)
    .map((day) => (day.toMs > nowMs ? { ...day, toMs: nowMs } : day));
}
