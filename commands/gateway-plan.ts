import { listenTo } from "../gateway/tools/listen.ts";
import { planReport } from "../gateway/tools/plan-report.ts";
import { realWorld } from "../platform/world.ts";
import { type Command, given, noWords, say, settingsOf } from "./command.ts";

/** For a gateway that runs to be heard, its last word being kept by the broker. */
const listenMs = 1_500;

export const gatewayPlan: Command = {
  name: "gateway plan",
  help: "  fluewatch gateway plan [--config file]       what is asked for on each line, its load, and what will be late",
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    noWords(this, positionals);
    const { config, maps } = settingsOf(values.config);
    const world = realWorld("silent");
    const over = new AbortController();
    const unheard = new Set(config.gateways.map(({ id }) => id));
    const { bus, heard } = listenTo(config.gateways, config.mqtt, world, () => {
      for (const id of heard.keys()) unheard.delete(id);
      if (unheard.size === 0) over.abort();
    });
    await world.clock.sleep(listenMs, over.signal);
    await bus.stop();
    for (const gateway of config.gateways) {
      const status = heard.get(gateway.id)?.status ?? null;
      const running = status?.online ? (status.lines ?? null) : null;
      say(planReport(gateway, maps, running).join("\n"));
    }
    return true;
  },
};
