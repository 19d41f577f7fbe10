import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import {
  Compliance,
  type ComplianceDay,
  type ComplianceHour,
  ComplianceHours,
} from "../../contracts/http/compliance.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { dayOutcome, hourOutcome, minutesAbove } from "../../domain/compliance.ts";
import { daysTouched, type LocalDay } from "../../domain/local-day.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import {
  countVerdictHours,
  exceedanceHours,
  type StoredVerdictHour,
  verdictHoursOf,
} from "../../platform/records/verdict-records.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import { boilerOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const longestCalendarDays = 62;
const longestHoursDays = 8;
const mostExceedances = 500;
const range = Type.Object(
  { from: Type.String({ maxLength: 40 }), to: Type.String({ maxLength: 40 }) },
  { additionalProperties: false },
);

export function complianceRoutes(registry: Registry, db: RecordsDb, world: World): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/compliance",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: `Days of each boiler by what its hours came to, and the hours above a limit, of at most ${longestCalendarDays} days`,
          querystring: range,
          response: { 200: Compliance, "4xx": Problem },
        },
      },
      async (request) => {
        const { fromMs, toMs } = rangeOf(request.query, longestCalendarDays);
        const caller = callerOf(request);
        const days: ComplianceDay[] = [];
        for (const { id, timeZone } of registry.sites.filter((site) => maySee(caller, site.id)))
          for (const day of daysTouched(timeZone, fromMs, toMs)) days.push(...(await daysOf(id, day)));
        const wanted = { fromMs, toMs, sites: caller.sites, limit: mostExceedances + 1 };
        const found = await exceedanceHours(db, wanted);
        const exceedances = found.slice(0, mostExceedances).map(hourText);
        return { fromMs, toMs, days, exceedances, more: found.length > mostExceedances };
      },
    );

    app.get(
      "/boilers/:boilerId/compliance",
      {
        config: { role: "viewer" },
        schema: {
          summary: `Every hour of a boiler and what it came to, oldest first, of at most ${longestHoursDays} days`,
          params: Type.Object({ boilerId: Id }),
          querystring: range,
          response: { 200: ComplianceHours, "4xx": Problem },
        },
      },
      async ({ params: { boilerId }, query }) => {
        boilerOf(registry, boilerId, world);
        const { fromMs, toMs } = rangeOf(query, longestHoursDays);
        return { hours: (await verdictHoursOf(db, boilerId, fromMs, toMs)).map(hourText) };
      },
    );
  };

  async function daysOf(
    siteId: string,
    { date: day, fromMs: startMs, toMs }: LocalDay,
  ): Promise<readonly ComplianceDay[]> {
    const counts = await countVerdictHours(db, siteId, startMs, toMs);
    return [...new Set(counts.map(({ boilerId }) => boilerId))].map((boilerId) => {
      const of = (number: number) =>
        counts.find((each) => each.boilerId === boilerId && each.above === number)?.hours ?? 0;
      const tally = { above: of(1), within: of(0), notJudged: of(-1) };
      return { boilerId, siteId, day, startMs, outcome: dayOutcome(tally), ...tally };
    });
  }
}

function hourText({ hour, ...stored }: StoredVerdictHour): ComplianceHour {
  const { boilerId, siteId, quantity, hourStartMs, rev, writtenAtMs } = stored;
  const outcome = hourOutcome(hour);
  const of = hour.kind === "readings" ? hour.worst : judgedOf(hour.verdict);
  const readings = hour.kind === "readings" ? hour.within + hour.above : 0;
  return {
    ...{ boilerId, siteId, quantity, hourStartMs, rev, writtenAtMs },
    outcome: outcome.kind,
    reason: outcome.kind === "not-judged" ? outcome.reason : null,
    value: of?.value ?? null,
    limit: of?.limit ?? null,
    source: of?.source ?? null,
    inForceFrom: of?.inForceFrom ?? null,
    minutesAbove: minutesAbove(hour),
    minutesJudged: hour.kind === "readings" ? (readings * hour.scanMs) / 60_000 : of === null ? 0 : 60,
    mean: hour.kind === "mean" ? (hour.verdict as ComplianceHour["mean"]) : null,
  };
}

function judgedOf(verdict: Extract<StoredVerdictHour["hour"], { readonly kind: "mean" }>["verdict"]) {
  return verdict.kind === "within" || verdict.kind === "above" ? verdict : null;
}
