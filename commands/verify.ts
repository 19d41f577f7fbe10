import { existsSync } from "node:fs";
import { join } from "node:path";
import { segmentsFolder } from "../ingest/journal.ts";
import { type ChainReport, verifyJournal } from "../ingest/verify.ts";
import { OperationalError } from "../platform/errors.ts";
import { type Command, given, noWords, say, settingsOf } from "./command.ts";

/** Follows the chain of what gateways have sent, as far as the journal, or a backup of it, reaches. */
export const verify: Command = {
  name: "verify",
  help: `  fluewatch verify [--config file]             follows the hash chain of every gateway through the journal, also while
      --backup folder                          Fluewatch runs, or through that of a backup; names the first bad batch`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, { config: text, backup: text });
    noWords(this, positionals);
    const folder = join(values.backup ?? settingsOf(values.config).dataDir, "journal");
    if (!existsSync(segmentsFolder(folder)))
      throw new OperationalError(
        "journal-missing",
        `There is no journal in ${folder}; name the configuration with --config, or a backup with --backup`,
      );
    const report = await verifyJournal(folder);
    for (const line of chainLines(report)) say(line);
    return report.firstBad === null;
  },
};

export function chainLines(report: ChainReport): readonly string[] {
  const { firstOffset, lastOffset, batches, readings, quarantined, logs, firstBad, bad } = report;
  return [
    `Journal entries ${firstOffset} to ${lastOffset}: ${batches} batches with ${readings} readings, ${quarantined} messages set aside`,
    ...logs.map(
      ({ siteId, gatewayId, sid, firstSeq, lastSeq, missing }) =>
        `  ${siteId}/${gatewayId}  ${sid}  batches ${firstSeq} to ${lastSeq}${missing === 0 ? "" : `, ${missing} not there`}`,
    ),
    firstBad === null
      ? "Whole: every batch is what was sealed, and follows the one before"
      : `Broken at journal entry ${firstBad.offset}: ${firstBad.why}${bad === 1 ? "" : `; ${bad - 1} further faults`}`,
  ];
}
