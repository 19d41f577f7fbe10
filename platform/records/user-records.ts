import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { RecordsDb } from "./records.ts";

export const roles = ["viewer", "operator", "engineer", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whether `role` may do what `needed` may. */
export function mayActAs(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** scrypt with N = 2^17, r = 8, p = 1: 128 MiB and a good part of a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const keyBytes = 32;

/** Sets a user's password and role; ends nothing else. */
export async function setUser(
  db: RecordsDb,
  {
    name,
    role,
    password,
    atMs,
  }: { readonly name: string; readonly role: Role; readonly password: string; readonly atMs: number },
): Promise<void> {
  const salt = randomBytes(16);
  const passwordHash = `${salt.toString("hex")}:${(await derived(password, salt)).toString("hex")}`;
  const row = { name, role, passwordHash, changedAtMs: atMs };
  await db
    .insertInto("users")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
    .execute();
}

/** The role of a user whose password this is, or `null`. An unknown user takes as long as a wrong password. */
export async function roleOfUser(db: RecordsDb, name: string, password: string): Promise<Role | null> {
  const user = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
  const [salt = "", hash = ""] = (user?.passwordHash ?? `${"00".repeat(16)}:${"00".repeat(keyBytes)}`).split(
    ":",
  );
  const given = await derived(password, Buffer.from(salt, "hex"));
  const right = timingSafeEqual(given, Buffer.from(hash, "hex"));
  return user !== undefined && right ? (roles.find((role) => role === user.role) ?? null) : null;
}

function derived(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, keyBytes, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
