import type { Episode } from "../ingest/back-test.ts";
import { readEnvironment } from "../platform/environment.ts";
import { type Command, say, settingsOf, writingWorld, wrongUse } from "./command.ts";

const dayMs = 86_400_000;

/** What `replay --rules` takes. */
export interface BackTestWish {
  readonly config: string | undefined;
  readonly rules: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Which alarms other rules would have given, as a difference. */
export async function sayBackTest(
  command: Command,
  { config, rules, from, to }: BackTestWish,
): Promise<void> {
  const moment = (name: string, text: string) => {
    const ms = /[zZ]|[+-]\d\d:\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(ms))
      throw wrongUse(
        command,
        `--${name} is "${text}"; write a time with a zone, like 2026-03-12T14:00:00+08:00`,
      );
    return ms;
  };
  const { backTestOf } = await import("../offline.ts");
  const environment = readEnvironment();
  const settings = settingsOf(config, environment);
  const world = writingWorld(environment);
  const toMs = to === undefined ? world.clock.nowMs() : moment("to", to);
  const fromMs = from === undefined ? toMs - 7 * dayMs : moment("from", from);
  if (fromMs >= toMs) throw wrongUse(command, "--to must be later than --from");
  const result = await backTestOf(settings, rules, fromMs, toMs, world);

  const time = (atMs: number) => new Date(atMs).toISOString().replace(/\.000Z$/, "Z");
  const told = ({ ruleId, sourceId, priority, sinceMs, returnedAtMs }: Episode) =>
    `P${priority} ${ruleId} ${sourceId}  ${time(sinceMs)} … ${returnedAtMs === null ? "" : time(returnedAtMs)}`;
  if (result.journalFromMs === null) say("The journal is empty; this is of the stored readings.");
  else if (result.journalFromMs > fromMs)
    say(
      `The journal begins at ${time(result.journalFromMs)}; what is before that is of the stored readings.`,
    );
  for (const episode of result.gone) say(`- ${told(episode)}`);
  for (const episode of result.added) say(`+ ${told(episode)}`);
  for (const { before, after } of result.changed) say(`~ ${told(before)}\n  ${told(after)}`);
  say("rule                              in force    tried out");
  for (const { ruleId, before, after } of result.byRule)
    say(`${ruleId.padEnd(34)}${String(before).padStart(8)}${String(after).padStart(13)}`);
  const { same, gone, added, changed, readings } = result;
  say(
    `${readings} readings: ${same} alarms the same, ${gone.length} gone, ${added.length} added, ${changed.length} changed`,
  );
}
