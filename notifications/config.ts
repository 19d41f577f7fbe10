import { type Static, Type } from "typebox";
import { Id, IsoDate } from "../contracts/ids.ts";
import { liveTopic } from "../contracts/topics.ts";
import { priorities } from "../domain/alarms/alarm.ts";
import { weekdays } from "../domain/notifications/shift.ts";

const closed = { additionalProperties: false } as const;
const TimeOfDay = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", description: "a time like 07:30" });
const Address = Type.String({
  pattern: "^[^\\s@<>,;]{1,64}@[^\\s@<>,;]{1,255}$",
  description: "an address like shift@plant.example",
});

export const MailConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 255 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 587 }),
    /** `tls`: from the first byte; `starttls`: before anything is said; `none`: on this machine or a trusted line. */
    security: Type.Enum(["starttls", "tls", "none"], { default: "starttls" }),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    /** A file with the password alone, seen from this file's folder. */
    passwordFile: Type.Optional(Type.String({ minLength: 1 })),
    from: Address,
  },
  closed,
);
export type MailConfig = Static<typeof MailConfig>;

export const ShiftConfig = Type.Object(
  {
    id: Id,
    timeZone: Type.String({ default: "Asia/Taipei" }),
    hours: Type.Array(
      Type.Object(
        {
          days: Type.Array(Type.Enum(weekdays), { minItems: 1, uniqueItems: true, default: [...weekdays] }),
          from: TimeOfDay,
          to: TimeOfDay,
        },
        closed,
      ),
      { minItems: 1 },
    ),
    closedOn: Type.Array(IsoDate, { default: [] }),
  },
  closed,
);
export type ShiftConfig = Static<typeof ShiftConfig>;

export const DestinationConfig = Type.Object(
  {
    id: Id,
    language: Type.Enum(["en", "zh-TW"], { default: "en" }),
    mail: Type.Optional(Type.Object({ to: Type.Array(Address, { minItems: 1, uniqueItems: true }) }, closed)),
    webhook: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: "^https?://", maxLength: 2_000 }),
          /** A file with the key that signs; seen from this file's folder. */
          secretFile: Type.String({ minLength: 1 }),
        },
        closed,
      ),
    ),
    mqtt: Type.Optional(Type.Object({}, closed)),
    /** Whether it is also told when an alarm needs nobody any more. */
    tellsEnd: Type.Boolean({ default: false }),
    groupSeconds: Type.Number({ minimum: 0, maximum: 600, default: 10 }),
    mostPer10Min: Type.Integer({ minimum: 2, maximum: 1_000, default: 10 }),
    digestAfterSeconds: Type.Number({ minimum: 0, maximum: 600, default: 60 }),
    quietHours: Type.Optional(
      Type.Object(
        {
          shift: Id,
          /** Priorities that go out all the same; the most urgent always does. */
          except: Type.Array(Type.Enum(priorities), { default: [1] }),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type DestinationConfig = Static<typeof DestinationConfig>;

export const RouteConfig = Type.Object(
  {
    to: Type.Array(Id, { minItems: 1, uniqueItems: true }),
    sites: Type.Optional(Type.Array(Id, { minItems: 1, uniqueItems: true })),
    priorities: Type.Array(Type.Enum(priorities), {
      minItems: 1,
      uniqueItems: true,
      default: [...priorities],
    }),
    /** 0: when it is raised; 1 to 3: when nobody has acknowledged for so many steps. */
    tiers: Type.Array(Type.Integer({ minimum: 0, maximum: 3 }), {
      minItems: 1,
      uniqueItems: true,
      default: [0],
    }),
    shift: Type.Optional(Id),
  },
  closed,
);

/** Who is told of alarms, how, and when; nothing of it is needed to run. */
export const notificationsConfig = Type.Object(
  {
    /** Where the pages are reached, for the link in a message. */
    publicUrl: Type.Optional(Type.String({ pattern: "^https?://[^\\s]+$", maxLength: 500 })),
    mail: Type.Optional(MailConfig),
    shifts: Type.Array(ShiftConfig, { default: [] }),
    destinations: Type.Array(DestinationConfig, { default: [] }),
    routes: Type.Array(RouteConfig, { default: [] }),
    /** How long one attempt may take. */
    timeoutSeconds: Type.Number({ minimum: 1, maximum: 120, default: 10 }),
    /** After so long a message is not tried any more; it stays in the log, and can be sent again by hand. */
    giveUpAfterHours: Type.Number({ minimum: 1, maximum: 720, default: 72 }),
  },
  { ...closed, default: {} },
);
export type NotificationsConfig = Static<typeof notificationsConfig>;

/** One address, one receiver, one topic: each is told by itself, and fails by itself. */
export interface RecipientName {
  /** The destination's id, and what tells its recipients apart where it has several. */
  readonly id: string;
  readonly destinationId: string;
  readonly channel: "mail" | "webhook" | "mqtt";
  /** Where messages go, for the log and the page; nothing in it is a secret. */
  readonly where: string;
  /** It hears of this site alone; `null`: of all. */
  readonly siteId: string | null;
}

export function recipientsIn(
  destinations: readonly DestinationConfig[],
  siteIds: readonly string[],
): readonly RecipientName[] {
  return destinations.flatMap(({ id: destinationId, mail, webhook }): readonly RecipientName[] => {
    if (mail !== undefined)
      return mail.to.map((where) => ({
        id: `${destinationId}/${where}`,
        destinationId,
        channel: "mail",
        where,
        siteId: null,
      }));
    // The path and the query of an address may hold a token.
    if (webhook !== undefined)
      return [
        {
          id: destinationId,
          destinationId,
          channel: "webhook",
          where: new URL(webhook.url).origin,
          siteId: null,
        },
      ];
    return siteIds.map((siteId) => ({
      id: `${destinationId}/${siteId}`,
      destinationId,
      channel: "mqtt",
      where: liveTopic(siteId, "notification"),
      siteId,
    }));
  });
}

/** What signs and signs in, read from its files; never told to anybody. */
export interface NotificationSecrets {
  readonly mailPassword: string | null;
  /** By destination. */
  readonly webhookKeys: ReadonlyMap<string, Buffer>;
}

const standardPrefix = "whsec_";

/** The key in a secret's file: as Standard Webhooks writes it, or the text itself. */
export function webhookKey(secret: string): Buffer {
  return secret.startsWith(standardPrefix)
    ? Buffer.from(secret.slice(standardPrefix.length), "base64")
    : Buffer.from(secret);
}
