import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Alarms, AlarmText, Problem } from "../../contracts/http.ts";
import { Serial } from "../../contracts/ids.ts";
import type { Alarm } from "../../domain/alarms/alarm.ts";
import { OperationalError } from "../../platform/errors.ts";
import { alarmById, alarmHistory, alarmsSince, newestListRev } from "../../platform/records/alarm-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { World } from "../../platform/world.ts";
import type { Commands } from "../commands.ts";
import { integerOf, rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

export function alarmRoutes(
  registry: Registry,
  db: RecordsDb,
  commands: Commands,
  world: World,
): FastifyPluginAsyncTypebox {
  const text = (alarm: Alarm): AlarmText => {
    const rule = registry.rules.get(alarm.ruleId);
    const untitled = { en: alarm.ruleId, "zh-TW": alarm.ruleId };
    return {
      ...alarm,
      title: rule?.title ?? untitled,
      response: [...(rule?.response ?? [])],
      consequence: rule?.consequence ?? untitled,
    };
  };

  return async (app) => {
    app.get(
      "/alarms",
      {
        config: { role: "viewer" },
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
      async ({ query }) => {
        const since =
          query.since === undefined ? null : integerOf("since", query.since, 0, Number.MAX_SAFE_INTEGER);
        // The revision is read first: what changes in between is then seen twice rather than never.
        const rev = await newestListRev(db);
        return { rev, alarms: (await alarmsSince(db, since)).map(text) };
      },
    );

    app.get(
      "/alarms/history",
      {
        config: { role: "viewer" },
        schema: {
          summary: "Alarms whose condition held at any time in a range, newest first",
          querystring: Type.Object(
            { from: Type.String({ maxLength: 40 }), to: Type.String({ maxLength: 40 }) },
            { additionalProperties: false },
          ),
          response: { 200: Alarms, "4xx": Problem },
        },
      },
      async ({ query }) => {
        const { fromMs, toMs } = rangeOf(query);
        const rev = await newestListRev(db);
        return { rev, alarms: (await alarmHistory(db, fromMs, toMs)).map(text) };
      },
    );

    app.post(
      "/alarms/:alarmId/acknowledge",
      {
        config: { role: "operator" },
        schema: {
          summary: "Says that somebody knows of the alarm; `rev` is the revision of the alarm that was seen",
          params: Type.Object({ alarmId: Type.String({ maxLength: 200 }) }),
          headers: Type.Object({
            "idempotency-key": Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
          }),
          body: Type.Object(
            { rev: Serial, comment: Type.Optional(Type.String({ maxLength: 2_000 })) },
            { additionalProperties: false },
          ),
          response: { 200: AlarmText, "4xx": Problem, "5xx": Problem },
        },
      },
      async ({ params: { alarmId }, body: { rev, comment }, headers, signedIn }) => {
        const before = await alarmById(db, alarmId);
        if (before === null) throw new OperationalError("alarm-unknown", "There is no such alarm");
        await commands.acknowledge({
          site: before.siteId,
          alarmId,
          rev,
          by: signedIn?.user ?? "",
          comment: comment === undefined || comment.trim() === "" ? null : comment.trim(),
          key: headers["idempotency-key"] ?? world.random.uuid(),
        });
        return text((await alarmById(db, alarmId)) ?? before);
      },
    );
  };
}
