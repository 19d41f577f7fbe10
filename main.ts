import { auditVerify } from "./commands/audit-verify.ts";
import { backup } from "./commands/backup.ts";
import { checkConfig } from "./commands/check-config.ts";
import { type Command, complain, say } from "./commands/command.ts";
import { deadLetters } from "./commands/dead-letters.ts";
import { exportHistory } from "./commands/export.ts";
import { gatewayImport } from "./commands/gateway-import.ts";
import { gatewayPlan } from "./commands/gateway-plan.ts";
import { gatewayProbe } from "./commands/gateway-probe.ts";
import { gatewayPush } from "./commands/gateway-push.ts";
import { gatewayWatch } from "./commands/gateway-watch.ts";
import { importCommand } from "./commands/import.ts";
import { mqttCredential } from "./commands/mqtt-credential.ts";
import { mqttMosquitto } from "./commands/mqtt-mosquitto.ts";
import { reference } from "./commands/reference.ts";
import { replay } from "./commands/replay.ts";
import { restore } from "./commands/restore.ts";
import { simulate } from "./commands/simulate.ts";
import { start } from "./commands/start.ts";
import { userCommands } from "./commands/user.ts";
import { verify } from "./commands/verify.ts";
import { verifyReport } from "./commands/verify-report.ts";
import { OperationalError } from "./platform/errors.ts";

const commands: readonly Command[] = [
  start,
  checkConfig,
  simulate,
  reference,
  exportHistory,
  importCommand,
  gatewayImport,
  gatewayPlan,
  gatewayProbe,
  gatewayPush,
  gatewayWatch,
  verifyReport,
  verify,
  backup,
  restore,
  replay,
  deadLetters,
  mqttCredential,
  mqttMosquitto,
  ...userCommands,
  auditVerify,
];

const help = `Fluewatch watches industrial boilers: combustion, limits and emissions, live.

${commands.map((each) => each.help).join("\n")}

Without --config (or FLUEWATCH_CONFIG) it is the demo plant, config/demo.yaml.
Environment: FLUEWATCH_CONFIG, FLUEWATCH_DATA_DIR, FLUEWATCH_HTTP_PORT, FLUEWATCH_MQTT_PORT,
FLUEWATCH_ADMIN_PASSWORD, FLUEWATCH_LOG_LEVEL.`;

const exit = { ok: 0, failed: 1, usage: 2 } as const;

/** Runs a command line to its end and gives the exit code. Without a command it starts. */
export async function main(argv: readonly string[]): Promise<number> {
  const called = commands.find(({ name }) => name === argv.slice(0, name.split(" ").length).join(" "));
  if (argv.includes("--help") || argv.includes("-h")) {
    say(called?.help ?? help);
    return exit.ok;
  }
  try {
    const command = called ?? start;
    const done = await command.run(called === undefined ? argv : argv.slice(called.name.split(" ").length));
    return done ? exit.ok : exit.failed;
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    complain(error.message);
    return exit.usage;
  }
}
