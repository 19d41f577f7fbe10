import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { RetrofitFollowUp } from "../../contracts/http/retrofit-follow-up.ts";
import { OpenPoint, RetrofitResult, RetrofitRows } from "../../contracts/http/retrofit-result.ts";
import {
  RetrofitCoverage,
  RetrofitDocument,
  Retrofits,
  RetrofitText,
  Sentence,
  StackTestText,
} from "../../contracts/http/retrofits.ts";
import { Id, IsoDate } from "../../contracts/ids.ts";
import { LabelText } from "../../contracts/registry.ts";
import { proposedPeriods } from "../../domain/mv/clean-runs.ts";
import { points } from "../../domain/points.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import { integerOf } from "../query.ts";
import type { SavingsRules } from "../registry.ts";
import { openPointsOf } from "../retrofits/open-points.ts";
import type { Projects } from "../retrofits/projects.ts";
import { boilersOf, coverageOf } from "../retrofits/rows.ts";
import { rowsCsv } from "../retrofits/rows-csv.ts";
import { findingsOf, impliedBy } from "../retrofits/stack.ts";
import { stackTestsFromCsv } from "../retrofits/stack-test-csv.ts";

/** What is being made ready, such as the example after the first start. */
export type Preparing = () => { readonly id: string; readonly percent: number } | null;

export interface RetrofitRouteNeeds {
  readonly projects: Projects;
  readonly rules: SavingsRules;
  readonly store: TierReader;
  readonly world: World;
  readonly preparing: Preparing;
}

const closed = { additionalProperties: false } as const;
const params = Type.Object({ retrofitId: Id });
const Rev = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const longestCoverageDays = 1_500;

/** Who asks: routes with a role have one. */
export function nameOf(request: Pick<FastifyRequest, "signedIn">): string {
  return request.signedIn?.actor ?? "";
}

/** Keeps callers to the projects of their sites: what is not theirs is not there. */
export function ofOwnSites(projects: Pick<Projects, "siteOf">) {
  return async ({ signedIn, params }: Pick<FastifyRequest, "signedIn" | "params">): Promise<void> => {
    const { retrofitId } = (params ?? {}) as { readonly retrofitId?: string };
    if (signedIn === null || signedIn.sites === null || retrofitId === undefined) return;
    if (!maySee(signedIn, await projects.siteOf(retrofitId)))
      throw new OperationalError("retrofit-unknown", `There is no retrofit ${retrofitId}`);
  };
}

export function versionOf(query: { readonly version?: string }): number | null {
  return query.version === undefined ? null : integerOf("version", query.version, 1, 1_000_000);
}

export const VersionQuery = Type.Optional(Type.String({ maxLength: 7 }));

export function retrofitRoutes({
  projects,
  rules,
  store,
  world,
  preparing,
}: RetrofitRouteNeeds): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addHook("preHandler", ofOwnSites(projects));
    app.get(
      "/retrofits",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "Retrofit projects, and what a new one may name",
          response: { 200: Retrofits, "4xx": Problem },
        },
      },
      async (request) => ({
        retrofits: (await projects.list()).filter(({ siteId }) => maySee(callerOf(request), siteId)),
        boilers: boilersText(rules, world.clock.nowMs()).filter(({ siteId }) =>
          maySee(callerOf(request), siteId),
        ),
        rules: rulesText(rules),
        preparing: preparing(),
      }),
    );

    app.post(
      "/retrofits",
      {
        config: { role: "engineer", sites: "rows" },
        schema: {
          summary: "Begins a project, as a draft",
          body: Type.Object({ id: Id, document: RetrofitDocument }, closed),
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      (request) => {
        const { id, document } = request.body;
        const { siteId } = boilersOf(document.plan, rules, world.clock.nowMs());
        if (!maySee(callerOf(request), siteId))
          throw new OperationalError(
            "retrofit-invalid",
            `There is no boiler ${document.plan.boilers[0] ?? ""}`,
          );
        return projects.create(id, document, nameOf(request));
      },
    );

    app.get(
      "/retrofits/:retrofitId",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary: "A project with its versions and what happened to it",
          params,
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      ({ params: { retrofitId } }) => projects.get(retrofitId),
    );

    app.put(
      "/retrofits/:retrofitId",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Changes a draft; of a frozen version its evidence and money only",
          params,
          body: Type.Object({ rev: Rev, document: RetrofitDocument }, closed),
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      (request) =>
        projects.edit(request.params.retrofitId, request.body.rev, request.body.document, nameOf(request)),
    );

    const Rev1 = Type.Object({ rev: Rev }, closed);
    app.post(
      "/retrofits/:retrofitId/freeze",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Freezes the plan and hashes it: from then on it changes only as a new version",
          params,
          body: Rev1,
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      (request) => projects.freeze(request.params.retrofitId, request.body.rev, nameOf(request)),
    );
    app.post(
      "/retrofits/:retrofitId/compute",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Reads the rows of both periods and reckons the result; refused before the plan is frozen",
          params,
          body: Rev1,
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      (request) => projects.compute(request.params.retrofitId, request.body.rev, nameOf(request)),
    );
    app.post(
      "/retrofits/:retrofitId/release",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Releases a computed result for good; its title must be typed",
          params,
          body: Type.Object({ rev: Rev, title: Type.String({ maxLength: 500 }) }, closed),
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      (request) =>
        projects.release(request.params.retrofitId, request.body.rev, request.body.title, nameOf(request)),
    );
    app.post(
      "/retrofits/:retrofitId/versions",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Begins a new version, with the reason",
          params,
          body: Type.Object({ rev: Rev, reason: Sentence }, closed),
          response: { 200: RetrofitText, "4xx": Problem },
        },
      },
      (request) =>
        projects.revise(request.params.retrofitId, request.body.rev, request.body.reason, nameOf(request)),
    );

    const query = Type.Object({ version: VersionQuery }, closed);
    app.get(
      "/retrofits/:retrofitId/result",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary: "The figures of a version, or why there are none; without `version` of the newest",
          params,
          querystring: query,
          response: { 200: RetrofitResult, "4xx": Problem },
        },
      },
      (request) => projects.result(request.params.retrofitId, versionOf(request.query)),
    );

    app.get(
      "/retrofits/:retrofitId/follow-up",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary: "The released model run on over the days since: the saving added up, and whether it holds",
          params,
          response: { 200: RetrofitFollowUp, "4xx": Problem },
        },
      },
      (request) => projects.followUp(request.params.retrofitId),
    );

    app.get(
      "/retrofits/:retrofitId/rows",
      {
        config: { role: "viewer", sites: "parameter", report: "retrofitId" },
        schema: {
          summary: "Every interval that a version was reckoned from, used or not",
          params,
          querystring: Type.Object(
            { version: VersionQuery, format: Type.Optional(Type.Enum(["json", "csv"])) },
            closed,
          ),
          response: { 200: Type.Union([RetrofitRows, Type.String()]), "4xx": Problem },
        },
      },
      async (request, reply) => {
        const { record, rows } = await projects.stored(request.params.retrofitId, versionOf(request.query));
        if (request.query.format === "csv") {
          const name = `${record.retrofitId}-v${record.version}-rows.csv`;
          return reply
            .type("text/csv; charset=utf-8")
            .header("content-disposition", `attachment; filename="${name}"`)
            .send(rowsCsv(rows));
        }
        return { rowsHash: record.rowsHash ?? "", rows: [...rows.rows] };
      },
    );

    app.get(
      "/retrofits/:retrofitId/coverage",
      {
        config: { role: "viewer", sites: "parameter" },
        schema: {
          summary: "How much of each day is there, and the longest clean runs",
          params,
          querystring: Type.Object({ from: IsoDate, to: IsoDate }, closed),
          response: { 200: RetrofitCoverage, "4xx": Problem },
        },
      },
      async ({ params: { retrofitId }, query: { from, to } }) => {
        const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
        if (!(days > 0) || days > longestCoverageDays)
          throw new OperationalError(
            "request-invalid",
            `from and to span ${days} days; 1 to ${longestCoverageDays} may be asked for`,
          );
        const { document } = await projects.get(retrofitId);
        const found = await coverageOf(
          { from, to },
          document.plan.boilers,
          rules,
          store,
          world.clock.nowMs(),
        );
        const least = rules.thresholds.at(-1)?.intervalCoveragePercentAtLeast ?? 90;
        return { days: [...found], proposed: [...proposedPeriods(found, least)] };
      },
    );

    app.post(
      "/stack-tests/check",
      {
        config: { role: "viewer", sites: "none" },
        schema: {
          summary:
            "Reads stack tests from CSV, or takes one as typed, and holds each against itself; keeps nothing",
          body: Type.Union([
            Type.Object({ csv: Type.String({ minLength: 1, maxLength: 100_000 }) }, closed),
            Type.Object({ test: StackTestText }, closed),
          ]),
          response: {
            200: Type.Object({
              tests: Type.Array(StackTestText),
              findings: Type.Array(OpenPoint),
              /** What the tests say of the fuel that burned: estimates. */
              implied: Type.Array(LabelText),
            }),
            "4xx": Problem,
          },
        },
      },
      async ({ body }) => {
        const tests = "csv" in body ? stackTestsFromCsv(body.csv) : [body.test];
        const found = openPointsOf({
          evidence: { stackTests: [], published: null, flueLossUncertaintyPoints: null, decisions: [] },
          stack: tests.map((test) => ({ test, findings: findingsOf(test, rules) })),
          proposals: [],
          dayOf: () => "",
          checks: [],
          claims: false,
          balance: [],
          placebo: { kind: "refused", says: { en: "", "zh-TW": "" } },
          efficiency: null,
        });
        const implied = tests.map((test) => impliedBy(test, rules)).filter((label) => label !== null);
        return { tests: [...tests], findings: [...found], implied };
      },
    );
  };
}

function boilersText(rules: SavingsRules, nowMs: number): Retrofits["boilers"] {
  return rules.boilers(nowMs).map((boiler) => {
    const site = rules.sites.find(({ id }) => id === boiler.siteId);
    return {
      id: boiler.id,
      siteId: boiler.siteId,
      siteName: site?.name ?? { en: boiler.siteId, "zh-TW": boiler.siteId },
      name: boiler.name,
      simulated: boiler.simulated,
      timeZone: site?.timeZone ?? "UTC",
      fuels: boiler.fuels.map(({ id, label, flowPoint }) => ({
        id,
        label,
        flowPoint,
        unit: points[flowPoint as keyof typeof points]?.unit ?? "",
      })),
      points: boiler.points.map(({ name, unit }) => ({ name, unit })),
    };
  });
}

function rulesText(rules: SavingsRules): Retrofits["rules"] {
  return {
    thresholds: [...new Set(rules.thresholds.map(({ id }) => id))],
    subsidies: rules.subsidies.map(({ id, validFrom, items }) => ({
      id,
      validFrom,
      items: items.map(({ id: item, label }) => ({ id: item, label })),
    })),
    taxCredits: rules.taxCredits.map(({ id }) => id),
  };
}
