import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { GatewayStatus } from "../../contracts/batch.ts";
import type { GatewayDocument } from "../../contracts/gateway-document.ts";
import { openLine } from "../../gateway/modbus/open-line.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { startRemoteGateway } from "../../gateway/remote-config.ts";
import { main } from "../../main.ts";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { type Service, serviceStack } from "../../platform/service.ts";
import { realWorld } from "../../platform/world.ts";
import { documentOf, documentPart } from "../../settings/gateway-document.ts";
import { loadSettings, type Settings } from "../../settings/settings.ts";
import { startModbusServer } from "../../simulators/modbus/server.ts";
import { freePort, temporaryFolder } from "../helpers/servers.ts";
import { tellingUnit } from "../helpers/telling-unit.ts";
import { until } from "../helpers/until.ts";

const root = resolve(import.meta.dirname, "../..");
const world = realWorld("silent");
const topic = (channel: string) => `fluewatch/v1/demo-plant/boiler-house/${channel}`;

const stops: Service[] = [];
afterEach(async () => {
  for (let service = stops.pop(); service !== undefined; service = stops.pop()) await service.stop();
});

/** The demo's gateway before devices that answer, at a real broker. */
async function started(folder = temporaryFolder(), devicePort?: number) {
  const port = devicePort ?? (await freePort());
  if (devicePort === undefined) {
    const timing = { host: "127.0.0.1", seed: 7, turnaroundMs: 1, latencyMs: 0, jitterMs: 0 } as const;
    const units = new Map(Array.from({ length: 20 }, (_, unitId) => [unitId, tellingUnit(unitId)] as const));
    stops.push(
      await startModbusServer({ ...timing, port, framing: "tcp" }, units, { world, ledger: () => {} }),
    );
  }
  const services = serviceStack(world);
  stops.push({ name: "gateway", stop: () => services.stop() });
  const broker = services.add(await startBroker({ host: "127.0.0.1", port: 0 }, world));
  const at = { host: "127.0.0.1", port: broker.port };
  const file = join(temporaryFolder(), "plant.yaml");
  const text = readFileSync(join(root, "config", "demo.yaml"), "utf8")
    .replace("port: 15020 }", `port: ${port} }`)
    .replace("    scanMs: 1000\n", "    scanMs: 200\n    acceptsDocuments: true\n")
    .replace(
      "- { id: power-house, host: 127.0.0.1, port: 15021 }",
      `- { id: power-house, host: localhost, port: ${port} }`,
    );
  writeFileSync(file, `${text}\nmqtt: { port: ${broker.port} }\n`);
  const settings = loadSettings(file, root, readEnvironment({}));
  const [gateway] = settings.config.gateways;
  if (gateway === undefined) throw new Error("the demo has a gateway");
  const heard: GatewayStatus[] = [];
  const server = services.add(connectBus(at, "server", world));
  server.subscribe(topic("status"), (_topic, payload) => {
    heard.push(JSON.parse(payload.toString()) as GatewayStatus);
    return "taken";
  });
  const bus = services.add(connectBus(at, "boiler-house", world));
  services.add(
    await startRemoteGateway(
      { gateway, maps: settings.maps },
      {
        folder,
        bus,
        world,
        openLine: (line) => openLine(line, world),
        partOf: (document) => documentPart(settings, document),
      },
    ),
  );
  await until("the gateway is heard", () => heard.at(-1)?.online === true);
  return {
    settings,
    file,
    folder,
    services,
    status: () => heard.at(-1),
    send: (document: GatewayDocument, retain = false) =>
      server.publish(topic("cmd"), JSON.stringify(document), { qos: 1, retain }),
    said: async (version: number, state: string) => {
      await until(`version ${version} is ${state}`, () => {
        const document = heard.at(-1)?.document;
        return document?.version === version && document.state === state;
      });
      return heard.at(-1)?.document;
    },
  };
}

/** A document of the demo's gateway, changed as text. */
function documentFor(
  settings: Settings,
  version: number,
  change: (text: string) => string,
  more = {},
): GatewayDocument {
  const part = documentOf(settings, "boiler-house", sha256Hex);
  const { gateway, maps } = JSON.parse(change(JSON.stringify(part))) as { gateway: unknown; maps: unknown[] };
  const hash = sha256Hex(Buffer.from(JSON.stringify({ gateway, maps })));
  const head = { v: 1, kind: "configuration", version, by: "engineer", atMs: Date.now() } as const;
  return { ...head, dryRun: false, provingSeconds: 10, gateway, maps, hash, ...more };
}

describe("a gateway that takes documents", () => {
  test("runs what it is sent once something answers, says who sent it, and runs it after a restart", async () => {
    const gateway = await started();
    await gateway.send(
      documentFor(gateway.settings, 1, (text) => text.replace('"scanMs":200', '"scanMs":400')),
    );
    expect(await gateway.said(1, "running")).toMatchObject({ by: "engineer" });
    await until("it scans as told", () => gateway.status()?.scanMs === 400);
    const before = gateway.status()?.capturedUpto ?? 0;
    await until("it goes on capturing", () => (gateway.status()?.capturedUpto ?? 0) > before);
    const port = gateway.settings.config.gateways[0]?.lines[0]?.port ?? 0;
    await gateway.services.stop();
    const again = await started(gateway.folder, port);
    await until("it scans as told", () => again.status()?.scanMs === 400);
    expect(again.status()?.document).toMatchObject({ version: 1, state: "running" });
    expect(again.status()?.capturedUpto).toBeGreaterThanOrEqual(before);
  });

  test("goes back to what it ran when nothing answers in time, and does not try again", async () => {
    const gateway = await started();
    const nobody = await freePort();
    const port = gateway.settings.config.gateways[0]?.lines[0]?.port ?? 0;
    const dead = documentFor(
      gateway.settings,
      1,
      (text) => text.replaceAll(`"port":${port}`, `"port":${nobody}`),
      {
        provingSeconds: 1,
      },
    );
    await gateway.send(dead, true);
    expect((await gateway.said(1, "rolled-back"))?.says).toEqual([
      "nothing answered within 1 s",
      "running its own file again",
    ]);
    const before = gateway.status()?.capturedUpto ?? 0;
    await until("it goes on capturing", () => (gateway.status()?.capturedUpto ?? 0) > before + 5);
    await gateway.send(dead, true);
    const { capturedUpto = 0, boot } = gateway.status() ?? {};
    await until("it goes on capturing", () => (gateway.status()?.capturedUpto ?? 0) > capturedUpto + 5);
    expect(gateway.status()).toMatchObject({ boot, document: { state: "rolled-back" } });
  });

  test("takes nothing with a fault in it: each is named, nothing is restarted", async () => {
    const gateway = await started();
    const boot = gateway.status()?.boot;
    const faulty = (text: string) =>
      text
        .replace('"map":"oil-meter"', '"map":"no-such-map"')
        .replace('"boiler":"cfb-01"', '"boiler":"unknown"');
    await gateway.send(documentFor(gateway.settings, 1, faulty));
    expect((await gateway.said(1, "refused"))?.says).toEqual([
      expect.stringMatching(/devices.1.map is "no-such-map", which is no device map/),
      expect.stringMatching(/boiler is "unknown", which is no boiler/),
    ]);
    await gateway.send(
      documentFor(gateway.settings, 2, (text) => text.replace('"scanMs":200', '"scanMs":"soon"')),
    );
    expect((await gateway.said(2, "refused"))?.says[0]).toMatch(/gateway.scanMs must be integer/);
    await gateway.send(documentFor(gateway.settings, 3, (text) => text, { hash: "0".repeat(64) }));
    await gateway.said(3, "refused");
    expect(gateway.status()?.boot).toBe(boot);
  });

  test("only says what it would do in a dry run", async () => {
    const gateway = await started();
    const boot = gateway.status()?.boot;
    await gateway.send(
      documentFor(gateway.settings, 1, (text) => text.replace('"scanMs":200', '"scanMs":400'), {
        dryRun: true,
      }),
    );
    expect((await gateway.said(1, "planned"))?.says.join("\n")).toMatch(/a scan every 400 ms/);
    expect(gateway.status()).toMatchObject({ scanMs: 200, boot });
  });

  test("whose process ended before a document was proven goes back by itself", async () => {
    const folder = temporaryFolder();
    const first = await started(folder);
    const document = documentFor(first.settings, 4, (text) => text.replace('"scanMs":200', '"scanMs":400'));
    const port = first.settings.config.gateways[0]?.lines[0]?.port ?? 0;
    await first.services.stop();
    writeFileSync(join(folder, "document-trial.json"), JSON.stringify(document));
    const gateway = await started(folder, port);
    await gateway.said(4, "rolled-back");
    expect(gateway.status()?.scanMs).toBe(200);
  });

  test("is sent its part of the plant's file by one command, which ends with what became of it", async () => {
    const gateway = await started();
    const push = (...more: string[]) =>
      main([
        "gateway",
        "push",
        "boiler-house",
        "--config",
        gateway.file,
        "--by",
        "Chen",
        "--proving-seconds",
        "10",
        ...more,
      ]);
    const text = readFileSync(gateway.file, "utf8");
    writeFileSync(gateway.file, text.replace("scanMs: 200", "scanMs: 500"));
    expect(await push("--dry-run")).toBe(0);
    expect(gateway.status()?.scanMs).toBe(200);
    expect(await push()).toBe(0);
    await until("it scans as told", () => gateway.status()?.scanMs === 500);
    expect(gateway.status()?.document).toMatchObject({ by: "Chen", version: 2, state: "running" });
    expect(await main(["gateway", "push", "no-such", "--config", gateway.file])).toBe(2);
  });
});
