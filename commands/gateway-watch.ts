import { listenTo } from "../gateway/tools/listen.ts";
import { watchReport } from "../gateway/tools/watch-report.ts";
import { realWorld } from "../platform/world.ts";
import { type Command, given, noWords, say, settingsOf, stopOnSignal } from "./command.ts";

const screenMs = 1_000;
const clearScreen = "\u001b[2J\u001b[H";

export const gatewayWatch: Command = {
  name: "gateway watch",
  help: "  fluewatch gateway watch [--config file]      newest values and how each unit answers, of the running gateways",
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    noWords(this, positionals);
    const { config } = settingsOf(values.config);
    const world = realWorld("silent");
    const { bus, heard } = listenTo(config.gateways, config.mqtt, world);
    const over = new AbortController();
    void stopOnSignal(async () => over.abort(), world);
    while (!over.signal.aborted) {
      await world.clock.sleep(screenMs, over.signal);
      if (over.signal.aborted) break;
      const link = bus.up ? [] : [`no broker at ${config.mqtt.host}:${config.mqtt.port}`];
      const nowMs = world.clock.nowMs();
      const screens = config.gateways.flatMap(({ id }) =>
        watchReport(id, heard.get(id) ?? { batch: null, status: null }, nowMs),
      );
      say(`${clearScreen}${[...link, ...screens].join("\n")}`);
    }
    await bus.stop();
    return true;
  },
};
