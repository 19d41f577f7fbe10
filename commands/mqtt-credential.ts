import { dirname, join } from "node:path";
import { readEnvironment } from "../platform/environment.ts";
import { OperationalError } from "../platform/errors.ts";
import { serverUser } from "../platform/mqtt/config.ts";
import { setCredential, writeSecret } from "../platform/mqtt/credentials.ts";
import { grantsOf } from "../settings/mqtt.ts";
import { type Command, given, onlyWord, say, settingsOf, writingWorld } from "./command.ts";

const secretBytes = 32;

export const mqttCredential: Command = {
  name: "mqtt credential",
  help: `  fluewatch mqtt credential <user> [--config file] [--secrets folder] [--revoke]
                                               a new secret for a gateway, another sender, or server`,
  async run(args) {
    const { values, positionals } = given(this, args, {
      config: { type: "string" },
      secrets: { type: "string" },
      revoke: { type: "boolean", default: false },
    });
    const user = onlyWord(this, positionals, "whom it is for: a gateway's id, or server");
    const environment = readEnvironment();
    const world = writingWorld(environment);
    const { config, configFile } = settingsOf(values.config, environment);
    const users = [serverUser, ...grantsOf(config).keys()];
    if (!values.revoke && !users.includes(user)) {
      throw new OperationalError(
        "user-unknown",
        `"${user}" is no user of the broker; ${configFile} has ${users.join(", ")}`,
      );
    }
    const file = config.mqtt.listen?.credentialsFile ?? null;
    if (values.revoke) {
      if (file !== null) await setCredential(file, user, null);
      say(
        file === null
          ? "The broker is not ours: take the user out of its password file"
          : `${user} has no credential any more; its connection ends within seconds`,
      );
      return true;
    }
    const secret = world.random.secretHex(secretBytes);
    if (file !== null) await setCredential(file, user, secret);
    const folder = values.secrets ?? config.mqtt.secrets ?? join(dirname(configFile), "secrets");
    const written = writeSecret(folder, user, secret);
    say(
      `${written}: the secret of ${user}; copy it into the folder mqtt.secrets of the machine that speaks as it`,
    );
    say(
      file === null
        ? "For a broker of your own, make its files anew: fluewatch mqtt mosquitto"
        : `${file}: its hash, which a running broker reads within seconds`,
    );
    return true;
  },
};
