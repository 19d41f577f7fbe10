import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import {
  ConfigDraft,
  ConfigurationText,
  ConfigVersions,
  ConfigVersionText,
  ConfigVersionWhole,
  ConfigWish,
  NewConfigVersion,
  ProbeText,
  ProbeWish,
} from "../../contracts/http/configuration.ts";
import { DryRun } from "../../contracts/http/dry-runs.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { OperationalError } from "../../platform/errors.ts";
import { audit } from "../../platform/records/audit.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { mayActAs } from "../../platform/records/user-records.ts";
import type { World } from "../../platform/world.ts";
import { administratorsParts, type Configuration } from "../configuration.ts";
import type { DryRuns } from "../dry-runs.ts";
import { callerOf } from "../guard.ts";
import { integerOf } from "../query.ts";

/** Whole texts of rules and maps are larger than other bodies. */
const bodyLimit = 4 * 1024 * 1024;
const dayMs = 86_400_000;
const newest = 1_000_000_000;

/** The configuration of the plant: it is one for all sites, so whoever may see some of them only has no part in it. */
export function configurationRoutes(
  configuration: Configuration,
  runs: DryRuns,
  db: RecordsDb,
  world: World,
): FastifyPluginAsyncTypebox {
  const config = { role: "engineer", sites: "all" } as const;
  const refusals = { "4xx": Problem, "5xx": Problem };

  return async (app) => {
    app.get(
      "/configuration",
      {
        config,
        schema: {
          summary: "The configuration's files as they are, and the version that runs",
          response: { 200: ConfigurationText, ...refusals },
        },
      },
      () => configuration.now(),
    );

    app.post(
      "/configuration/drafts",
      {
        config,
        bodyLimit,
        schema: {
          summary:
            "What a change of the configuration would come to: its faults, and what becomes of each value",
          body: ConfigWish,
          response: { 200: ConfigDraft, ...refusals },
        },
      },
      ({ body }) => configuration.draft(body),
    );

    app.post(
      "/configuration/dry-runs",
      {
        config,
        bodyLimit,
        schema: {
          summary:
            "Starts a dry run: which alarms a change of the configuration would have given in the last hours",
          body: Type.Object(
            { ...ConfigWish.properties, hours: Type.Integer({ minimum: 1, maximum: 744 }) },
            { additionalProperties: false },
          ),
          response: { 202: DryRun, ...refusals },
        },
      },
      async ({ body: { hours, ...wish } }, reply) => {
        const toMs = world.clock.nowMs();
        const fromMs = toMs - (hours * dayMs) / 24;
        // A change that cannot be is refused here, before it is tried.
        const { faults } = await configuration.draft(wish);
        const [fault] = faults;
        if (fault !== undefined)
          throw new OperationalError("config-invalid", `${fault.file}:${fault.line ?? 1}: ${fault.message}`);
        return reply.code(202).send(runs.start((signal) => configuration.tryOut(wish, fromMs, toMs, signal)));
      },
    );

    app.post(
      "/configuration/versions",
      {
        config,
        bodyLimit,
        schema: {
          summary: "Accepts a change: keeps it as a version, writes the files, and runs it",
          body: NewConfigVersion,
          response: { 200: ConfigVersionText, ...refusals },
        },
      },
      async (request) => {
        const { comment, ...wish } = request.body;
        const { role, actor } = callerOf(request);
        if (!mayActAs(role, "admin")) {
          const { files } = await configuration.now();
          const plantFile = files.find(({ kind }) => kind === "plant")?.name ?? "";
          const [first, ...others] = administratorsParts(await configuration.draft(wish), plantFile);
          if (first !== undefined) {
            const parts = [first, ...others].join(", ");
            throw new OperationalError(
              "role-insufficient",
              `This changes ${parts}, which needs the role admin`,
            );
          }
        }
        return configuration.accept(wish, comment, actor);
      },
    );

    app.get(
      "/configuration/versions",
      {
        config,
        schema: {
          summary: "Every version that was accepted: by whom, when and why; newest first",
          querystring: Type.Object(
            {
              limit: Type.Optional(Type.String({ maxLength: 4 })),
              cursor: Type.Optional(Type.String({ maxLength: 12 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: ConfigVersions, ...refusals },
        },
      },
      ({ query: { limit, cursor } }) =>
        configuration.versions(
          cursor === undefined ? null : integerOf("cursor", cursor, 1, newest),
          limit === undefined ? 50 : integerOf("limit", limit, 1, 200),
        ),
    );

    app.get(
      "/configuration/versions/:version",
      {
        config,
        schema: {
          summary: "A version, whole",
          params: Type.Object({ version: Type.String({ maxLength: 10 }) }),
          response: { 200: ConfigVersionWhole, ...refusals },
        },
      },
      async ({ params: { version } }) => {
        const found = await configuration.version(integerOf("version", version, 1, newest));
        if (found === null)
          throw new OperationalError(
            "version-unknown",
            `There is no version ${version} of the configuration`,
          );
        return found;
      },
    );

    app.post(
      "/configuration/probes",
      {
        config,
        schema: {
          summary: "Reads registers of a device once, and ranks what they may mean; nothing is written to it",
          body: ProbeWish,
          response: { 200: ProbeText, ...refusals },
        },
      },
      async (request) => {
        const { host, port, unitId, table, address, count } = request.body;
        // It reaches into the plant's network: who did is written down first.
        await audit.write(db, {
          atMs: world.clock.nowMs(),
          by: callerOf(request).actor,
          action: "line.probe",
          subject: `line:${host}:${port}`,
          siteId: null,
          detail: { unitId, table, address, count },
        });
        return configuration.probe(request.body);
      },
    );
  };
}
