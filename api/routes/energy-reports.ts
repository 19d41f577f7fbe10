import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id } from "../../contracts/ids.ts";
import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { printedPdf } from "../../platform/browser-print.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import type { SavingsRules } from "../registry.ts";
import { energyMonth } from "../report/energy-figures.ts";
import { energyCsv, energyPage } from "../report/energy-report.ts";
import { reportPolicy } from "../report/page.ts";
import { languages } from "../report/words.ts";
import type { Projects } from "../retrofits/projects.ts";

const formats = ["html", "pdf", "csv", "json"] as const;

/** What a site burnt and gave in a month: the evidence that an energy-management system asks for. */
export function energyReportRoutes(
  projects: Projects,
  rules: SavingsRules,
  store: TierReader,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/energy-report",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary:
            "A month of a site by its meters: indicators, the released baseline, CO₂ by fuel. Without `month` the last whole one",
          querystring: Type.Object(
            {
              site: Type.Optional(Id),
              month: Type.Optional(Type.String({ pattern: "^(19|20)\\d\\d-(0[1-9]|1[0-2])$" })),
              lang: Type.Optional(Type.Enum(languages)),
              format: Type.Optional(Type.Enum(formats)),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (request, reply) => {
        const { lang = "en", format = "html" } = request.query;
        const seen = rules.sites.filter(({ id }) => maySee(callerOf(request), id));
        const site =
          request.query.site === undefined ? seen[0] : seen.find(({ id }) => id === request.query.site);
        if (site === undefined)
          throw new OperationalError("site-unknown", `There is no site ${request.query.site ?? ""}`);
        const nowMs = world.clock.nowMs();
        const month = request.query.month ?? monthBefore(plantDayOf(nowMs, site.timeZone));
        const found = await energyMonth(site.id, month, rules, store, projects, nowMs);
        if (found === null) throw new OperationalError("site-unknown", `There is no site ${site.id}`);
        const name = `${site.id}-energy-${month}`;
        if (format === "json") return reply.type("application/json").send(JSON.stringify(found));
        if (format === "csv")
          return reply
            .type("text/csv; charset=utf-8")
            .header("content-disposition", `attachment; filename="${name}.csv"`)
            .send(energyCsv(found));
        const page = energyPage(found, lang);
        if (format === "html")
          return reply
            .type("text/html; charset=utf-8")
            .header("content-security-policy", reportPolicy)
            .send(page);
        return reply
          .type("application/pdf")
          .header("content-disposition", `inline; filename="${name}-${lang}.pdf"`)
          .send(await printedPdf(page));
      },
    );
  };
}

function monthBefore(isoDate: string): string {
  const [year = 0, month = 0] = isoDate.split("-").map(Number);
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7);
}
