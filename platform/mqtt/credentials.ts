import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { readFileIfThere, replaceFile } from "../data-folder.ts";
import { OperationalError } from "../errors.ts";
import { parsedJson } from "../json.ts";

/** Users of the broker with the scrypt hash of each one's secret. */
const CredentialsFile = Type.Object(
  {
    users: Type.Record(
      Type.String(),
      Type.Object({ hash: Type.String({ pattern: "^scrypt:16384:8:1:[0-9a-f]{32}:[0-9a-f]{64}$" }) }),
    ),
  },
  { additionalProperties: false },
);
export type Credentials = Static<typeof CredentialsFile>["users"];
const checkCredentials = Compile(CredentialsFile);

/** The secrets are 256 random bits, so that this stands for the file being read, not for guessing. */
const cost = { N: 16_384, r: 8, p: 1 };
const keyBytes = 32;
const groupOrOthers = 0o077;

/**
 * Reads a file that only its owner may read; `null` where there is none.
 * @throws OperationalError `secret-open`
 */
export function readSecretFile(file: string): string | null {
  const text = readFileIfThere(file);
  if (text !== null && (statSync(file).mode & groupOrOthers) !== 0) {
    throw new OperationalError("secret-open", `${file} can be read by others; run: chmod 600 ${file}`);
  }
  return text;
}

/** @throws OperationalError `credentials-invalid` or `secret-open` */
export function readCredentials(file: string): Credentials {
  const text = readSecretFile(file);
  if (text === null) return {};
  const raw = parsedJson(Buffer.from(text));
  if (!checkCredentials.Check(raw)) {
    throw new OperationalError(
      "credentials-invalid",
      `${file} is no file of credentials; make it anew with: fluewatch mqtt credential`,
    );
  }
  return raw.users;
}

/** Gives a user a new secret, or takes away the one that it had; the old one ends within seconds. */
export async function setCredential(file: string, user: string, secret: string | null): Promise<void> {
  const { [user]: _before, ...others } = readCredentials(file);
  const users = secret === null ? others : { ...others, [user]: { hash: await hashOf(secret) } };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${JSON.stringify({ users }, null, 2)}\n`);
}

/**
 * A user's own secret, from the folder where its machine keeps it.
 * @throws OperationalError `secret-missing` or `secret-open`
 */
export function readSecret(folder: string, user: string): string {
  const file = secretFile(folder, user);
  const text = readSecretFile(file)?.trim();
  if (text) return text;
  throw new OperationalError(
    "secret-missing",
    `${file} is not there; make it where the broker is with: fluewatch mqtt credential ${user}`,
  );
}

export function writeSecret(folder: string, user: string, secret: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = secretFile(folder, user);
  replaceFile(file, `${secret}\n`);
  return file;
}

function secretFile(folder: string, user: string): string {
  return join(folder, `${user}.secret`);
}

/** Tells right secrets from wrong ones. */
export interface Verifier {
  isRight(user: string, secret: string, credentials: Credentials): Promise<boolean>;
}

/**
 * One scrypt at a time, so that guessing cannot take the threads that the disk needs. A secret that was right is
 * known again without one, by a keyed hash that dies with the process: a whole fleet comes back at once.
 */
export function verifier(): Verifier {
  const processKey = randomBytes(32);
  const known = new Map<string, { readonly hash: string; readonly mark: Buffer }>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    isRight: async (user, secret, credentials) => {
      const hash = Object.hasOwn(credentials, user) ? (credentials[user]?.hash ?? null) : null;
      const mark = createHmac("sha256", processKey).update(secret).digest();
      const before = known.get(user);
      if (before !== undefined && before.hash === hash && timingSafeEqual(before.mark, mark)) return true;
      // An unknown user takes as long as a wrong secret.
      const compared = last.then(() =>
        isHashOf(secret, hash ?? `scrypt:16384:8:1:${"0".repeat(32)}:${"0".repeat(64)}`),
      );
      last = compared;
      const right = (await compared) && hash !== null;
      if (right && hash !== null) known.set(user, { hash, mark });
      return right;
    },
  };
}

async function hashOf(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derived(secret, salt);
  return `scrypt:${cost.N}:${cost.r}:${cost.p}:${salt.toString("hex")}:${key.toString("hex")}`;
}

async function isHashOf(secret: string, hash: string): Promise<boolean> {
  const [, , , , salt = "", key = ""] = hash.split(":");
  return timingSafeEqual(await derived(secret, Buffer.from(salt, "hex")), Buffer.from(key, "hex"));
}

function derived(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, keyBytes, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
