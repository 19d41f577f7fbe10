import { existsSync } from "node:fs";
import { join } from "node:path";
import { verifiedReport } from "../api/retrofits/verify.ts";
import { readEnvironment } from "../platform/environment.ts";
import { OperationalError } from "../platform/errors.ts";
import { packageRoot } from "../platform/package-root.ts";
import { serviceStack } from "../platform/service.ts";
import { loadExample } from "../settings/example.ts";
import { savingsRulesOf } from "../settings/savings-rules.ts";
import { openRecords } from "../stores.ts";
import { type Command, given, noWords, say, settingsOf, writingWorld, wrongUse } from "./command.ts";

/** Reckons a report again from its stored rows, and says hash by hash whether it is the same. */
export const verifyReport: Command = {
  name: "verify --report",
  help: `  fluewatch verify --report id [--version n]   reckons a retrofit's report again from its stored rows, and
      --config file                            compares plan, rows and result hash by hash`,
  async run(args) {
    const [id, ...rest] = args;
    if (id === undefined || id.startsWith("-"))
      throw wrongUse(this, "verify --report needs the id of a retrofit");
    const { values, positionals } = given(this, rest, {
      config: { type: "string" },
      version: { type: "string" },
    });
    noWords(this, positionals);
    const version = values.version === undefined ? null : Number(values.version);
    if (version !== null && !(Number.isInteger(version) && version >= 1))
      throw wrongUse(this, `--version is "${values.version}"; it must be a whole number from 1`);
    const environment = readEnvironment();
    const settings = settingsOf(values.config, environment);
    if (
      settings.config.records.store === "sqlite" &&
      !existsSync(join(settings.dataDir, "records", "records.sqlite"))
    )
      throw new OperationalError(
        "records-unusable",
        `There are no records in ${settings.dataDir}; name the configuration with --config, or its folder with FLUEWATCH_DATA_DIR`,
      );
    const example = loadExample(settings, packageRoot(), environment);
    const rules = savingsRulesOf(settings, example === null ? [] : [example.scenario.settings]);
    const opened = serviceStack(writingWorld(environment));
    try {
      const records = await openRecords(opened, settings);
      const found = await verifiedReport(records.db, id, version, rules);
      for (const { what, stored, again } of found)
        say(
          stored === again
            ? `same       ${what}  ${again}`
            : `DIFFERENT  ${what}  stored ${stored}, reckoned ${again}`,
        );
      const isSame = found.every(({ stored, again }) => stored === again);
      say(isSame ? `${id} is the same, hash by hash` : `${id} is NOT what its rows give`);
      return isSame;
    } finally {
      await opened.stop();
    }
  },
};
