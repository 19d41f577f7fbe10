import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Deliveries, type DeliveryText, Recipients } from "../../contracts/http/notifications.ts";
import { Problem } from "../../contracts/http/problem.ts";
import type { Notification } from "../../contracts/notification.ts";
import { OperationalError } from "../../platform/errors.ts";
import {
  deliveries,
  type Message,
  messageByKey,
  messageStates,
  saveMessage,
  sendAgain,
} from "../../platform/records/notification-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { World } from "../../platform/world.ts";
import { assertAllSites, callerOf } from "../guard.ts";
import { rangeOf } from "../query.ts";
import type { Registry } from "../registry.ts";

/** Who is told, how it went, a test, and once more. The notifier sends; what is here only writes into its queue. */
export function notificationRoutes(
  { recipients }: Registry,
  db: RecordsDb,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/notifications/recipients",
      {
        config: { role: "viewer", sites: "parameter" },
        schema: { summary: "Who can be told of alarms", response: { 200: Recipients, "4xx": Problem } },
      },
      async (request) => {
        assertAllSites(callerOf(request));
        return { recipients: recipients.map((recipient) => ({ ...recipient })) };
      },
    );

    app.get(
      "/notifications",
      {
        config: { role: "operator", sites: "parameter" },
        schema: {
          summary: "Messages made in a range and how each of them went, newest first, at most 500",
          querystring: Type.Object(
            {
              from: Type.String({ maxLength: 40 }),
              to: Type.String({ maxLength: 40 }),
              recipient: Type.Optional(Type.String({ maxLength: 400 })),
              state: Type.Optional(Type.Enum(messageStates)),
            },
            { additionalProperties: false },
          ),
          response: { 200: Deliveries, "4xx": Problem },
        },
      },
      async (request) => {
        assertAllSites(callerOf(request));
        const { query } = request;
        const { recipient = null, state = null } = query;
        const messages = await deliveries(db, { ...rangeOf(query), recipient, state });
        return { deliveries: messages.map(deliveryText) };
      },
    );

    app.post(
      "/notifications/destinations/:destinationId/test",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Queues a test message to every recipient of a destination; the log says how it went",
          params: Type.Object({ destinationId: Type.String({ maxLength: 64 }) }),
          response: { 202: Deliveries, "4xx": Problem },
        },
      },
      async (request, reply) => {
        assertAllSites(callerOf(request));
        const { destinationId } = request.params;
        const asked = recipients.filter((recipient) => recipient.destinationId === destinationId);
        if (asked.length === 0)
          throw new OperationalError(
            "destination-unknown",
            "There is no such destination in the configuration",
          );
        const queued: DeliveryText[] = [];
        for (const { id: recipient } of asked) {
          const key = `${recipient}.test.${world.random.uuid()}`;
          const common = { key, kind: "test" as const, recipient, createdAtMs: world.clock.nowMs() };
          const body: Notification = { v: 1, ...common, url: null, total: 0, events: [], further: [] };
          await saveMessage(db, { ...common, urgent: false, items: 0, body: JSON.stringify(body) }, []);
          const saved = await messageByKey(db, key);
          if (saved !== null) queued.push(deliveryText(saved));
        }
        return reply.code(202).send({ deliveries: queued });
      },
    );

    app.post(
      "/notifications/again",
      {
        config: { role: "engineer", sites: "parameter" },
        schema: {
          summary: "Tries a message again now, with its own key: one that was given up, or that waits",
          body: Type.Object(
            { key: Type.String({ minLength: 1, maxLength: 500 }) },
            { additionalProperties: false },
          ),
          response: { 202: Deliveries, "4xx": Problem },
        },
      },
      async (request, reply) => {
        assertAllSites(callerOf(request));
        const { key } = request.body;
        const message = await messageByKey(db, key);
        if (message === null) throw new OperationalError("message-unknown", "There is no such message");
        if (message.state === "delivered")
          throw new OperationalError("state-conflict", "The message was delivered already");
        await sendAgain(db, key, world.clock.nowMs());
        const after = await messageByKey(db, key);
        return reply.code(202).send({ deliveries: after === null ? [] : [deliveryText(after)] });
      },
    );
  };
}

function deliveryText({ urgent: _urgent, body: _body, ...message }: Message): DeliveryText {
  return {
    ...message,
    kind: message.kind as DeliveryText["kind"],
    nextAttemptMs: message.state === "waiting" ? Math.round(message.nextAttemptMs) : null,
  };
}
