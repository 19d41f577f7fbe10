import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import { OperationalError } from "../errors.ts";
import { audit } from "./audit.ts";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";
import { type Doing, type Role, roles, type SiteScope, scopeOf, textOf } from "./user-records.ts";

/**
 * `api`: a program's, sent as `Authorization: Bearer`. `kiosk`: a wallboard's, read-only, in a link that opens the
 * dashboard. `verifier`: the same for somebody from outside, of one site or of one report.
 */
export const tokenKinds = ["api", "kiosk", "verifier"] as const;
export type TokenKind = (typeof tokenKinds)[number];

export interface Token {
  readonly id: string;
  readonly kind: TokenKind;
  /** What it is for, in the words of who made it. */
  readonly label: string;
  readonly role: Role;
  readonly sites: SiteScope;
  readonly reportId: string | null;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
}

/** So that a secret that lies around is known for what it is. */
const secretPrefix = "flw_";

/** How a secret of a token, or of a session, is kept: what is drawn from 256 bits needs no slow hash. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/**
 * Keeps a new token, and gives its secret: for the only time.
 * @param random 256 random bits, in hex
 */
export async function addToken(
  db: RecordsDb,
  token: Omit<Token, "usedAtMs" | "createdBy" | "createdAtMs">,
  random: string,
  createdBy: string,
  { by, atMs }: Doing,
): Promise<{ readonly secret: string; readonly token: Token }> {
  const secret = `${secretPrefix}${random}`;
  const { sites, ...rest } = token;
  const row = { ...rest, sites: textOf(sites), createdBy, createdAtMs: atMs, usedAtMs: null };
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto("tokens")
      .values({ ...row, tokenHash: secretHash(secret) })
      .execute();
    const { id, kind, label, role, reportId, expiresAtMs } = token;
    const detail = { kind, label, role, sites, reportId, expiresAtMs };
    await audit.write(tx, { atMs, by, action: "token.add", subject: `token:${id}`, siteId: null, detail });
  });
  return { secret, token: tokenOf({ ...row, tokenHash: "" }) };
}

/** @throws OperationalError `token-unknown` */
export async function removeToken(db: RecordsDb, id: string, { by, atMs }: Doing): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom("tokens").where("id", "=", id).executeTakeFirst();
    if (numDeletedRows === 0n) throw new OperationalError("token-unknown", "There is no such token");
    await audit.write(tx, { atMs, by, action: "token.remove", subject: `token:${id}`, siteId: null });
  });
}

export async function allTokens(db: Kysely<RecordsTables>): Promise<readonly Token[]> {
  return (await db.selectFrom("tokens").selectAll().orderBy("createdAtMs").execute()).map(tokenOf);
}

/** The token of a secret, while it is good; `null` for any other text. */
export async function tokenBySecret(
  db: Kysely<RecordsTables>,
  secret: string,
  nowMs: number,
): Promise<Token | null> {
  if (!secret.startsWith(secretPrefix)) return null;
  const row = await db
    .selectFrom("tokens")
    .selectAll()
    .where("tokenHash", "=", secretHash(secret))
    .executeTakeFirst();
  return row === undefined || Number(row.expiresAtMs) <= nowMs ? null : tokenOf(row);
}

export async function markTokenUsed(db: RecordsDb, id: string, atMs: number): Promise<void> {
  await db.updateTable("tokens").set({ usedAtMs: atMs }).where("id", "=", id).execute();
}

function tokenOf(row: RecordsTables["tokens"]): Token {
  const { tokenHash: _, kind, role, sites, createdAtMs, expiresAtMs, usedAtMs, ...rest } = row;
  return {
    ...rest,
    kind: tokenKinds.find((each) => each === kind) ?? "verifier",
    role: roles.find((each) => each === role) ?? "viewer",
    sites: scopeOf(sites),
    createdAtMs: Number(createdAtMs),
    expiresAtMs: Number(expiresAtMs),
    usedAtMs: usedAtMs === null ? null : Number(usedAtMs),
  };
}
