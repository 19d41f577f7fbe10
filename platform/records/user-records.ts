import type { Kysely } from "kysely";
import { OperationalError } from "../errors.ts";
import { audit } from "./audit.ts";
import { assertGoodPassword, passwordHash, passwordMatches } from "./passwords.ts";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";

export const roles = ["viewer", "operator", "engineer", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whether `role` may do what `needed` may. */
export function mayActAs(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The sites that somebody may see; `null`: all. */
export type SiteScope = readonly string[] | null;

/** Whether one scope lies within another. */
export function covers(outer: SiteScope, inner: SiteScope): boolean {
  return outer === null || (inner?.every((site) => outer.includes(site)) ?? false);
}

/** What both may see. */
export function commonScope(a: SiteScope, b: SiteScope): SiteScope {
  if (a === null) return b;
  return b === null ? a : a.filter((site) => b.includes(site));
}

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly sites: SiteScope;
  /** `false`: signs in by a link or by another service alone. */
  readonly hasPassword: boolean;
  readonly changedAtMs: number;
}

/** Who changes something, and when: for the audit. */
export interface Doing {
  readonly by: string;
  readonly atMs: number;
}

export async function allUsers(db: Kysely<RecordsTables>): Promise<readonly User[]> {
  return (await db.selectFrom("users").selectAll().orderBy("name").execute()).map(userOf);
}

export async function userNamed(db: Kysely<RecordsTables>, name: string): Promise<User | null> {
  const row = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
  return row === undefined ? null : userOf(row);
}

/**
 * @throws OperationalError `user-exists`, `password-weak`
 */
export async function addUser(
  db: RecordsDb,
  user: Pick<User, "name" | "role" | "sites"> & { readonly password: string | null },
  { by, atMs }: Doing,
): Promise<void> {
  const { name, role, sites, password } = user;
  if (password !== null) assertGoodPassword(password, name);
  const hash = password === null ? "" : await passwordHash(password);
  await db.transaction().execute(async (tx) => {
    if ((await userNamed(tx, name)) !== null)
      throw new OperationalError("user-exists", `There is a user ${name} already`);
    const row = { name, role, passwordHash: hash, changedAtMs: atMs, sites: textOf(sites) };
    await tx.insertInto("users").values(row).execute();
    const detail = { role, sites };
    await audit.write(tx, { atMs, by, action: "user.add", subject: `user:${name}`, siteId: null, detail });
  });
}

/**
 * Changes what a user may; their sessions end.
 * @throws OperationalError `user-unknown`, `last-admin`
 */
export async function changeUser(
  db: RecordsDb,
  name: string,
  to: Pick<User, "role" | "sites">,
  { by, atMs }: Doing,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await knownUser(tx, name);
    const { role, sites } = to;
    if (isChief(before) && !isChief(to)) await assertNotLastChief(tx);
    await tx
      .updateTable("users")
      .set({ role, sites: textOf(sites), changedAtMs: atMs })
      .where("name", "=", name)
      .execute();
    await endSessionsOf(tx, name);
    const detail = { before: { role: before.role, sites: before.sites }, after: { role, sites } };
    await audit.write(tx, { atMs, by, action: "user.change", subject: `user:${name}`, siteId: null, detail });
  });
}

/**
 * Sets a password; the user's sessions end.
 * @throws OperationalError `user-unknown`, `password-weak`
 */
export async function setPassword(
  db: RecordsDb,
  name: string,
  password: string,
  { by, atMs }: Doing,
): Promise<void> {
  assertGoodPassword(password, name);
  const hash = await passwordHash(password);
  await db.transaction().execute(async (tx) => {
    await knownUser(tx, name);
    await tx
      .updateTable("users")
      .set({ passwordHash: hash, changedAtMs: atMs })
      .where("name", "=", name)
      .execute();
    await endSessionsOf(tx, name);
    await audit.write(tx, { atMs, by, action: "user.password", subject: `user:${name}`, siteId: null });
  });
}

/**
 * Removes a user, with sessions and tokens.
 * @throws OperationalError `user-unknown`, `last-admin`
 */
export async function removeUser(db: RecordsDb, name: string, { by, atMs }: Doing): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await knownUser(tx, name);
    if (isChief(before)) await assertNotLastChief(tx);
    await endSessionsOf(tx, name);
    await tx.deleteFrom("tokens").where("createdBy", "=", name).execute();
    await tx.deleteFrom("users").where("name", "=", name).execute();
    await audit.write(tx, { atMs, by, action: "user.remove", subject: `user:${name}`, siteId: null });
  });
}

/** The user whose password this is, or `null`. An unknown user takes as long as a wrong password. */
export async function userByPassword(db: RecordsDb, name: string, password: string): Promise<User | null> {
  const row = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
  const right = await passwordMatches(password, row?.passwordHash ?? "");
  return row !== undefined && right ? userOf(row) : null;
}

/** The name of an administrator of all sites; where there is none, `admin` becomes one, without a password. */
export async function chiefUser(db: RecordsDb, doing: Doing): Promise<string> {
  const chiefs = (await allUsers(db)).filter(isChief).map(({ name }) => name);
  const known = chiefs.find((name) => name === "admin") ?? chiefs[0];
  if (known !== undefined) return known;
  const there = await userNamed(db, "admin");
  const all = { role: "admin", sites: null } as const;
  if (there === null) await addUser(db, { name: "admin", ...all, password: null }, doing);
  else await changeUser(db, "admin", all, doing);
  return "admin";
}

/** Makes this the password of the first administrator; the same one again changes nothing and ends no session. */
export async function setAdminPassword(db: RecordsDb, password: string, doing: Doing): Promise<void> {
  const name = "admin";
  const there = await userNamed(db, name);
  if (there === null) await addUser(db, { name, role: "admin", sites: null, password }, doing);
  else if ((await userByPassword(db, name, password)) === null) await setPassword(db, name, password, doing);
}

async function knownUser(tx: Kysely<RecordsTables>, name: string): Promise<User> {
  const user = await userNamed(tx, name);
  if (user === null) throw new OperationalError("user-unknown", `There is no user ${name}`);
  return user;
}

function isChief({ role, sites }: Pick<User, "role" | "sites">): boolean {
  return role === "admin" && sites === null;
}

async function assertNotLastChief(tx: Kysely<RecordsTables>): Promise<void> {
  if ((await allUsers(tx)).filter(isChief).length > 1) return;
  throw new OperationalError(
    "last-admin",
    "This is the last administrator of all sites; make another one first",
  );
}

async function endSessionsOf(tx: Kysely<RecordsTables>, user: string): Promise<void> {
  await tx.deleteFrom("sessions").where("user", "=", user).execute();
}

function userOf(row: RecordsTables["users"]): User {
  const { name, role, passwordHash: hash, changedAtMs } = row;
  return {
    name,
    role: roles.find((each) => each === role) ?? "viewer",
    sites: scopeOf(row.sites),
    hasPassword: hash !== "",
    changedAtMs: Number(changedAtMs),
  };
}

export function scopeOf(text: string | null): SiteScope {
  return text === null ? null : (JSON.parse(text) as readonly string[]);
}

export function textOf(sites: SiteScope): string | null {
  return sites === null ? null : JSON.stringify([...sites].sort());
}
