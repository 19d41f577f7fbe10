import { join } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { type Environment, readEnvironment } from "../platform/environment.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { packageRoot } from "../platform/package-root.ts";
import { realWorld, type World } from "../platform/world.ts";
import { loadSettings, type Settings } from "../settings/settings.ts";

/** One thing that the command line can be asked to do. */
export interface Command {
  /** The words that call it, as `gateway plan`. */
  readonly name: string;
  /** Its lines in `--help`: how it is called, and what it does. */
  readonly help: string;
  /**
   * Does it to its end, and says whether that succeeded.
   * @throws OperationalError for what the caller has to change
   */
  run(args: readonly string[]): Promise<boolean>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * The words and options that follow a command.
 * @throws OperationalError `usage`, with the command's own help
 */
export function given<T extends Options>(
  command: Pick<Command, "help">,
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options, strict: true });
  } catch (error) {
    throw wrongUse(command, messageOf(error));
  }
}

/** The one word that must follow a command. */
export function onlyWord(command: Command, words: readonly string[], what: string): string {
  const [word] = words;
  if (word !== undefined && words.length === 1) return word;
  throw wrongUse(command, `${command.name} needs ${what}`);
}

export function noWords(command: Pick<Command, "name" | "help">, words: readonly string[]): void {
  if (words.length > 0)
    throw wrongUse(command, `${command.name} takes no further words; "${words[0]}" is one`);
}

export function wrongUse({ help }: Pick<Command, "help">, message: string): OperationalError {
  return new OperationalError("usage", `${message}\n\n${help}`);
}

/** The settings of the file that was named, or of `FLUEWATCH_CONFIG`, or of the demo. */
export function settingsOf(
  named: string | undefined,
  environment: Environment = readEnvironment(),
): Settings {
  return loadSettings(configFileOf(named, environment), packageRoot(), environment);
}

export function configFileOf(named: string | undefined, { configFile }: Environment): string {
  return named ?? configFile ?? join(packageRoot(), "config", "demo.yaml");
}

/** Files of ours are for their owner alone. */
const ownerOnly = 0o077;

/** The world of a command that writes files. */
export function writingWorld({ logLevel }: Environment): World {
  process.umask(ownerOnly);
  return realWorld(logLevel);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

const stopWithinMs = 10_000;

/** Resolves when everything has been stopped after a signal. A second signal, or ten seconds, end it at once. */
export function stopOnSignal(stop: () => Promise<void>, { clock }: World): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = () => {
      if (stopping) process.exit(1);
      stopping = true;
      complain("Stopping; press Ctrl-C again to stop at once.");
      void clock.sleep(stopWithinMs).then(() => {
        complain("Not everything stopped within 10 s; what was not stored is sent again at the next start.");
        process.exit(1);
      });
      void stop().then(resolve);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
