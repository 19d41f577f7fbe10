import { createHash } from "node:crypto";
import { audit } from "./audit.ts";
import type { RecordsDb } from "./records.ts";
import type { RecordsTables } from "./tables.ts";
import type { Doing } from "./user-records.ts";

/** The files of a configuration, by name: all that decides what it says. */
export type ConfigTexts = ReadonlyMap<string, string>;

/** A version of the configuration, as it was accepted. */
export interface ConfigVersion {
  /** From 1, one by one. */
  readonly version: number;
  readonly hash: string;
  readonly by: string;
  readonly comment: string;
  readonly atMs: number;
  /** SHA-256 of each file's text, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly isWritten: boolean;
  readonly isEntered: boolean;
}

/** What two configurations with the same texts under the same names have in common. */
export function configHash(texts: ConfigTexts): string {
  return sha256(JSON.stringify(hashes(texts)));
}

/**
 * Keeps a version whole, with an entry of the audit.
 * @param isWritten its files are where a text editor finds them
 */
export async function addConfigVersion(
  db: RecordsDb,
  texts: ConfigTexts,
  {
    comment,
    changed,
    isWritten,
  }: { readonly comment: string; readonly changed: readonly string[]; readonly isWritten: boolean },
  { by, atMs }: Doing,
): Promise<ConfigVersion> {
  const hash = configHash(texts);
  return db.transaction().execute(async (tx) => {
    const newest = await tx
      .selectFrom("configVersions")
      .select("version")
      .orderBy("version", "desc")
      .executeTakeFirst();
    const version = (newest?.version ?? 0) + 1;
    const rows = [...texts.values()].map((text) => ({ hash: sha256(text), text }));
    for (const row of rows)
      await tx
        .insertInto("configTexts")
        .values(row)
        .onConflict((on) => on.doNothing())
        .execute();
    const row = {
      ...{ version, hash, by, comment, atMs, files: JSON.stringify(hashes(texts)) },
      ...{ writtenAtMs: isWritten ? atMs : null, enteredAtMs: null },
    };
    await tx.insertInto("configVersions").values(row).execute();
    const detail = { comment, hash, files: changed };
    await audit.write(tx, {
      atMs,
      by,
      action: "config.accept",
      subject: `config:${version}`,
      siteId: null,
      detail,
    });
    return versionOf(row);
  });
}

/** Newest first, before a version. */
export async function configVersions(
  db: RecordsDb,
  limit: number,
  before: number | null = null,
): Promise<readonly ConfigVersion[]> {
  const query = db.selectFrom("configVersions").selectAll().orderBy("version", "desc").limit(limit);
  const rows = await (before === null ? query : query.where("version", "<", before)).execute();
  return rows.map(versionOf);
}

export async function configVersion(db: RecordsDb, version: number): Promise<ConfigVersion | null> {
  const row = await db
    .selectFrom("configVersions")
    .selectAll()
    .where("version", "=", version)
    .executeTakeFirst();
  return row === undefined ? null : versionOf(row);
}

export async function configTextsOf(
  db: RecordsDb,
  { files }: Pick<ConfigVersion, "files">,
): Promise<ConfigTexts> {
  const rows = await db
    .selectFrom("configTexts")
    .selectAll()
    .where("hash", "in", [...files.values()])
    .execute();
  const texts = new Map(rows.map(({ hash, text }) => [hash, text]));
  return new Map([...files].map(([name, hash]) => [name, texts.get(hash) ?? ""]));
}

export async function markConfig(
  db: RecordsDb,
  version: number,
  what: "writtenAtMs" | "enteredAtMs",
  atMs: number,
): Promise<void> {
  await db
    .updateTable("configVersions")
    .set({ [what]: atMs })
    .where("version", "=", version)
    .execute();
}

function versionOf(row: RecordsTables["configVersions"]): ConfigVersion {
  const { version, hash, by, comment, atMs, files, writtenAtMs, enteredAtMs } = row;
  return {
    ...{ version: Number(version), hash, by, comment, atMs: Number(atMs) },
    files: new Map(JSON.parse(files) as readonly [string, string][]),
    isWritten: writtenAtMs !== null,
    isEntered: enteredAtMs !== null,
  };
}

function hashes(texts: ConfigTexts): readonly (readonly [string, string])[] {
  return [...texts].map(([name, text]) => [name, sha256(text)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
