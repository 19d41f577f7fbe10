import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../platform/data-folder.ts";
import { readEnvironment } from "../platform/environment.ts";
import { OperationalError } from "../platform/errors.ts";
import { serverUser } from "../platform/mqtt/config.ts";
import { readSecret } from "../platform/mqtt/credentials.ts";
import { mosquittoAcl, mosquittoPasswords } from "../platform/mqtt/mosquitto.ts";
import { grantsOf } from "../settings/mqtt.ts";
import { type Command, given, onlyWord, say, settingsOf, writingWorld } from "./command.ts";

export const mqttMosquitto: Command = {
  name: "mqtt mosquitto",
  help: `  fluewatch mqtt mosquitto <folder> [--config file]
                                               writes acl and passwd for mosquitto, from the configuration and its secrets`,
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    const folder = onlyWord(this, positionals, "the folder to write into");
    const environment = readEnvironment();
    writingWorld(environment);
    const { config } = settingsOf(values.config, environment);
    const { secrets } = config.mqtt;
    if (secrets === undefined)
      throw new OperationalError("secret-missing", "mqtt.secrets must name the folder with the secrets");
    const grants = grantsOf(config);
    const passwords = new Map(
      [serverUser, ...grants.keys()].map((user) => [user, readSecret(secrets, user)]),
    );
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    replaceFile(join(folder, "acl"), mosquittoAcl(grants));
    replaceFile(join(folder, "passwd"), mosquittoPasswords(passwords));
    say(`${folder}: acl and passwd for ${[...passwords.keys()].join(", ")}; give both to mosquitto's user`);
    return true;
  },
};
