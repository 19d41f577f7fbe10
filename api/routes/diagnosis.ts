import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id, IsoDate } from "../../contracts/ids.ts";
import { plantSpan } from "../../domain/mv/plant-days.ts";
import { printedPdf } from "../../platform/browser-print.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import type { LiveState } from "../live-state.ts";
import { integerOf } from "../query.ts";
import type { SavingsRules } from "../registry.ts";
import { airRatioOf, asReading, firingHoursAYear, nothingJudged, observed } from "../report/diagnosis.ts";
import { diagnosisPage } from "../report/diagnosis-page.ts";
import { proposalsOf } from "../report/diagnosis-proposals.ts";
import { reportPolicy } from "../report/page.ts";
import { languages } from "../report/words.ts";

const formats = ["html", "pdf", "json"] as const;
const dayMs = 86_400_000;
const usualDays = 7;
const mostDays = 366;

/** What a boiler was measured to do, and what may be worth doing about it: before any retrofit. */
export function diagnosisRoutes(
  rules: SavingsRules,
  live: LiveState,
  store: TierReader,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/boilers/:boilerId/diagnosis",
      {
        config: { role: "viewer" },
        schema: {
          summary: `The diagnosis of a boiler over its last days (${usualDays} without \`days\`), or those up to the day \`to\`; \`costs\` as excess-air=600000,heat-recovery=3000000 gives paybacks`,
          params: Type.Object({ boilerId: Id }),
          querystring: Type.Object(
            {
              days: Type.Optional(Type.String({ maxLength: 4 })),
              to: Type.Optional(IsoDate),
              costs: Type.Optional(Type.String({ pattern: "^([a-z-]{1,32}=\\d{1,12},?)*$", maxLength: 300 })),
              lang: Type.Optional(Type.Enum(languages)),
              format: Type.Optional(Type.Enum(formats)),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (request, reply) => {
        const { boilerId } = request.params;
        const { lang = "en", format = "html" } = request.query;
        const nowMs = world.clock.nowMs();
        const boiler = rules.boilers(nowMs).find(({ id }) => id === boilerId);
        const site = rules.sites.find(({ id }) => id === boiler?.siteId);
        if (boiler === undefined || site === undefined)
          throw new OperationalError("boiler-unknown", `There is no boiler ${boilerId}`);
        const { to } = request.query;
        const toMs =
          to === undefined ? nowMs : Math.min(nowMs, plantSpan({ from: to, to }, site.timeZone).toMs);
        const days = integerOf("days", request.query.days ?? String(usualDays), 1, mostDays);
        const seen = await observed(boiler, toMs - days * dayMs, toMs, store);
        // What is live says nothing of days that are long over.
        const verdicts = (to === undefined ? live.boilers.get(boilerId)?.verdicts : null) ?? nothingJudged;
        const found = {
          boiler,
          site,
          observed: seen,
          airRatio: airRatioOf(seen),
          advice: seen.firingHours > 0 ? rules.advice(asReading(seen, boilerId, verdicts)) : [],
          costs: costsOf(request.query.costs ?? ""),
        };
        if (format === "json")
          return reply
            .type("application/json")
            .send(JSON.stringify({ ...found, proposals: proposalsOf(found, rules, firingHoursAYear(seen)) }));
        const page = diagnosisPage(found, rules, lang);
        if (format === "html")
          return reply
            .type("text/html; charset=utf-8")
            .header("content-security-policy", reportPolicy)
            .send(page);
        return reply
          .type("application/pdf")
          .header("content-disposition", `inline; filename="${boilerId}-diagnosis-${lang}.pdf"`)
          .send(await printedPdf(page));
      },
    );
  };
}

function costsOf(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    text
      .split(",")
      .filter((part) => part !== "")
      .map((part) => {
        const [kind = "", cost = ""] = part.split("=");
        return [kind, Number(cost)] as const;
      }),
  );
}
