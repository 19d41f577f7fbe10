import { readFileSync, statSync } from "node:fs";
import type { NotificationSecrets } from "../notifications/config.ts";
import { webhookKey } from "../notifications/config.ts";
import { messageOf } from "../platform/errors.ts";
import type { Settings } from "./settings.ts";

const readableByOthers = 0o077;

/** Why a file is not fit to hold a secret; `null` when it is. */
export function secretFault(file: string): string | null {
  try {
    const { mode } = statSync(file);
    if ((mode & readableByOthers) !== 0)
      return "can be read by others; give it to this user alone: chmod 600";
    return readFileSync(file, "utf8").trim() === "" ? "is empty" : null;
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}

/** What notifications sign and sign in with; the configuration was checked for the files. */
export function notificationSecrets({ config, fileAt }: Settings): NotificationSecrets {
  const { mail, destinations } = config.notifications;
  const secret = (name: string) => readFileSync(fileAt(name), "utf8").trim();
  return {
    mailPassword: mail?.passwordFile === undefined ? null : secret(mail.passwordFile),
    webhookKeys: new Map(
      destinations.flatMap(({ id, webhook }) =>
        webhook === undefined ? [] : [[id, webhookKey(secret(webhook.secretFile))] as const],
      ),
    ),
  };
}

/** What the server of telemetry wants to see; the configuration was checked for the files. */
export function telemetrySecrets({ config, fileAt }: Settings) {
  const { influx1, influx2 } = config.telemetry;
  const secret = (name: string) => readFileSync(fileAt(name), "utf8").trim();
  return {
    password: influx1?.passwordFile === undefined ? null : secret(influx1.passwordFile),
    token: influx2 === undefined ? null : secret(influx2.tokenFile),
  };
}

/** What PostgreSQL wants to see, and by whose word it is the right one. */
export function recordsSecrets({ config, fileAt }: Settings) {
  const { postgres } = config.records;
  const read = (name: string | undefined) =>
    name === undefined ? null : readFileSync(fileAt(name), "utf8").trim();
  return { password: read(postgres?.passwordFile), ca: read(postgres?.caFile) };
}
