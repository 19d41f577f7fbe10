import { pbkdf2Sync, randomBytes } from "node:crypto";
import type { Grants } from "./access.ts";
import { serverUser } from "./config.ts";

/** What stands for guessing is the secret's 256 bits; mosquitto computes this in its one thread. */
const iterations = 1_000;
const saltBytes = 12;
const keyBytes = 64;

/** The same rules as our own broker's, as mosquitto's `acl_file`. */
export function mosquittoAcl(grants: Grants): string {
  const users = [...grants].map(([user, { publish, subscribe }]) =>
    [
      `user ${user}`,
      ...publish.map((filter) => `topic write ${filter}`),
      ...subscribe.map((filter) => `topic read ${filter}`),
    ].join("\n"),
  );
  return `${[`user ${serverUser}\ntopic readwrite #\ntopic read $SYS/#`, ...users].join("\n\n")}\n`;
}

/** A `password_file` of mosquitto's: PBKDF2 with SHA-512. */
export function mosquittoPasswords(secrets: ReadonlyMap<string, string>): string {
  return [...secrets]
    .map(([user, secret]) => {
      const salt = randomBytes(saltBytes);
      const key = pbkdf2Sync(secret, salt, iterations, keyBytes, "sha512");
      return `${user}:$7$${iterations}$${salt.toString("base64")}$${key.toString("base64")}\n`;
    })
    .join("");
}
