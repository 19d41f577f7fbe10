import { expect, onTestFinished, test, vi } from "vitest";
import { gatewayProbe } from "../../commands/gateway-probe.ts";
import type { DeviceMapFile, RegisterConfig } from "../../contracts/device-map.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { planReport } from "../../gateway/tools/plan-report.ts";
import { candidates } from "../../gateway/tools/probe-report.ts";
import { watchReport } from "../../gateway/tools/watch-report.ts";
import { realWorld } from "../../platform/world.ts";
import { encodeRegister } from "../../simulators/encode.ts";
import { startModbusServer } from "../../simulators/modbus/server.ts";
import { mappedUnit } from "../../simulators/unit.ts";
import { freePort } from "../helpers/servers.ts";

const register = (point: string, address: number, more: Partial<RegisterConfig> = {}): RegisterConfig => ({
  point,
  table: "input",
  address,
  type: "float32",
  wordOrder: "CDAB",
  scale: 1,
  offset: 0,
  sentinels: [],
  ...more,
});
const map: DeviceMapFile = {
  kind: "device-map",
  id: "analyser",
  title: "An analyser",
  addressBase: 0,
  registers: [register("o2DryPercent", 0), register("exhaustTempC", 2), register("coDryPpm", 60)],
};
const world = realWorld("silent");

const gateway = (units: number): GatewayConfig => ({
  id: "gw",
  site: "s",
  scanMs: 1_000,
  clock: "rtc",
  lines: [{ id: "bus", tty: "/dev/ttyS0", baudRate: 9_600, connectTimeoutMs: 1_000, timeoutMs: 500 }],
  devices: Array.from({ length: units }, (_, index) => ({
    id: `d-${index + 1}`,
    line: "bus",
    unitId: index + 1,
    map: "analyser",
    boiler: "b",
    maxRegisters: 125,
    pauseMs: 0,
  })),
  outbox: { segmentMib: 4, keepAckedHours: 1, keepAckedMib: 1 },
});

test("the plan says requests, bus time, load, and what will be late", () => {
  const maps = new Map([[map.id, map]]);
  const text = planReport(gateway(4), maps, null).join("\n");
  // (20 + 8) characters of 10 bits at 9600 baud and 30 ms, and with 4 bytes less: 59.2 + 55.0 ms, four times.
  expect(text).toContain("line bus (/dev/ttyS0, 9600 baud): 8 requests, load 45.7 %");
  expect(text).toContain("unit 1 (d-1): 4 input from 0, every 1000 ms, 59.2 ms: o2DryPercent, exhaustTempC");
  expect(text).not.toContain("LATE");
  const crowded = planReport(gateway(9), maps, null).join("\n");
  expect(crowded).toContain("LATE: a scan takes 1028 ms of 900; it will not reach d-8, d-9");
});

test("what a running gateway has learned is part of the plan", () => {
  const unit = {
    unitId: 3,
    state: "ok",
    requests: 1,
    answers: 1,
    exceptions: 0,
    silences: 0,
    garbled: 0,
  } as const;
  const units = [{ ...unit, skipped: 0, answerMs: 12, learned: ["at most 16 registers a request"] }];
  const running = [{ id: "bus", isUp: true, busyMs: 1, units }];
  expect(planReport(gateway(1), new Map([[map.id, map]]), running).at(-1)).toBe(
    "    line bus, unit 3: at most 16 registers a request",
  );
  const status = { v: 1, site: "s", gw: "gw", online: true, atMs: 9_000, lines: running } as const;
  const batch = {
    t0: 9_500,
    b: [
      {
        boiler: "b",
        points: ["o2DryPercent", "coDryPpm"],
        rows: [[0, 4.2, null]],
        flaws: [[0, 1, "no-answer"]],
      },
    ],
  } satisfies Parameters<typeof watchReport>[1]["batch"];
  const screen = watchReport("gw", { batch, status: { ...status, lines: [...running] } }, 10_000).join("\n");
  expect(screen).toMatch(/b, 0.5 s ago\n {4}o2DryPercent +4.2\n {4}coDryPpm +- \(no-answer\)/);
  expect(screen).toMatch(/line bus: up\n.*\n +3 ok +1 +1 +0 +0 +0 +0 +12.0\n +at most 16 registers/);
});

test.each([
  ["float32", "CDAB", 4.37],
  ["float32", "ABCD", 4.37],
  ["float32", "DCBA", 173.25],
  ["float64", "ABCD", 3.91],
] as const)("a %s %s is ranked first for its point", (type, wordOrder, value) => {
  const point = value < 21 ? "o2DryPercent" : "exhaustTempC";
  const words = encodeRegister(register(point, 0, { type, wordOrder }), value);
  const block = { unitId: 1, table: "input", address: 8, count: words.length } as const;
  const [best] = candidates(block, words, point);
  expect(best).toMatchObject({ point, type, wordOrder, address: 8, value });
});

async function said(args: readonly string[]) {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const ok = await gatewayProbe.run(args);
    return {
      ok,
      text: written.mock.calls
        .map(([text]) => String(text))
        .join("")
        .trimEnd(),
    };
  } finally {
    written.mockRestore();
  }
}

test("a probe reads a device once and names its register; a refusal is a sentence", async () => {
  const port = await freePort();
  let polls = 0;
  const timing = { host: "127.0.0.1", seed: 1, turnaroundMs: 0, latencyMs: 0, jitterMs: 0 };
  const server = await startModbusServer(
    { ...timing, port },
    new Map([[4, mappedUnit(map, () => ({ o2DryPercent: 3.6, exhaustTempC: 181.5, coDryPpm: 12 }))]]),
    {
      world,
      ledger: () => {
        polls += 1;
      },
    },
  );
  onTestFinished(server.stop);
  const args = ["--host", "127.0.0.1", "--port", String(port), "--unit", "4", "--table", "input"];
  const { ok, text } = await said([...args, "--address", "0", "--count", "2", "--point", "o2DryPercent"]);
  expect(ok).toBe(true);
  expect(polls).toBe(1);
  expect(text).toMatch(
    /most plausible first:\n {2}\{ point: o2DryPercent, table: input, address: 0, type: float32, wordOrder: CDAB \} # 3.6 %/,
  );
  expect(await said([...args, "--address", "30"])).toEqual({
    ok: false,
    text: "unit 4, 2 input from 30: refused by exception 2: it has no such registers",
  });
});

test.each([
  [["--host", "a"], /^--address is missing; give 0 to 65535/],
  [["--address", "0"], /^give exactly one of --host and --tty/],
  [["--tty", "/dev/ttyS0", "--address", "0"], /^--tty needs baudRate/],
  [
    ["--host", "a", "--address", "0", "--table", "x"],
    /^--table is "x"; allowed are input, holding, discrete, coil/,
  ],
  [["--host", "a", "--address", "0", "--count", "126"], /^--count is "126"; give 1 to 125/],
  [["--host", "a", "--address", "0", "--point", "x"], /^--point is "x", which is no known point/],
  [["--colour"], /Unknown option '--colour'/],
])("%j is refused with what to change", async (args, message) => {
  await expect(said(args)).rejects.toThrow(message);
});
