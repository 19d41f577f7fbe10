import { readEnvironment } from "../platform/environment.ts";
import { packageRoot } from "../platform/package-root.ts";
import { registerList } from "../settings/register-list.ts";
import { loadScenario } from "../settings/scenario.ts";
import { simulateWish, withModbusPorts } from "../settings/simulate.ts";
import { type Command, given, onlyWord, say, writingWorld } from "./command.ts";
import { runRoles } from "./start.ts";

export const simulate: Command = {
  name: "simulate",
  help: `  fluewatch simulate scenario                  only the plant's Modbus side, with its register map printed
      --speed N                                simulated seconds in a second
      --modbus-port P                          its first line listens there, the next one beside it
      --history 2y --step "60 s"               writes so much of its past into the journal, and ends`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, {
      ...{ speed: text, "modbus-port": text, history: text, step: text },
    });
    const environment = readEnvironment();
    const file = onlyWord(this, positionals, "one scenario");
    const scenario = loadScenario(file, packageRoot(), environment);
    const wish = simulateWish(values);
    if (wish.historySeconds !== null) {
      const { writeHistory } = await import("../offline.ts");
      const world = writingWorld(environment);
      const readings = await writeHistory(scenario, wish.historySeconds, wish.stepSeconds, world);
      say(
        `${readings} readings were written into the journal in ${scenario.settings.dataDir}; the next start stores them`,
      );
      return true;
    }
    const settings = withModbusPorts(scenario.settings, wish.modbusPort);
    for (const line of registerList(settings)) say(line);
    await runRoles(new Set(["simulators"]), settings, { scenario, speed: wish.speed }, environment);
    return true;
  },
};
