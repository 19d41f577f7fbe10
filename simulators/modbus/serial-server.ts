import { closeSync, constants, openSync } from "node:fs";
import { isatty, ReadStream } from "node:tty";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import type { ServerSettings } from "./config.ts";
import { rtuFraming, rtuRequests } from "./framing.ts";
import { modbusLine } from "./line.ts";
import type { ModbusServer, ServerNeeds } from "./modbus-server.ts";
import type { ModbusUnit } from "./modbus-unit.ts";
import { readingBySilence } from "./read-by-silence.ts";

/** Modbus RTU on one end of a pair of pseudo-terminals; whoever opens the other end is on the line. */
export async function startSerialServer(
  settings: ServerSettings & { readonly pty: string },
  units: ReadonlyMap<number, ModbusUnit>,
  { world, ledger }: ServerNeeds,
): Promise<ModbusServer> {
  const { pty } = settings;
  const id = settings.id ?? pty;
  const baudRate = settings.baudRate ?? null;
  const terminal = openTerminal(pty);
  const line = modbusLine(
    { ...settings, name: id, port: null, framing: rtuFraming, baudRate },
    units,
    world.clock,
    ledger,
  );
  const send = (bytes: Buffer) => {
    if (!terminal.writable) return false;
    terminal.write(bytes);
    return true;
  };
  const read = readingBySilence(rtuRequests(), baudRate, world.clock, (request) => line.take(request, send));
  let isStopping = false;
  const closed = new Promise<void>((resolve) => {
    terminal.once("close", () => {
      if (!isStopping) world.log.warn({ line: id }, "the serial line is gone: its other side was closed");
      resolve();
    });
  });
  terminal.on("data", (bytes) => read.take(Buffer.from(bytes)));
  terminal.on("error", () => terminal.destroy());

  return {
    name: `modbus server ${id}`,
    id,
    port: null,
    setFault: line.setFault,
    fault: line.fault,
    stop: async () => {
      isStopping = true;
      read.stop();
      terminal.destroy();
      await closed;
      await line.stop();
    },
  };
}

/** Opened as a terminal and not as a file, whose reads would each block one of the process's few threads. */
function openTerminal(path: string): ReadStream {
  const unusable = (why: string, cause?: unknown) =>
    new OperationalError(
      "serial-unusable",
      `${path} ${why}; make a pair with socat, as in: ` +
        `socat pty,raw,echo=0,link=${path} pty,raw,echo=0,link=${path}-client`,
      { cause },
    );
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    throw unusable(`cannot be opened (${messageOf(error)})`, error);
  }
  if (isatty(descriptor)) return new ReadStream(descriptor);
  closeSync(descriptor);
  throw unusable("is no terminal");
}
