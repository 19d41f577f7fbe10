import { readEnvironment } from "../platform/environment.ts";
import { type Command, configFileOf, given, noWords, say, settingsOf } from "./command.ts";

export const checkConfig: Command = {
  name: "check-config",
  help: "  fluewatch check-config [--config file]       reads the configuration and names every fault",
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    noWords(this, positionals);
    const environment = readEnvironment();
    settingsOf(values.config, environment);
    say(`${configFileOf(values.config, environment)} is in order`);
    return true;
  },
};
