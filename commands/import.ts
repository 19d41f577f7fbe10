import { createReadStream, readFileSync } from "node:fs";
import type { ImportMap } from "../contracts/import-map.ts";
import { sha256Hex } from "../gateway/outbox.ts";
import { type ImportReport, importHistory } from "../ingest/import/import.ts";
import { csvRows, type ForeignRow, lineProtocolRows } from "../ingest/import/rows.ts";
import { openJournal } from "../ingest/journal.ts";
import { lockDataFolder } from "../platform/data-folder.ts";
import { readEnvironment } from "../platform/environment.ts";
import { messageOf, OperationalError, systemCode } from "../platform/errors.ts";
import { serviceStack } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { importMap } from "../settings/history-import.ts";
import { plantOf } from "../settings/registry.ts";
import type { Settings } from "../settings/settings.ts";
import {
  type Command,
  complain,
  given,
  noWords,
  say,
  settingsOf,
  writingWorld,
  wrongUse,
} from "./command.ts";

const formats = ["csv", "lines"] as const;

export const importCommand: Command = {
  name: "import",
  help: `  fluewatch import --map map.yaml --file f     takes in somebody else's history, while Fluewatch is stopped; docs/history.md
      --format csv|lines                       CSV with a heading, or InfluxDB's line protocol; by the file's name
      --url http://host:8086 --database db --query "SELECT …"
                                               from a running InfluxDB, by InfluxQL; --user name, --password-file or
                                               --token-file f
      --dry-run                                only says what would be taken in, and what not
      --config file`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, {
      ...{ config: text, map: text, file: text, format: text, url: text, database: text, query: text },
      ...{ user: text, "password-file": text, "token-file": text },
      "dry-run": { type: "boolean" },
    });
    noWords(this, positionals);
    if (values.map === undefined)
      throw wrongUse(this, "--map is missing; it must be a file that says which column is what");
    if ((values.file === undefined) === (values.url === undefined))
      throw wrongUse(this, "one of --file and --url says where the history is");
    const environment = readEnvironment();
    const settings = settingsOf(values.config, environment);
    const map = importMap(values.map, settings);
    const { file } = values;
    const rows =
      file === undefined
        ? csvRows(await influxCsv(values as InfluxSource))
        : rowsOf(file, formatOf(file, values.format), map);
    const world = writingWorld(environment);
    const isDry = values["dry-run"] === true;
    const report = await whileReadable(file, () => taken(rows, map, settings, isDry, world));
    for (const line of reportLines(report, isDry)) say(line);
    return report.readings > 0;
  },
};

/** Writes what can be read into the journal; with `isDry` nowhere. */
async function taken(
  rows: AsyncIterable<ForeignRow>,
  map: ImportMap,
  settings: Settings,
  isDry: boolean,
  world: World,
): Promise<ImportReport> {
  const plant = plantOf(settings);
  if (isDry) return importHistory(rows, map, plant, sha256Hex, null);
  const opened = serviceStack(world);
  try {
    const { path } = opened.add(lockDataFolder(settings.dataDir, "journal"));
    const journal = await openJournal(path, settings.config.ingest.journal, 0, world);
    opened.add({ name: "journal", stop: () => journal.close() });
    let written: Promise<unknown> = Promise.resolve();
    const report = await importHistory(rows, map, plant, sha256Hex, async (text) => {
      const bytes = Buffer.from(text);
      if (!journal.log.hasRoom(bytes.length)) await written;
      written = journal.append({ kind: "batch", bytes });
    });
    await written;
    return report;
  } finally {
    await opened.stop();
  }
}

function formatOf(file: string, format: string | undefined): (typeof formats)[number] {
  const found = formats.find((each) => each === (format ?? (/\.csv$/i.test(file) ? "csv" : "lines")));
  if (found !== undefined) return found;
  throw wrongUse(importCommand, `--format is "${format}"; it must be ${formats.join(" or ")}`);
}

function rowsOf(file: string, format: (typeof formats)[number], map: ImportMap): AsyncIterable<ForeignRow> {
  const bytes = createReadStream(file);
  return format === "csv" ? csvRows(bytes) : lineProtocolRows(bytes, map.measurement);
}

async function whileReadable<T>(file: string | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OperationalError || systemCode(error) === null) throw error;
    throw new OperationalError(
      "import-unreadable",
      `${file ?? "The answer"} cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

interface InfluxSource {
  readonly url: string;
  readonly database?: string;
  readonly query?: string;
  readonly user?: string;
  readonly "password-file"?: string;
  readonly "token-file"?: string;
}

/** What InfluxDB answers to a query, as CSV, in pieces; its times are in ms. */
async function influxCsv(source: InfluxSource): Promise<AsyncIterable<Uint8Array>> {
  const { url, database, query, user } = source;
  if (database === undefined || query === undefined)
    throw wrongUse(importCommand, "--url needs --database and --query");
  const secret = (file: string) => readFileSync(file, "utf8").trim();
  const [passwordFile, tokenFile] = [source["password-file"], source["token-file"]];
  const authorization =
    tokenFile !== undefined
      ? `Token ${secret(tokenFile)}`
      : user !== undefined
        ? `Basic ${Buffer.from(`${user}:${passwordFile === undefined ? "" : secret(passwordFile)}`).toString("base64")}`
        : null;
  const asked = new URL("/query", url);
  for (const [name, value] of Object.entries({ db: database, q: query, epoch: "ms", chunked: "true" }))
    asked.searchParams.set(name, value);
  const headers = { accept: "application/csv", ...(authorization !== null && { authorization }) };
  let answer: Response;
  try {
    answer = await fetch(asked, { headers });
  } catch (error) {
    throw new OperationalError("import-unreadable", `${url} does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!answer.ok || answer.body === null) {
    const said = (await answer.text()).slice(0, 300);
    throw new OperationalError("import-unreadable", `${url} answers ${answer.status}: ${said}`);
  }
  return answer.body as AsyncIterable<Uint8Array>;
}

function reportLines(report: ImportReport, isDry: boolean): readonly string[] {
  const { rows, readings, values, boilers, refused, refusals, outOfRange, unseen } = report;
  const day = (ms: number) => new Date(ms).toISOString();
  if (refused > 0) complain(`${refused} of ${rows} rows cannot be taken in; the first of them:`);
  for (const { line, why } of refusals) complain(`  line ${line}: ${why}`);
  return [
    `${rows} rows: ${readings} readings with ${values} values`,
    ...boilers.map(
      ({ boilerId, readings: of, fromMs, toMs, points }) =>
        `  ${boilerId}: ${of} readings, ${day(fromMs)} to ${day(toMs)}: ${points.join(", ")}`,
    ),
    ...(unseen.length === 0 ? [] : [`Columns of the map that no row has: ${unseen.join(", ")}`]),
    ...Object.entries(outOfRange).map(
      ([point, count]) => `${point}: ${count} values beyond what it can have; they are kept as doubtful`,
    ),
    isDry
      ? "Nothing was written: this was a dry run"
      : "They are in the journal, marked as imported; the next start, or fluewatch replay, stores them",
  ];
}
