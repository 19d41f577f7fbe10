import { existsSync } from "node:fs";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { segmentsFolder } from "../ingest/journal.ts";
import { copyMemories, copySegments } from "../ingest/journal-copy.ts";
import { type ChainReport, verifyJournal } from "../ingest/verify.ts";
import { copyDurably, filesBelow, synced } from "../platform/backup/files.ts";
import { readEnvironment } from "../platform/environment.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { copyRecordsFile } from "../platform/records/copy.ts";
import { copyDuckdb } from "../platform/telemetry/duckdb/copy.ts";
import type { World } from "../platform/world.ts";
import type { Settings } from "../settings/settings.ts";
import { type Command, given, onlyWord, say, settingsOf, writingWorld } from "./command.ts";

const Count = Type.Integer({ minimum: 0 });

/** What a backup says of itself: how much is in it, and the hash of each of its files. */
export const Manifest = Type.Object({
  v: Type.Literal(1),
  madeAt: Type.String(),
  /** Of the journal, as far as its chain could be followed. */
  journal: Type.Object({ firstOffset: Count, lastOffset: Count, batches: Count, readings: Count }),
  /** `null`: kept by a server, which has backups of its own. */
  telemetry: Type.Union([
    Type.Null(),
    Type.Object({ readings: Count, minutes: Count, hours: Count, checkpoint: Count }),
  ]),
  /** Rows of each table. */
  records: Type.Union([Type.Null(), Type.Record(Type.String(), Count)]),
  files: Type.Array(
    Type.Object({ path: Type.String(), bytes: Count, sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) }),
  ),
});
export type Manifest = Static<typeof Manifest>;
export const manifestFile = "manifest.json";
export const manifestCheck = Compile(Manifest);

export const backup: Command = {
  name: "backup",
  help: `  fluewatch backup folder [--config file]      copies journal, history and records into a new folder, also while
                                               Fluewatch runs, and checks the copy by counts and hashes`,
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    const out = onlyWord(this, positionals, "the folder to make");
    const environment = readEnvironment();
    const settings = settingsOf(values.config, environment);
    const { manifest, chain } = await backUp(settings, out, writingWorld(environment));
    for (const line of contentLines(manifest)) say(line);
    if (chain.firstBad !== null)
      say(
        `The journal itself is not whole: entry ${chain.firstBad.offset}, ${chain.firstBad.why}. It was copied as it is.`,
      );
    say(`${out} is complete: ${manifest.files.length} files, each with its hash in ${manifestFile}`);
    return chain.firstBad === null;
  },
};

/**
 * A backup of one moment: whatever the stores hold of it, the journal in it holds too, so that a restored Fluewatch
 * goes on from there. Outboxes are no part of it: a gateway sends again what the server does not have, and an old
 * outbox would give numbers out twice.
 * @throws OperationalError `backup-failed`
 */
export async function backUp(
  settings: Pick<Settings, "dataDir" | "configFile">,
  out: string,
  world: World,
): Promise<{ readonly manifest: Manifest; readonly chain: ChainReport }> {
  const { dataDir } = settings;
  if (existsSync(out))
    throw new OperationalError("backup-failed", `${out} is there already; name a folder that is not`);
  if (!existsSync(segmentsFolder(join(dataDir, "journal"))))
    throw new OperationalError(
      "backup-failed",
      `There is no journal in ${dataDir}; name the configuration with --config, or its folder with FLUEWATCH_DATA_DIR`,
    );
  const part = `${out}.part`;
  const at = (name: string) => [join(dataDir, name), join(part, name)] as const;
  try {
    await rm(part, { recursive: true, force: true });
    await copyMemories(...at("journal"));
    const hasFile = existsSync(join(dataDir, "telemetry"));
    const telemetry = hasFile ? await copyDuckdb(...at("telemetry"), world) : null;
    const records = await copyRecordsFile(...at("records"));
    await copySegments(...at("journal"));
    await copyConfig(settings.configFile, join(part, "config"));
    const chain = await verifyJournal(join(part, "journal"));
    const { firstOffset, lastOffset, batches, readings } = chain;
    const manifest: Manifest = {
      v: 1,
      madeAt: new Date(world.clock.nowMs()).toISOString(),
      journal: { firstOffset, lastOffset, batches, readings },
      telemetry,
      records: records === null ? null : { ...records },
      files: [...(await filesBelow(part))],
    };
    await writeFile(join(part, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    await rename(part, out);
    await synced(dirname(resolve(out)));
    return { manifest, chain };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof OperationalError) throw error;
    throw new OperationalError("backup-failed", `${out} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The configuration with its rules and device maps, to read; secrets stay where they are. */
async function copyConfig(configFile: string, to: string): Promise<void> {
  await copyDurably(configFile, join(to, basename(configFile)));
  for (const folder of ["rules", "devices"]) {
    const beside = join(dirname(configFile), folder);
    if (!existsSync(beside)) continue;
    for (const name of await readdir(beside))
      if (name.endsWith(".yaml")) await copyDurably(join(beside, name), join(to, folder, name));
  }
}

export function contentLines({ journal, telemetry, records }: Manifest): readonly string[] {
  return [
    `Journal: entries ${journal.firstOffset} to ${journal.lastOffset}, ${journal.batches} batches, ${journal.readings} readings`,
    telemetry === null
      ? "History: not in it, since a server keeps it; back that up by its own means"
      : `History: ${telemetry.readings} readings, ${telemetry.minutes} minutes, ${telemetry.hours} hours, up to journal entry ${telemetry.checkpoint}`,
    records === null
      ? "Records: not in it, since a server keeps them; back that up by its own means"
      : `Records: ${Object.values(records).reduce((sum, rows) => sum + rows, 0)} rows in ${Object.keys(records).length} tables`,
  ];
}
