// `npm run bench -- push`: what the live feed costs the server with 1,000 browsers and 200 boilers at 1 Hz.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLive } from "../api/live.ts";
import type { LiveState } from "../api/live-state.ts";
import type { Registry } from "../api/registry.ts";
import { sessions } from "../api/sessions.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import { sqliteRecords } from "../platform/records/records.ts";
import { realWorld } from "../platform/world.ts";

const browsers = 1_000;
const stalled = 20;
const boilers = 200;
const seconds = 15;
const mib = 1024 * 1024;
const world = realWorld("error");

const [, , role, portText, cookie = ""] = process.argv;
if (role === "browsers") beBrowsers(Number(portText), cookie);
else await measureServer();

/** A reading as a heater with an emission analyser has it. */
function reading(index: number, n: number): LiveBoiler {
  const names = ["loadPercent", "o2DryPercent", "airRatio", "exhaustTempC", "efficiencySiegertLhvPercent"];
  const more = [
    "pmAtRefO2MgPerNm3",
    "soxAtRefO2Ppm",
    "noxAtRefO2Ppm",
    ...Array.from({ length: 32 }, (_, i) => `further${i}Percent`),
  ];
  const values = Object.fromEntries(
    [...names, ...more].map((name, at) => [name, 10 + at + ((n + index) % 97) / 97]),
  );
  const judged = { kind: "not-judged", reason: "not-steady" } as const;
  return {
    boilerId: `boiler-${index}`,
    n,
    takenAtMs: world.clock.nowMs(),
    values: { firing: 1, ...values },
    flaws: {},
    verdicts: {
      ...{ airRatio: judged, exhaustTempC: judged },
      ...{ pmAtRefO2MgPerNm3: judged, soxAtRefO2Ppm: judged, noxAtRefO2Ppm: judged },
    },
  };
}

async function measureServer(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-push-"));
  const records = await sqliteRecords(folder);
  const inside = sessions(records.db, world);
  const { secret } = await inside.signInByTicket(await inside.newTicket());
  const latest = new Map<string, LiveBoiler>();
  const listeners: ((changed: readonly LiveBoiler[]) => void)[] = [];
  const live: LiveState = {
    boilers: latest,
    gateways: new Map(),
    ingest: null,
    onChange: (listener) => void listeners.push(listener),
    onAlarms: () => {},
  };
  const registry = { siteOf: () => "works" } as unknown as Registry;
  const http = createServer();
  const push = startLive(http, live, registry, inside, records.db, "fluewatch", world);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  let n = 0;
  const over = new AbortController();
  const feeding = (async () => {
    while (!over.signal.aborted) {
      n += 1;
      const changed = Array.from({ length: boilers }, (_, index) => reading(index, n));
      for (const boiler of changed) latest.set(boiler.boilerId, boiler);
      for (const listener of listeners) listener(changed);
      await world.clock.sleep(1_000, over.signal);
    }
  })();

  const idle = await cpuShare(seconds);
  const child = fork(process.argv[1] ?? "", ["browsers", String(port), `fluewatch=${secret}`]);
  while (push.viewers < browsers) await world.clock.sleep(100);
  await world.clock.sleep(3_000);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const busy = await cpuShare(seconds);
  globalThis.gc?.();
  const after = process.memoryUsage().rss;
  child.send("tell");
  const heard = await new Promise<{ bytes: number; seconds: number }>((resolve) =>
    child.once("message", (message) => resolve(message as never)),
  );
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(`${browsers} browsers, ${boilers} boilers at 1 Hz, over ${seconds} s:`);
  console.log(`  of a core, without browsers      ${percent(idle)}`);
  console.log(`  of a core, with them             ${percent(busy)}; theirs ${percent(busy - idle)}`);
  console.log(`  sent to all of them              ${(heard.bytes / mib / heard.seconds).toFixed(1)} MiB/s`);
  console.log(
    `  memory, ${stalled} of them stalled       ${(before / mib).toFixed(0)} MiB → ${(after / mib).toFixed(0)} MiB`,
  );
  console.log(
    `  stalled ones cut so far          ${push.stalledCut} of ${stalled} (after 30 s of taking nothing)`,
  );
  child.kill();
  over.abort();
  await feeding;
  await push.stop();
  http.close();
  await records.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function cpuShare(forSeconds: number): Promise<number> {
  const [cpu, startMs] = [process.cpuUsage(), world.clock.monotonicMs()];
  await world.clock.sleep(forSeconds * 1_000);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1_000 / (world.clock.monotonicMs() - startMs);
}

/** As much of a browser as it takes to be sent frames: it opens a WebSocket, joins, and counts what comes. */
function beBrowsers(port: number, withCookie: string): void {
  let bytes = 0;
  const startMs = world.clock.monotonicMs();
  const sockets: Socket[] = [];
  for (let index = 0; index < browsers; index += 1) {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    const key = Buffer.alloc(16, index).toString("base64");
    socket.write(
      `GET /live/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nCookie: ${withCookie}\r\n\r\n`,
    );
    let joined = false;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      if (joined) return;
      joined = true;
      // "40", masked with zeros: the request to join the namespace.
      socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
      if (index < stalled) void world.clock.sleep(2_000).then(() => socket.pause());
    });
    socket.on("error", () => {});
  }
  process.on("message", () => {
    process.send?.({ bytes, seconds: (world.clock.monotonicMs() - startMs) / 1_000 });
  });
}
