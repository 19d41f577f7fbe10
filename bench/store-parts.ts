import { spawn } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { PointCatalogue } from "../domain/points.ts";
import { pointsOf, quoted } from "../platform/telemetry/duckdb/tables.ts";
import type { FrameToStore } from "../platform/telemetry/telemetry.ts";

export interface InfluxServer {
  readonly port: number;
  readonly folder: string;
  stop(): Promise<void>;
}

/** InfluxDB 1.x with an empty data folder; `null` where it is not installed. */
export async function influxServer(folder: string): Promise<InfluxServer | null> {
  const [port, rpcPort] = [await freePort(), await freePort()];
  const config = join(folder, "influxdb.conf");
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "error"
`,
  );
  const child = spawn("influxd", ["-config", config], { stdio: "ignore" });
  const isMissing = await new Promise<boolean>((resolve) => {
    child.once("error", () => resolve(true));
    child.once("spawn", () => resolve(false));
  });
  if (isMissing) return null;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => null);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    folder,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Line protocol of readings, with the fields that our adapter writes. */
export function linesOf(rows: readonly FrameToStore[], { names }: PointCatalogue): string {
  return rows
    .map(({ origin, frame }) => {
      const fields = names.flatMap((name, slot) => {
        const value = frame.values[slot];
        return value === undefined || Number.isNaN(value) ? [] : [`${name}=${value}`];
      });
      const book = `gateway="${origin.gatewayId}",sid="${origin.sid}",seq=${origin.seq}`;
      return `readings,boiler=${frame.boilerId},site=${origin.siteId} ${book},${fields.join(",")} ${frame.takenAtMs}`;
    })
    .join("\n");
}

export async function postLines({ port }: InfluxServer, database: string, body: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/write?db=${database}&precision=ms`, {
    method: "POST",
    body,
  });
  if (!answer.ok) throw new Error(`InfluxDB did not store: ${await answer.text()}`);
  await answer.arrayBuffer();
}

export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Fills a DuckDB store's minutes and hours with a year-long wave of each point, with some noise, by SQL. */
export async function fillYears(
  folder: string,
  wish: {
    readonly boilers: number;
    readonly fromMs: number;
    readonly toMs: number;
    readonly points: readonly string[];
  },
): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, "telemetry.duckdb"), {
    memory_limit: "512MB",
    threads: "2",
  });
  const connection = await instance.connect();
  for (const [tier, table, widthMs] of [
    ["minute", "minutes", 60_000],
    ["hour", "hours", 3_600_000],
  ] as const) {
    const known = (await pointsOf(connection, tier)).filter((point) => wish.points.includes(point));
    const columns = known.flatMap((point) =>
      ["min", "max", "mean", "count", "valid"].map((part) => quoted(`${point}_${part}`)),
    );
    const values = known.flatMap((_, index) => {
      const wave = `round(${100 + index} + 20 * sin(t / 86400000.0 * 6.2832 + b) + noise * 5, 1)`;
      return [`${wave} - 1`, `${wave} + 1`, wave, "60", "1.0"];
    });
    // Month by month, all boilers beside each other: as it would have come.
    for (let fromMs = wish.fromMs; fromMs < wish.toMs; fromMs += 30 * 86_400_000) {
      const toMs = Math.min(wish.toMs, fromMs + 30 * 86_400_000);
      await connection.run(
        `INSERT INTO ${table} (site, boiler, startMs, revision, readings, ${columns.join(", ")})
         SELECT 'works', 'b-' || b, t, 1, 60, ${values.join(", ")}
         FROM (SELECT t, b, random() AS noise FROM range(${fromMs}, ${toMs}, ${widthMs}) AS times(t), range(${wish.boilers}) AS those(b) ORDER BY t, b)`,
      );
    }
  }
  connection.closeSync();
  instance.closeSync();
}
