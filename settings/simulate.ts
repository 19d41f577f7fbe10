import { OperationalError } from "../platform/errors.ts";
import { secondsIn } from "../simulators/duration.ts";
import type { Settings } from "./settings.ts";

/** The options of `fluewatch simulate` as they were typed. */
export interface SimulateOptions {
  readonly speed?: string | undefined;
  readonly "modbus-port"?: string | undefined;
  readonly history?: string | undefined;
  readonly step?: string | undefined;
}

export interface SimulateWish {
  readonly speed: number;
  /** `null`: as the configuration has it. */
  readonly modbusPort: number | null;
  /** `null`: no history, but live. */
  readonly historySeconds: number | null;
  readonly stepSeconds: number;
}

const fastest = 10_000;
const longestHistorySeconds = 20 * 365 * 86_400;

/** @throws OperationalError `usage`, naming the option and what it may be */
export function simulateWish(options: SimulateOptions): SimulateWish {
  const refuse = (name: string, text: string, allowed: string): never => {
    throw new OperationalError("usage", `--${name} is "${text}"; it must be ${allowed}`);
  };
  const number = (name: "speed" | "modbus-port", lowest: number, highest: number) => {
    const text = options[name];
    if (text === undefined) return null;
    const value = Number(text);
    if (text.trim() !== "" && value >= lowest && value <= highest) return value;
    return refuse(name, text, `a number from ${lowest} to ${highest}`);
  };
  const duration = (name: "history" | "step", longest: number) => {
    const text = options[name];
    if (text === undefined) return null;
    const seconds = secondsIn(text);
    if (seconds !== null && seconds > 0 && seconds <= longest) return seconds;
    return refuse(name, text, "a time like 60 s, 10 min, 90 d or 2 y");
  };
  return {
    speed: number("speed", 0.01, fastest) ?? 1,
    modbusPort: number("modbus-port", 1, 65_000),
    historySeconds: duration("history", longestHistorySeconds),
    stepSeconds: duration("step", 3_600) ?? 60,
  };
}

/** The same plant with its lines on ports one after the other. */
export function withModbusPorts(settings: Settings, from: number | null): Settings {
  if (from === null) return settings;
  const { simulators } = settings.config;
  const servers = simulators.servers.map((server, index) => {
    if (server.port === undefined) return server;
    const id = server.id ?? `${server.host}:${server.port}`;
    return { ...server, id, port: Math.floor(from) + index };
  });
  return { ...settings, config: { ...settings.config, simulators: { ...simulators, servers } } };
}
