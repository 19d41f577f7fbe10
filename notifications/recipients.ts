import { type Priority, priorities } from "../domain/alarms/alarm.ts";
import type { Route } from "../domain/notifications/route.ts";
import type { Shift } from "../domain/notifications/shift.ts";
import type { Bus } from "../platform/bus.ts";
import type { World } from "../platform/world.ts";
import type { Channel } from "./channels/channel.ts";
import { mailer } from "./channels/mail.ts";
import { mqttEvents } from "./channels/mqtt.ts";
import { webhook } from "./channels/webhook.ts";
import {
  type NotificationSecrets,
  type NotificationsConfig,
  type RecipientName,
  recipientsIn,
  type ShiftConfig,
} from "./config.ts";

export type Recipient = RecipientName & Channel;

/** How a destination wants to be told. */
export interface DestinationSettings {
  readonly tellsEnd: boolean;
  readonly groupMs: number;
  readonly mostPer10Min: number;
  readonly digestAfterMs: number;
  readonly quietHours: { readonly shift: Shift; readonly except: readonly Priority[] } | null;
}

/** Who can be told, of what, and how: the configuration, ready for use. */
export interface Desk {
  readonly recipients: ReadonlyMap<string, Recipient>;
  readonly routes: readonly Route[];
  /** By destination. */
  readonly settings: ReadonlyMap<string, DestinationSettings>;
  readonly publicUrl: string | null;
  readonly giveUpAfterHours: number;
  close(): void;
}

export function openDesk(
  config: NotificationsConfig,
  secrets: NotificationSecrets,
  siteIds: readonly string[],
  bus: Bus,
  world: World,
): Desk {
  const timeoutMs = config.timeoutSeconds * 1_000;
  const shifts = new Map(config.shifts.map((shift) => [shift.id, shiftOf(shift)]));
  const mail = config.mail === undefined ? null : mailer(config.mail, secrets.mailPassword, timeoutMs);
  const destinations = new Map(config.destinations.map((destination) => [destination.id, destination]));

  function channelOf({ destinationId, where, siteId }: RecipientName): Channel | null {
    const { language = "en", mail: mailed, webhook: hook } = destinations.get(destinationId) ?? {};
    if (mailed !== undefined) return mail?.channelTo(where, language) ?? null;
    if (siteId !== null) return mqttEvents(siteId, bus);
    const key = secrets.webhookKeys.get(destinationId);
    return hook === undefined || key === undefined ? null : webhook(hook.url, key, timeoutMs, world);
  }

  return {
    recipients: new Map(
      recipientsIn(config.destinations, siteIds).flatMap((name) => {
        const channel = channelOf(name);
        return channel === null ? [] : [[name.id, { ...name, ...channel }]];
      }),
    ),
    routes: config.routes.map(({ to, sites = null, priorities: of, tiers, shift }) => ({
      to,
      sites,
      priorities: of,
      tiers,
      shift: shift === undefined ? null : (shifts.get(shift) ?? null),
    })),
    settings: new Map(
      config.destinations.map(
        ({ id, tellsEnd, groupSeconds, mostPer10Min, digestAfterSeconds, quietHours }) => {
          const shift = quietHours === undefined ? undefined : shifts.get(quietHours.shift);
          return [
            id,
            {
              tellsEnd,
              mostPer10Min,
              groupMs: groupSeconds * 1_000,
              digestAfterMs: digestAfterSeconds * 1_000,
              quietHours:
                quietHours === undefined || shift === undefined
                  ? null
                  : { shift, except: priorities.filter((each) => quietHours.except.includes(each)) },
            },
          ];
        },
      ),
    ),
    publicUrl: config.publicUrl ?? null,
    giveUpAfterHours: config.giveUpAfterHours,
    close: () => mail?.close(),
  };
}

function shiftOf({ id, timeZone, hours, closedOn }: ShiftConfig): Shift {
  const minuteOf = (time: string) => 60 * Number(time.slice(0, 2)) + Number(time.slice(3));
  return {
    id,
    timeZone,
    closedOn,
    hours: hours.map(({ days, from, to }) => ({ days, fromMinute: minuteOf(from), toMinute: minuteOf(to) })),
  };
}
