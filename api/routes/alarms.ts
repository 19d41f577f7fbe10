import { createHash } from "node:crypto";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, type TObject, type TProperties, Type } from "typebox";
import { AlarmCourse, AlarmHistory, AlarmKpisText, Alarms, AlarmText } from "../../contracts/http/alarms.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { type Alarm, longestReviewMs, longestShelfMs } from "../../domain/alarms/alarm.ts";
import { alarmKpis } from "../../domain/alarms/kpi.ts";
import { OperationalError } from "../../platform/errors.ts";
import {
  alarmById,
  alarmHistory,
  alarmStepsUpTo,
  alarmsSince,
  changesOfAlarm,
  type HistoryPlace,
  newestListRev,
  newestOfTag,
} from "../../platform/records/alarm-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { mayActAs, type Role } from "../../platform/records/user-records.ts";
import type { World } from "../../platform/world.ts";
import type { Commands, WantedCommand } from "../commands.ts";
import { evidenceText } from "../evidence-text.ts";
import { callerOf, maySee } from "../guard.ts";
import { integerOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const longestKpiDays = 366;
const Comment = Type.Optional(Type.String({ maxLength: 2_000 }));
const Sentence = Type.String({ minLength: 1, maxLength: 2_000, pattern: "\\S" });
const Revision = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

type Common = "site" | "alarmId" | "rev" | "by" | "key";
type ParticularOf<C> = C extends WantedCommand ? Omit<C, Common> : never;
/** What one kind of command has beside what all have. */
type Particular = ParticularOf<WantedCommand>;

export function alarmRoutes(
  registry: Registry,
  db: RecordsDb,
  commands: Commands,
  world: World,
): FastifyPluginAsyncTypebox {
  const text = (alarm: Alarm): AlarmText => {
    const rule = registry.rule(alarm.ruleId, alarm.lastSinceMs);
    const untitled = { en: alarm.ruleId, "zh-TW": alarm.ruleId };
    const { dueMs: _due, notifiedAtMs: _notified, ...told } = alarm;
    return {
      ...told,
      evidence: evidenceText(told.evidence),
      context: told.context === null ? null : { ...told.context, inputs: [...told.context.inputs] },
      suppressedBy: [...told.suppressedBy],
      title: rule?.title ?? untitled,
      response: [...(rule?.response ?? [])],
      consequence: rule?.consequence ?? untitled,
    };
  };

  return async (app) => {
    app.get(
      "/alarms",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary:
            "Alarms that are not closed; with `since`, all that changed after that revision of the list",
          querystring: Type.Object(
            { since: Type.Optional(Type.String({ maxLength: 16 })) },
            { additionalProperties: false },
          ),
          response: { 200: Alarms, "4xx": Problem },
        },
      },
      async (request) => {
        const { query } = request;
        const since =
          query.since === undefined ? null : integerOf("since", query.since, 0, Number.MAX_SAFE_INTEGER);
        // The revision is read first: what changes in between is then seen twice rather than never.
        const rev = await newestListRev(db);
        const caller = callerOf(request);
        const alarms = (await alarmsSince(db, since)).filter(({ siteId }) => maySee(caller, siteId));
        return { rev, alarms: alarms.map(text) };
      },
    );

    app.get(
      "/alarms/history",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary: "Alarms whose condition held at any time in a range, newest first; ask on with the cursor",
          querystring: Type.Object(
            {
              from: Type.String({ maxLength: 40 }),
              to: Type.String({ maxLength: 40 }),
              cursor: Type.Optional(Type.String({ maxLength: 240, description: "of the page before" })),
              limit: Type.Optional(Type.String({ maxLength: 4 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: AlarmHistory, "4xx": Problem },
        },
      },
      async (request) => {
        const { fromMs, toMs } = rangeOf(request.query);
        const rev = await newestListRev(db);
        const { sites } = callerOf(request);
        const { cursor, limit = "1000" } = request.query;
        const wanted = integerOf("limit", limit, 1, 1_000);
        const after = cursor === undefined ? null : placeOf(cursor);
        const alarms = await alarmHistory(db, fromMs, toMs, sites, { limit: wanted, after });
        const last = alarms.at(-1);
        return {
          rev,
          alarms: alarms.map(text),
          nextCursor: last === undefined || alarms.length < wanted ? null : `${last.sinceMs}.${last.id}`,
        };
      },
    );

    app.get(
      "/alarms/kpi",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary:
            "How the alarm system does in a range: its load, floods, chatter, what stands, what is hidden",
          querystring: Type.Object(
            { from: Type.String({ maxLength: 40 }), to: Type.String({ maxLength: 40 }) },
            { additionalProperties: false },
          ),
          response: { 200: AlarmKpisText, "4xx": Problem },
        },
      },
      async (request) => {
        const { fromMs, toMs } = rangeOf(request.query, longestKpiDays);
        const { sites } = callerOf(request);
        return alarmKpis(await alarmStepsUpTo(db, fromMs, toMs, sites), fromMs, toMs);
      },
    );

    app.get(
      "/alarms/:alarmId",
      {
        config: { role: "viewer", sites: "parameter" },
        schema: {
          summary: "One alarm, and every step of it, oldest first",
          params: Type.Object({ alarmId: Type.String({ maxLength: 200 }) }),
          response: { 200: AlarmCourse, "4xx": Problem },
        },
      },
      async (request) => {
        const { alarmId } = request.params;
        const alarm = await alarmById(db, alarmId);
        if (alarm === null || !maySee(callerOf(request), alarm.siteId))
          throw new OperationalError("alarm-unknown", "There is no such alarm");
        return { alarm: text(alarm), steps: [...(await changesOfAlarm(db, alarmId))] };
      },
    );

    command(
      "acknowledge",
      "operator",
      "Says that somebody knows of the alarm",
      { comment: Comment },
      (given) => ({
        kind: "acknowledge",
        comment: given.comment === undefined || given.comment.trim() === "" ? null : given.comment.trim(),
      }),
    );
    command("comment", "operator", "Adds a comment", { comment: Sentence }, ({ comment }) => ({
      kind: "comment",
      comment: comment.trim(),
    }));
    command("reset", "operator", "Lets go of an alarm that is latched, over and acknowledged", {}, () => ({
      kind: "reset",
    }));
    command(
      "shelve",
      "operator",
      "Puts an alarm out of sight for a time, with a reason; of one without an episode the id is `rule--source`",
      { reason: Sentence, minutes: Type.Integer({ minimum: 1, maximum: longestShelfMs / minuteMs }) },
      ({ reason, minutes }, asEngineer) => ({
        kind: "shelve",
        reason: reason.trim(),
        untilMs: world.clock.nowMs() + minutes * minuteMs,
        asEngineer,
      }),
    );
    command("unshelve", "operator", "Ends the shelving of an alarm", {}, () => ({ kind: "unshelve" }));
    command(
      "out-of-service",
      "engineer",
      "Takes an alarm out of service for work on it, with a day on which somebody looks again",
      {
        reason: Sentence,
        workOrder: Sentence,
        hours: Type.Integer({ minimum: 1, maximum: longestReviewMs / hourMs }),
      },
      ({ reason, workOrder, hours }, asEngineer) => ({
        kind: "take-out-of-service",
        reason: reason.trim(),
        workOrder: workOrder.trim(),
        reviewMs: world.clock.nowMs() + hours * hourMs,
        asEngineer,
      }),
    );
    command("in-service", "engineer", "Puts an alarm in service again", {}, (_given, asEngineer) => ({
      kind: "put-in-service",
      asEngineer,
    }));

    function command<P extends TProperties>(
      action: string,
      role: Role,
      does: string,
      properties: P,
      wanted: (given: Static<TObject<P>>, asEngineer: boolean) => Particular,
    ): void {
      const body = Type.Object({ rev: Revision, ...properties }, { additionalProperties: false });
      app.post(
        `/alarms/:alarmId/${action}`,
        {
          config: { role, sites: "parameter" },
          schema: {
            summary: `${does}; \`rev\` is the revision of the alarm that was seen`,
            params: Type.Object({ alarmId: Type.String({ maxLength: 200 }) }),
            headers: Type.Object({
              "idempotency-key": Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
            }),
            body,
            response: { 200: AlarmText, "4xx": Problem, "5xx": Problem },
          },
        },
        async (request) => {
          const { body: given, headers } = request;
          const { alarmId } = request.params;
          const caller = callerOf(request);
          const before = await alarmById(db, alarmId);
          const site = before?.siteId ?? registry.siteOf(alarmId.split("--")[1] ?? "");
          if (site === null || !maySee(caller, site))
            throw new OperationalError("alarm-unknown", "There is no such alarm");
          const { rev, ...particular } = given as { readonly rev: number } & Static<TObject<P>>;
          const asEngineer = mayActAs(caller.role, "engineer");
          await commands.send({
            site,
            alarmId,
            rev,
            by: caller.actor,
            // The same word of somebody else, or about something else, is another command.
            key: keyOf(caller.actor, alarmId, action, headers["idempotency-key"] ?? world.random.uuid()),
            ...wanted(particular as Static<TObject<P>>, asEngineer),
          });
          const after = await (before === null ? newestOfTag(db, alarmId) : alarmById(db, alarmId));
          if (after === null) throw new OperationalError("alarm-unknown", "There is no such alarm");
          return text(after);
        },
      );
    }
  };
}

/** What makes a command the same one: who says it, of what, and the word that the caller gave it. */
function keyOf(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

function placeOf(cursor: string): HistoryPlace {
  const [, sinceMs, id] = /^(\d{1,13})\.(.+)$/.exec(cursor) ?? [];
  if (sinceMs !== undefined && id !== undefined) return { sinceMs: Number(sinceMs), id };
  throw new OperationalError("request-invalid", "cursor: give the one that came with the page before");
}
