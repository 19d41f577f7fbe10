import { parseArgs } from "node:util";
import { type DeviceMapFile, registerTables } from "../contracts/device-map.ts";
import { points } from "../domain/points.ts";
import type { MqttConfig } from "../platform/bus.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import type { World } from "../platform/world.ts";
import { type GatewayConfig, type LineConfig, lineFault } from "./config.ts";
import { openLine } from "./modbus/open-line.ts";
import type { RegisterBlock } from "./register-source.ts";
import { listenTo } from "./tools/listen.ts";
import { planReport } from "./tools/plan-report.ts";
import { probeReport } from "./tools/probe-report.ts";
import { watchReport } from "./tools/watch-report.ts";

export const gatewayTools = ["plan", "probe", "watch"] as const;
export type GatewayTool = (typeof gatewayTools)[number];

export const gatewayToolsHelp = `  fluewatch gateway plan [--config file]       what is asked for on each line, its load, and what will be late
  fluewatch gateway probe (--host name [--port 502] [--framing rtu] | --tty path --baud-rate 9600 [--parity even]
      [--stop-bits 2]) [--unit 1] [--table holding] --address 0 [--count 2] [--point o2DryPercent]
                                               reads registers once and ranks what they may mean
  fluewatch gateway watch [--config file]      newest values and how each unit answers, of the running gateways`;

/** What the tools take from the configuration. */
export interface ToolSettings {
  readonly config: { readonly gateways: readonly GatewayConfig[]; readonly mqtt: MqttConfig };
  readonly maps: ReadonlyMap<string, DeviceMapFile>;
}

export interface ToolNeeds {
  /** `null`: the configuration that is used without being named. */
  readonly settings: (configFile: string | null) => ToolSettings;
  readonly world: World;
  readonly say: (text: string) => void;
  /** Ends `watch`. */
  readonly stopped: Promise<void>;
}

/** For a gateway that runs to be heard, its last word being kept by the broker. */
const listenMs = 1_500;
const screenMs = 1_000;
const clearScreen = "\u001b[2J\u001b[H";

/**
 * Runs one of the tools for the person at the boiler; `false` where it could not do its work.
 * @throws OperationalError `usage`, `config-invalid`
 */
export async function gatewayTool(
  tool: GatewayTool,
  args: readonly string[],
  needs: ToolNeeds,
): Promise<boolean> {
  if (tool === "probe") return probe(args, needs);
  const { config } = options(args, { config: { type: "string" } });
  const settings = needs.settings(typeof config === "string" ? config : null);
  return tool === "plan" ? plan(settings, needs) : watch(settings, needs);
}

async function plan({ config, maps }: ToolSettings, { world, say }: ToolNeeds): Promise<boolean> {
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
}

async function watch({ config }: ToolSettings, { world, say, stopped }: ToolNeeds): Promise<boolean> {
  const { bus, heard } = listenTo(config.gateways, config.mqtt, world);
  const over = new AbortController();
  void stopped.then(() => over.abort());
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
}

async function probe(args: readonly string[], { world, say }: ToolNeeds): Promise<boolean> {
  const text = { type: "string" } as const;
  const named = options(args, {
    ...{
      host: text,
      port: text,
      tty: text,
      framing: text,
      "baud-rate": text,
      parity: text,
      "stop-bits": text,
    },
    ...{ unit: text, table: text, address: text, count: text, point: text },
  });
  const whole = (name: string, lowest: number, highest: number, absent?: number) => {
    const given = named[name];
    if (given === undefined && absent !== undefined) return absent;
    const number = Number(given);
    if (given !== undefined && /^\d+$/.test(given) && number >= lowest && number <= highest) return number;
    throw usage(
      `--${name} ${given === undefined ? "is missing" : `is "${given}"`}; give ${lowest} to ${highest}`,
    );
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const given = named[name];
    const found = allowed.find((each) => each === given);
    if (given === undefined || found !== undefined) return found;
    throw usage(`--${name} is "${given}"; allowed are ${allowed.join(", ")}`);
  };
  const framing = oneOf("framing", ["tcp", "rtu"]);
  const parity = oneOf("parity", ["none", "even", "odd"]);
  const line: LineConfig = {
    id: "probe",
    ...(named["host"] !== undefined && { host: named["host"] }),
    ...(named["port"] !== undefined && { port: whole("port", 1, 65_535) }),
    ...(named["tty"] !== undefined && { tty: named["tty"] }),
    ...(framing !== undefined && { framing }),
    ...(named["baud-rate"] !== undefined && { baudRate: whole("baud-rate", 300, 4_000_000) }),
    ...(parity !== undefined && { parity }),
    ...(named["stop-bits"] !== undefined && { stopBits: whole("stop-bits", 1, 2) === 2 ? 2 : 1 }),
    connectTimeoutMs: 3_000,
    timeoutMs: 2_000,
  };
  const fault = lineFault(line);
  if (fault !== null)
    throw usage(
      fault.key === "id" ? "give exactly one of --host and --tty" : `--${fault.key} ${fault.message}`,
    );
  const only = named["point"] ?? null;
  if (only !== null && !Object.hasOwn(points, only))
    throw usage(`--point is "${only}", which is no known point`);
  const block: RegisterBlock = {
    unitId: whole("unit", 0, 255, 1),
    table: oneOf("table", registerTables) ?? "holding",
    address: whole("address", 0, 65_535),
    count: whole("count", 1, 125, 2),
  };

  const source = openLine(line, world);
  const outcome = await source.read(block, line.timeoutMs);
  await source.close();
  if (outcome.kind === "words") {
    say(probeReport(block, outcome.words, only).join("\n"));
    return true;
  }
  const where = `unit ${block.unitId}, ${block.count} ${block.table} from ${block.address}`;
  say(`${where}: ${outcome.kind === "exception" ? exceptionSentence(outcome.code) : outcome.why}`);
  return false;
}

function exceptionSentence(code: number): string {
  const meaning: Readonly<Record<number, string>> = {
    1: "it does not know this table",
    2: "it has no such registers",
    3: "it does not give so many at once",
    4: "it has failed",
    5: "it needs more time",
    6: "it is busy",
    10: "the gateway has no way to it",
    11: "the gateway gets no answer from it",
  };
  return `refused by exception ${code}${meaning[code] === undefined ? "" : `: ${meaning[code]}`}`;
}

function options(
  args: readonly string[],
  known: Readonly<Record<string, { readonly type: "string" }>>,
): Readonly<Record<string, string | undefined>> {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: false }).values;
  } catch (error) {
    throw usage(messageOf(error));
  }
}

function usage(message: string): OperationalError {
  return new OperationalError("usage", `${message}\n\n${gatewayToolsHelp}`);
}
