import { readEnvironment } from "../platform/environment.ts";
import { packageRoot } from "../platform/package-root.ts";
import { telemetryStores } from "../platform/telemetry/config.ts";
import { loadExample } from "../settings/example.ts";
import { sayBackTest } from "./back-test.ts";
import { type Command, given, noWords, say, settingsOf, writingWorld, wrongUse } from "./command.ts";

/** What can be rebuilt, as it is said on the command line. */
const parts = ["telemetry", "records", "all"] as const;

export const replay: Command = {
  name: "replay",
  help: `  fluewatch replay [--config file]             brings the stores up to the journal's end, while Fluewatch is stopped
      --to duckdb|influx1|influx2              into another store than the one in use, of those that the configuration describes
      --rebuild telemetry|records|all          from the journal's beginning, as if they had never been
      --prove                                  once more, and fails if that changed anything
  fluewatch replay --rules file [--from time] [--to time] [--config file]
                                               which alarms other rules would have given, as a difference, while
                                               Fluewatch is stopped; without times, of the last 7 days`,
  async run(args) {
    const { values, positionals } = given(this, args, {
      config: { type: "string" },
      rebuild: { type: "string" },
      prove: { type: "boolean" },
      rules: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
    });
    noWords(this, positionals);
    const { config, rules, from, to } = values;
    if (rules !== undefined) {
      if (values.rebuild !== undefined || values.prove !== undefined)
        throw wrongUse(this, "--rules tries rules out and writes nothing; leave out --rebuild and --prove");
      await sayBackTest(this, { config, rules, from, to });
      return true;
    }
    if (from !== undefined) throw wrongUse(this, "--from goes with --rules: the file to try out");
    const part = parts.find((each) => each === values.rebuild);
    if (values.rebuild !== undefined && part === undefined)
      throw wrongUse(this, `--rebuild takes ${parts.join(", ")}; "${values.rebuild}" is none of them`);
    const store = telemetryStores.find((each) => each === to);
    if (to !== undefined && store === undefined)
      throw wrongUse(this, `--to takes ${telemetryStores.join(", ")}; "${to}" is none of them`);
    const rebuilt = new Set(
      part === undefined ? [] : part === "all" ? (["telemetry", "records"] as const) : [part],
    );
    const environment = readEnvironment();
    const settings = settingsOf(config, environment);
    const world = writingWorld(environment);
    const beganMs = world.clock.monotonicMs();
    const example = loadExample(settings, packageRoot(), environment);
    const offline = await import("../offline.ts");
    const reports = await offline.replay(settings, { rebuilt }, values.prove ? 2 : 1, world, example, store);
    let proven = true;
    for (const [index, { fromOffset, uptoOffset, before, after }] of reports.entries()) {
      const entries = Math.max(0, uptoOffset - fromOffset + 1);
      say(
        `${index === 0 ? "Replayed" : "Again:"} ${entries} journal entries, ${fromOffset} to ${uptoOffset}`,
      );
      for (const [name, now] of Object.entries(after)) {
        const was = before[name as keyof typeof before];
        const same = was.sha256 === now.sha256;
        if (index > 0 && !same) proven = false;
        const told = name === "live" ? `entry ${now.count}` : `${was.count} → ${now.count}`;
        say(
          `  ${name.padEnd(16)}${told.padEnd(24)}${now.sha256.slice(0, 16)}  ${same ? "unchanged" : "changed"}`,
        );
      }
    }
    say(`It took ${((world.clock.monotonicMs() - beganMs) / 1_000).toFixed(1)} s.`);
    if (!proven) say("The second replay changed what the first had made: that is a fault of Fluewatch.");
    return proven;
  },
};
