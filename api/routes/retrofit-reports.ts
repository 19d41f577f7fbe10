import { createHash } from "node:crypto";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { Id, Instant } from "../../contracts/ids.ts";
import { printedPdf } from "../../platform/browser-print.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { addRetrofitLink, retrofitLink } from "../../platform/records/retrofit-records.ts";
import type { World } from "../../platform/world.ts";
import type { SavingsRules } from "../registry.ts";
import { reportPage, reportPolicy } from "../report/page.ts";
import { reportParts } from "../report/report.ts";
import { sectionsOf } from "../report/sections.ts";
import { partsStyle } from "../report/style.ts";
import { type Language, languages } from "../report/words.ts";
import type { Projects } from "../retrofits/projects.ts";
import { rowsCsv } from "../retrofits/rows-csv.ts";
import { verifiedReport } from "../retrofits/verify.ts";
import { nameOf, ofOwnSites, VersionQuery, versionOf } from "./retrofits.ts";

const closed = { additionalProperties: false } as const;
const params = Type.Object({ retrofitId: Id });
const formats = ["html", "pdf", "json"] as const;
const dayMs = 86_400_000;
const longestLinkDays = 365;
const byToken = Type.Object({ token: Type.String({ pattern: "^[0-9a-f]{64}$" }) });

/** Reports of retrofits, as page, paper, file or parts, and links by which a verifier sees one of them. */
export function retrofitReportRoutes(
  projects: Projects,
  rules: SavingsRules,
  db: RecordsDb,
  world: World,
): FastifyPluginAsyncTypebox {
  async function send(
    reply: FastifyReply,
    id: string,
    version: number | null,
    language: Language,
    format: (typeof formats)[number],
  ): Promise<unknown> {
    if (format === "json") {
      const { record, document, rows, outcome } = await projects.stored(id, version);
      const { provenance } = await projects.result(id, record.version);
      return reply
        .type("application/json")
        .header("content-disposition", `attachment; filename="${id}-v${record.version}.json"`)
        .send(JSON.stringify({ provenance, document, rows, outcome }));
    }
    const parts = await reportParts(id, version, language, projects, rules);
    const page = reportPage(parts);
    if (format === "html")
      return reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", reportPolicy)
        .send(page);
    const pdf = await printedPdf(page);
    const name = `${id}-v${parts.provenance.version}-${language}.pdf`;
    return reply
      .type("application/pdf")
      .header("content-disposition", `inline; filename="${name}"`)
      .send(pdf);
  }

  return async (app) => {
    app.addHook("preHandler", ofOwnSites(projects));
    app.get(
      "/report.css",
      { config: { role: "anyone", sites: "none" }, schema: { hide: true } },
      (_request, reply) =>
        reply.type("text/css; charset=utf-8").header("cache-control", "no-cache").send(partsStyle),
    );

    const query = Type.Object(
      {
        version: VersionQuery,
        lang: Type.Optional(Type.Enum(languages)),
        format: Type.Optional(Type.Enum(formats)),
      },
      closed,
    );
    app.get(
      "/retrofits/:retrofitId/report",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary:
            "The report: a page that stands by itself, a PDF, or JSON with inputs, rows, figures and hashes",
          params,
          querystring: query,
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      (request, reply) => {
        const { lang = "en", format = "html" } = request.query;
        return send(reply, request.params.retrofitId, versionOf(request.query), lang, format);
      },
    );

    app.get(
      "/retrofits/:retrofitId/sections",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary: "The parts of the report, each as a fragment: what the dashboard shows",
          params,
          querystring: Type.Object(
            { version: VersionQuery, lang: Type.Optional(Type.Enum(languages)) },
            closed,
          ),
          response: {
            200: Type.Object({
              sections: Type.Array(
                Type.Object({ id: Type.String(), title: Type.String(), html: Type.String() }),
              ),
            }),
            "4xx": Problem,
          },
        },
      },
      async (request) => {
        const { lang = "en" } = request.query;
        const parts = await reportParts(
          request.params.retrofitId,
          versionOf(request.query),
          lang,
          projects,
          rules,
        );
        return { sections: [...sectionsOf(parts)] };
      },
    );

    app.get(
      "/retrofits/:retrofitId/verify",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary:
            "Reckons a version again from its stored rows: each fingerprint as it was kept, and as it comes out",
          params,
          querystring: Type.Object({ version: VersionQuery }, closed),
          response: {
            200: Type.Object({
              same: Type.Boolean(),
              hashes: Type.Array(
                Type.Object({ what: Type.String(), stored: Type.String(), again: Type.String() }),
              ),
            }),
            "4xx": Problem,
          },
        },
      },
      async (request) => {
        const hashes = await verifiedReport(db, request.params.retrofitId, versionOf(request.query), rules);
        return { same: hashes.every(({ stored, again }) => stored === again), hashes: [...hashes] };
      },
    );

    app.post(
      "/retrofits/:retrofitId/links",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "A link for a verifier: one released report with its rows, to read, for so many days",
          params,
          body: Type.Object({ days: Type.Integer({ minimum: 1, maximum: longestLinkDays }) }, closed),
          response: { 200: Type.Object({ path: Type.String(), expiresAtMs: Instant }), "4xx": Problem },
        },
      },
      async (request) => {
        const { retrofitId } = request.params;
        const { current } = await projects.get(retrofitId);
        if (current.state !== "released")
          throw new OperationalError(
            "state-conflict",
            "Only a released report is shown to a verifier; release it first",
          );
        const token = world.random.secretHex(32);
        const nowMs = world.clock.nowMs();
        const expiresAtMs = nowMs + request.body.days * dayMs;
        await addRetrofitLink(db, {
          tokenHash: hashed(token),
          retrofitId,
          version: current.version,
          by: nameOf(request),
          createdAtMs: nowMs,
          expiresAtMs,
        });
        return { path: `/api/v1/verifier/${token}`, expiresAtMs };
      },
    );

    const shown = async (token: string) => {
      const link = await retrofitLink(db, hashed(token), world.clock.nowMs());
      if (link !== null) return link;
      throw new OperationalError("link-unknown", "This link shows nothing: it is wrong, or its time is over");
    };
    app.get(
      "/verifier/:token",
      {
        config: { role: "anyone", sites: "parameter" },
        schema: {
          summary: "The report that a verifier's link shows; the token in the address is the permission",
          params: byToken,
          querystring: Type.Object(
            { lang: Type.Optional(Type.Enum(languages)), format: Type.Optional(Type.Enum(formats)) },
            closed,
          ),
          response: { 200: Type.Unknown(), "4xx": Problem, "5xx": Problem },
        },
      },
      async (request, reply) => {
        const { retrofitId, version } = await shown(request.params.token);
        const { lang = "en", format = "html" } = request.query;
        return send(reply.header("referrer-policy", "no-referrer"), retrofitId, version, lang, format);
      },
    );
    app.get(
      "/verifier/:token/rows",
      {
        config: { role: "anyone", sites: "parameter" },
        schema: {
          summary: "The rows behind a verifier's report, as CSV",
          params: byToken,
          response: { 200: Type.Unknown(), "4xx": Problem },
        },
      },
      async (request, reply) => {
        const { retrofitId, version } = await shown(request.params.token);
        const { rows } = await projects.stored(retrofitId, version);
        return reply.type("text/csv; charset=utf-8").send(rowsCsv(rows));
      },
    );
  };
}

function hashed(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
