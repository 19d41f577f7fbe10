import type { DestinationConfig } from "../notifications/config.ts";
import type { Config } from "./config.ts";

type Path = readonly (string | number)[];
type Wrong = (path: Path, message: string) => void;

const channels = ["mail", "webhook", "mqtt"] as const;
const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/;

/** What no schema can see of who is told and how. */
export function notificationFaults(
  { notifications, sites }: Config,
  isTimeZone: (name: string) => boolean,
  secretFault: (name: string) => string | null,
  wrongIn: Wrong,
): void {
  const wrong: Wrong = (path, message) => wrongIn(["notifications", ...path], message);
  const { mail, shifts, destinations, routes } = notifications;
  const known = (path: Path, what: string, id: string, all: readonly { readonly id: string }[]) => {
    if (all.some((each) => each.id === id)) return;
    wrong(
      path,
      `is "${id}", which is no ${what}; known are ${all.map((each) => each.id).join(", ") || "none"}`,
    );
  };
  const once = (what: string, list: string, all: readonly { readonly id: string }[]) => {
    for (const [index, { id }] of all.entries())
      if (all.findIndex((each) => each.id === id) < index)
        wrong([list, index, "id"], `is "${id}", which another ${what} has already`);
  };
  const secret = (path: Path, name: string) => {
    const fault = secretFault(name);
    if (fault !== null) wrong(path, `("${name}") ${fault}`);
  };

  if (mail !== undefined) {
    if ((mail.user === undefined) !== (mail.passwordFile === undefined))
      wrong(
        ["mail"],
        `has ${mail.user === undefined ? "passwordFile without user" : "user without passwordFile"}`,
      );
    if (mail.passwordFile !== undefined) {
      secret(["mail", "passwordFile"], mail.passwordFile);
      if (mail.security === "none" && !loopback.test(mail.host))
        wrong(["mail", "security"], "is none; a password goes over starttls or tls only");
    }
  }
  once("shift", "shifts", shifts);
  for (const [index, { timeZone, hours }] of shifts.entries()) {
    if (!isTimeZone(timeZone))
      wrong(["shifts", index, "timeZone"], `is "${timeZone}"; it must be a name like Asia/Taipei`);
    for (const [h, { from, to }] of hours.entries())
      if (from === to)
        wrong(["shifts", index, "hours", h, "to"], `is ${to}, as from; a whole day has two lines`);
  }
  once("destination", "destinations", destinations);
  for (const [index, destination] of destinations.entries()) {
    const at: Path = ["destinations", index];
    const { id, quietHours, webhook } = destination;
    const named = channels.filter((channel) => destination[channel] !== undefined);
    if (named.length !== 1) wrong([...at, "id"], `("${id}") needs exactly one of ${channels.join(", ")}`);
    if (destination.mail !== undefined && mail === undefined)
      wrong([...at, "mail"], "needs notifications.mail: the server that sends it");
    if (quietHours !== undefined) known([...at, "quietHours", "shift"], "shift", quietHours.shift, shifts);
    if (webhook !== undefined) {
      secret([...at, "webhook", "secretFile"], webhook.secretFile);
      const fault = webhookFault(webhook);
      if (fault !== null) wrong([...at, "webhook", "url"], fault);
    }
  }
  for (const [index, { to, sites: of = [], shift }] of routes.entries()) {
    for (const [t, id] of to.entries()) known(["routes", index, "to", t], "destination", id, destinations);
    for (const [s, id] of of.entries()) known(["routes", index, "sites", s], "site", id, sites);
    if (shift !== undefined) known(["routes", index, "shift"], "shift", shift, shifts);
  }
}

function webhookFault({ url }: NonNullable<DestinationConfig["webhook"]>): string | null {
  if (!URL.canParse(url)) return `is "${url}", which is no address`;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return "has a password in it; the signature says who sends";
  return protocol === "https:" || loopback.test(hostname)
    ? null
    : `goes to ${hostname} without TLS; use https, or a proxy on this machine`;
}
