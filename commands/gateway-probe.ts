import { registerTables } from "../contracts/device-map.ts";
import { points } from "../domain/points.ts";
import { type LineConfig, lineFault } from "../gateway/config.ts";
import { openLine } from "../gateway/modbus/open-line.ts";
import type { RegisterBlock } from "../gateway/register-source.ts";
import { probeReport } from "../gateway/tools/probe-report.ts";
import { realWorld } from "../platform/world.ts";
import { type Command, given, noWords, say, wrongUse } from "./command.ts";

export const gatewayProbe: Command = {
  name: "gateway probe",
  help: `  fluewatch gateway probe (--host name [--port 502] [--framing rtu] | --tty path --baud-rate 9600 [--parity even]
      [--stop-bits 2]) [--unit 1] [--table holding] --address 0 [--count 2] [--point o2DryPercent]
                                               reads registers once and ranks what they may mean`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, {
      ...{ host: text, port: text, tty: text, framing: text },
      ...{ "baud-rate": text, parity: text, "stop-bits": text },
      ...{ unit: text, table: text, address: text, count: text, point: text },
    });
    noWords(this, positionals);
    const named: Readonly<Record<string, string | undefined>> = values;
    const world = realWorld("silent");
    const whole = (name: string, lowest: number, highest: number, absent?: number) => {
      const given = named[name];
      if (given === undefined && absent !== undefined) return absent;
      const number = Number(given);
      if (given !== undefined && /^\d+$/.test(given) && number >= lowest && number <= highest) return number;
      throw wrongUse(
        gatewayProbe,
        `--${name} ${given === undefined ? "is missing" : `is "${given}"`}; give ${lowest} to ${highest}`,
      );
    };
    const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
      const given = named[name];
      const found = allowed.find((each) => each === given);
      if (given === undefined || found !== undefined) return found;
      throw wrongUse(gatewayProbe, `--${name} is "${given}"; allowed are ${allowed.join(", ")}`);
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
      throw wrongUse(
        gatewayProbe,
        fault.key === "id" ? "give exactly one of --host and --tty" : `--${fault.key} ${fault.message}`,
      );
    const only = named["point"] ?? null;
    if (only !== null && !Object.hasOwn(points, only))
      throw wrongUse(gatewayProbe, `--point is "${only}", which is no known point`);
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
  },
};

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
