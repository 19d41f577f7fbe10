import { OperationalError } from "./errors.ts";
import { type LogLevel, logLevels } from "./world.ts";

/** The few things a process takes from its environment; nothing else is read from it. */
export interface Environment {
  readonly configFile: string | null;
  readonly dataDir: string | null;
  readonly httpPort: number | null;
  readonly mqttPort: number | null;
  readonly adminPassword: string | null;
  readonly logLevel: LogLevel;
}

/** @throws OperationalError `environment-invalid`, naming the variable and what it may be */
export function readEnvironment(
  from: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const text = (name: string) => {
    const value = from[name];
    return value === undefined || value === "" ? null : value;
  };
  return {
    configFile: text("FLUEWATCH_CONFIG"),
    dataDir: text("FLUEWATCH_DATA_DIR"),
    httpPort: port("FLUEWATCH_HTTP_PORT", text("FLUEWATCH_HTTP_PORT")),
    mqttPort: port("FLUEWATCH_MQTT_PORT", text("FLUEWATCH_MQTT_PORT")),
    adminPassword: password(text("FLUEWATCH_ADMIN_PASSWORD")),
    logLevel: level(text("FLUEWATCH_LOG_LEVEL") ?? "info"),
  };
}

const shortestPassword = 12;

function password(value: string | null): string | null {
  if (value === null || [...value].length >= shortestPassword) return value;
  throw new OperationalError(
    "environment-invalid",
    `FLUEWATCH_ADMIN_PASSWORD is too short; set at least ${shortestPassword} characters`,
  );
}

function port(name: string, value: string | null): number | null {
  if (value === null) return null;
  const number = Number(value);
  if (/^\d{1,5}$/.test(value) && number <= 65_535) return number;
  throw new OperationalError(
    "environment-invalid",
    `${name} is "${value}"; set a port from 0 to 65535 (0: any free one)`,
  );
}

function level(value: string): LogLevel {
  const found = logLevels.find((each) => each === value);
  if (found !== undefined) return found;
  throw new OperationalError(
    "environment-invalid",
    `FLUEWATCH_LOG_LEVEL is "${value}"; allowed are ${logLevels.join(", ")}`,
  );
}
