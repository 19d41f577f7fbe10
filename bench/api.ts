// `npm run bench -- api`: how long the API takes for 200 requests a second, beside the demo plant in the same process.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../platform/package-root.ts";
import { realWorld } from "../platform/world.ts";

const perSecond = 200;
const seconds = 20;
const password = "a-bench-and-nothing-else";
const { clock } = realWorld("error");
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

const folder = mkdtempSync(join(tmpdir(), "fluewatch-api-"));
const child = spawn(process.execPath, [join(packageRoot(), "scripts", "fluewatch.js"), "start"], {
  env: {
    ...process.env,
    ...{ FLUEWATCH_DATA_DIR: folder, FLUEWATCH_HTTP_PORT: "0", FLUEWATCH_MQTT_PORT: "0" },
    ...{ FLUEWATCH_ADMIN_PASSWORD: password, FLUEWATCH_LOG_LEVEL: "error" },
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
const origin = await new Promise<string>((resolve, reject) => {
  let said = "";
  child.once("exit", () => reject(new Error(`the plant did not start: ${said}`)));
  child.stdout.on("data", (bytes) => {
    said += bytes;
    const link = /is ready: (http\S+)/.exec(said)?.[1];
    if (link !== undefined) resolve(new URL(link).origin);
  });
});

interface Answer {
  readonly ms: number;
  readonly status: number;
  readonly cookie: string;
}

function ask(path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<Answer> {
  const startMs = clock.monotonicMs();
  return new Promise((resolve, reject) => {
    const asked = request(
      `${origin}/api/v1/${path}`,
      { agent, headers, method: body ? "POST" : "GET" },
      (reply) => {
        const cookie = reply.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
        reply.on("end", () =>
          resolve({ ms: clock.monotonicMs() - startMs, status: reply.statusCode ?? 0, cookie }),
        );
        reply.resume();
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

const typed = { "content-type": "application/json", "x-requested-with": "fluewatch" };
const { cookie } = await ask("session", typed, JSON.stringify({ user: "admin", password }));
// The example of the demo is made meanwhile; what is measured is a plant that runs.
await clock.sleep(10_000);
const took = new Map<string, number[]>([
  ["boilers/toh-02/latest", []],
  ["boilers", []],
  ["alarms", []],
]);
const paths = [...took.keys()];
const asked: Promise<void>[] = [];
const startMs = clock.monotonicMs();
for (let n = 0; n < perSecond * seconds; n += 1) {
  const path = paths[n % paths.length] ?? "";
  const dueMs = startMs + (1_000 * n) / perSecond;
  const early = dueMs - clock.monotonicMs();
  if (early > 0) await clock.sleep(early);
  const late = Math.max(0, clock.monotonicMs() - dueMs);
  asked.push(
    ask(path, { cookie }).then(({ ms, status }) => {
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      // From when it was due: a server that holds up the questions is not the faster for it.
      took.get(path)?.push(ms + late);
    }),
  );
}
await Promise.all(asked);
const at = (all: readonly number[], share: number) =>
  [...all].sort((a, b) => a - b)[Math.floor(share * (all.length - 1))]?.toFixed(1) ?? "";
console.log(`${perSecond} requests a second for ${seconds} s, beside the demo plant, in ms:`);
for (const [path, all] of took) console.log(`  ${path.padEnd(24)} p50 ${at(all, 0.5)}  p99 ${at(all, 0.99)}`);
agent.destroy();
child.kill();
await ended;
rmSync(folder, { recursive: true, force: true });
