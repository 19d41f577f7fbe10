import { writeFileSync } from "node:fs";
import { openJournal } from "../ingest/journal.ts";
import { acceptedSoFar } from "../ingest/pass.ts";
import { requeue } from "../ingest/requeue.ts";
import { lockDataFolder } from "../platform/data-folder.ts";
import { readEnvironment } from "../platform/environment.ts";
import { deadLetterById, deadLetters as lettersIn } from "../platform/records/integrity-records.ts";
import { serviceStack } from "../platform/service.ts";
import { plantOf } from "../settings/registry.ts";
import { openRecords } from "../stores.ts";
import { type Command, given, say, settingsOf, writingWorld, wrongUse } from "./command.ts";

const page = 1_000;

export const deadLetters: Command = {
  name: "dead-letters",
  help: `  fluewatch dead-letters [list]                messages that were set aside, while Fluewatch is stopped
  fluewatch dead-letters export file.ndjson    all of them, with their content
  fluewatch dead-letters requeue id…           takes them in after all; the next start stores them`,
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    const [what = "list", ...words] = positionals;
    if (!["list", "export", "requeue"].includes(what))
      throw wrongUse(this, `dead-letters takes list, export or requeue; "${what}" is none of them`);
    if (what === "export" && words.length !== 1) throw wrongUse(this, "export needs one file");
    if (what === "requeue" && (words.length === 0 || words.some((id) => !/^[1-9][0-9]*$/.test(id))))
      throw wrongUse(this, "requeue needs the numbers that list shows");

    const environment = readEnvironment();
    const settings = settingsOf(values.config, environment);
    const world = writingWorld(environment);
    const opened = serviceStack(world);
    const folder = (name: string) => opened.add(lockDataFolder(settings.dataDir, name)).path;
    try {
      const journalFolder = folder("journal");
      const { db } = await openRecords(opened, settings);
      const journal = await openJournal(journalFolder, settings.config.ingest.journal, 0, world);
      opened.add({ name: "journal", stop: () => journal.close() });
      const all = async function* () {
        for (let beforeId: number | null = null; ; ) {
          const { letters } = await lettersIn(db, page, null, beforeId);
          yield* letters;
          const last = letters.at(-1);
          if (last === undefined) return;
          beforeId = last.id;
        }
      };
      if (what === "list") {
        for await (const { id, receivedAtMs, reason, detail, topic, bytes, requeuedAtMs } of all())
          say(
            `${id}  ${new Date(receivedAtMs).toISOString()}  ${reason}  ${topic}  ${bytes} bytes  ${requeuedAtMs === null ? detail : "requeued"}`,
          );
        return true;
      }
      if (what === "export") {
        const [file = ""] = words;
        const lines: string[] = [];
        for await (const letter of all()) {
          const entry = await journal.at(letter.journalOffset);
          const content = entry?.kind === "quarantine" ? entry.bytes.toString("base64") : null;
          lines.push(JSON.stringify({ ...letter, encoding: "base64", content }));
        }
        writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
        say(`${lines.length} messages are in ${file}`);
        return true;
      }
      const plant = plantOf(settings);
      const accepted = await acceptedSoFar(journalFolder, journal);
      let done = true;
      for (const id of words) {
        const letter = await deadLetterById(db, Number(id));
        const { failure, detail } =
          letter === null
            ? ({ failure: "dead-letter-unknown" } as { readonly failure: string; readonly detail?: string })
            : await requeue(letter.journalOffset, plant, journal, accepted);
        say(
          failure === null
            ? `${id}  requeued`
            : `${id}  ${failure}${detail === undefined ? "" : `: ${detail}`}`,
        );
        done &&= failure === null;
      }
      return done;
    } finally {
      await opened.stop();
    }
  },
};
