import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { AlarmRules } from "../../contracts/http/alarm-rules.ts";
import { DryRun } from "../../contracts/http/dry-runs.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { DryRuns, TryRules } from "../dry-runs.ts";
import { rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const weekMs = 7 * 86_400_000;
const longestMs = 31 * 86_400_000;

/** The alarm rules, and others tried out on the past before they are put in force. */
export function alarmRuleRoutes(
  registry: Registry,
  runs: DryRuns,
  tryRules: TryRules,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/rules/alarms",
      {
        config: { role: "viewer", sites: "none" },
        schema: {
          summary: "The alarm rules in force, with what to do and what follows if nothing is done",
          response: { 200: AlarmRules, "4xx": Problem },
        },
      },
      async () => ({ rules: [...registry.alarmRules(world.clock.nowMs())] }),
    );

    app.post(
      "/rules/dry-runs",
      {
        config: { role: "engineer", sites: "all" },
        schema: {
          summary:
            "Starts a dry run: which alarms a file of rules would have given; without a range, in the last 7 days",
          body: Type.Object(
            {
              /** As a file of `config/rules/` has it. */
              rules: Type.String({ minLength: 1, maxLength: 200_000 }),
              from: Type.Optional(Type.String({ maxLength: 40 })),
              to: Type.Optional(Type.String({ maxLength: 40 })),
            },
            { additionalProperties: false },
          ),
          response: { 202: DryRun, "4xx": Problem },
        },
      },
      async (request, reply) => {
        const { rules, from, to } = request.body;
        const nowMs = world.clock.nowMs();
        const { fromMs, toMs } = rangeOf({ from: from ?? String(nowMs - weekMs), to: to ?? String(nowMs) });
        if (toMs - fromMs > longestMs)
          throw new OperationalError("request-invalid", "a dry run looks at 31 days at most");
        return reply.code(202).send(runs.start((signal) => tryRules(rules, fromMs, toMs, signal)));
      },
    );

    app.get(
      "/rules/dry-runs/:dryRunId",
      {
        config: { role: "engineer", sites: "all" },
        schema: {
          summary: "How a dry run goes, and what it gave",
          params: Type.Object({ dryRunId: Type.String({ maxLength: 64 }) }),
          response: { 200: DryRun, "4xx": Problem },
        },
      },
      async (request) => {
        const run = runs.of(request.params.dryRunId);
        if (run === null) throw new OperationalError("dry-run-unknown", "There is no such dry run any more");
        return run;
      },
    );
  };
}
