import { readEnvironment } from "../platform/environment.ts";
import { packageRoot } from "../platform/package-root.ts";
import { loadExample } from "../settings/example.ts";
import { type Command, configFileOf, given, noWords, say, settingsOf } from "./command.ts";

export const checkConfig: Command = {
  name: "check-config",
  help: "  fluewatch check-config [--config file]       reads the configuration and names every fault",
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    noWords(this, positionals);
    const environment = readEnvironment();
    loadExample(settingsOf(values.config, environment), packageRoot(), environment);
    say(`${configFileOf(values.config, environment)} is in order`);
    return true;
  },
};
