import { spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { createConnection } from "node:net";
import { isatty, ReadStream } from "node:tty";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";

/** An open way to the devices of a line: bytes out, bytes in. */
export interface Wire {
  write(bytes: Buffer): void;
  close(): void;
}

export interface WireListener {
  readonly bytes: (bytes: Buffer) => void;
  /** Told once, when the other side has ended it. */
  readonly gone: () => void;
}

/** @throws OperationalError `line-down` */
export type OpenWire = (listener: WireListener) => Promise<Wire>;

const keepAliveMs = 15_000;

/** A TCP connection, whatever the frames on it look like. */
export function tcpWire(
  { host, port, connectTimeoutMs }: { host: string; port: number; connectTimeoutMs: number },
  { clock }: World,
): OpenWire {
  return async (listener) => {
    const socket = createConnection({ host, port, noDelay: true });
    socket.setKeepAlive(true, keepAliveMs);
    const over = new AbortController();
    const failure = await new Promise<unknown>((resolve) => {
      socket.once("connect", () => resolve(null));
      socket.once("error", resolve);
      void clock.sleep(connectTimeoutMs, over.signal).then(() => {
        if (!over.signal.aborted) resolve(new Error(`nobody answered within ${connectTimeoutMs} ms`));
      });
    });
    over.abort();
    let isOurs = true;
    socket.on("error", () => socket.destroy());
    if (failure !== null) {
      socket.destroy();
      throw new OperationalError("line-down", `no connection to ${host}:${port} (${messageOf(failure)})`, {
        cause: failure,
      });
    }
    socket.on("data", (bytes: Buffer) => {
      if (isOurs) listener.bytes(bytes);
    });
    socket.once("close", () => {
      if (isOurs) listener.gone();
    });
    return {
      write: (bytes) => {
        socket.write(bytes);
      },
      close: () => {
        isOurs = false;
        socket.destroy();
      },
    };
  };
}

export interface SerialSettings {
  readonly tty: string;
  readonly baudRate: number;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

/** A serial port, or one end of a pair of pseudo-terminals, set by `stty` to pass every byte as it is. */
export function serialWire(settings: SerialSettings): OpenWire {
  return async (listener) => {
    const terminal = await openTerminal(settings);
    let isOurs = true;
    terminal.on("error", () => terminal.destroy());
    terminal.on("data", (bytes: Buffer) => {
      if (isOurs) listener.bytes(bytes);
    });
    terminal.once("close", () => {
      if (isOurs) listener.gone();
    });
    return {
      write: (bytes) => {
        terminal.write(bytes);
      },
      close: () => {
        isOurs = false;
        terminal.destroy();
      },
    };
  };
}

async function openTerminal(settings: SerialSettings): Promise<ReadStream> {
  const { tty } = settings;
  const unusable = (why: string, cause?: unknown) =>
    new OperationalError("line-down", `${tty} ${why}`, { cause });
  let descriptor: number;
  try {
    descriptor = openSync(tty, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    throw unusable(`cannot be opened (${messageOf(error)})`, error);
  }
  if (!isatty(descriptor)) {
    closeSync(descriptor);
    throw unusable("is no serial port");
  }
  const complaint = await sttyComplaint(descriptor, sttyArguments(settings));
  if (complaint !== null) {
    closeSync(descriptor);
    throw unusable(`does not take its settings (${complaint})`);
  }
  return new ReadStream(descriptor);
}

export function sttyArguments({ baudRate, parity, stopBits }: SerialSettings): readonly string[] {
  const parityWords = { none: ["-parenb"], even: ["parenb", "-parodd"], odd: ["parenb", "parodd"] };
  return [
    ...["raw", "-echo", "-echoe", "-echok", "-ixon", "-ixoff", "-crtscts", "clocal", "cread", "cs8"],
    ...parityWords[parity],
    stopBits === 2 ? "cstopb" : "-cstopb",
    String(baudRate),
  ];
}

/** `stty` works on its standard input, so that it sets the very port that is open here. */
function sttyComplaint(descriptor: number, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn("stty", args, { stdio: [descriptor, "ignore", "pipe"] });
    let complaint = "";
    child.stderr?.on("data", (bytes) => {
      complaint += bytes;
    });
    child.once("error", (error) => resolve(messageOf(error)));
    child.once("close", (code) =>
      resolve(code === 0 ? null : complaint.trim().split("\n")[0] || `exit code ${code}`),
    );
  });
}
