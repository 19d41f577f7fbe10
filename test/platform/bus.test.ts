import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { matches } from "../../platform/mqtt/access.ts";
import { realWorld } from "../../platform/world.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { ended, freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { busSuite } from "../suites/bus-suite.ts";

const world = realWorld("silent");

busSuite("the embedded broker", async () => {
  const config = { host: "127.0.0.1", port: await freePort() };
  let broker = await startBroker(config, world);
  return {
    connect: (clientId) => connectBus(config, clientId, world),
    cut: () => broker.stop(),
    restore: async () => {
      broker = await startBroker(config, world);
    },
    stop: () => broker.stop(),
  };
});

test("a broker that is cut ends every link and takes none; mended, the bus comes back by itself", async () => {
  const config = { host: "127.0.0.1", port: await freePort() };
  const broker = await startBroker(config, world);
  const bus = connectBus(config, "cut-test", world);
  await until("the bus is up", () => bus.up);
  broker.cut(true);
  await until("the bus is down", () => !bus.up);
  await expect(bus.publish("a", Buffer.from("b"), { qos: 1 })).rejects.toMatchObject({ code: "bus-down" });
  broker.cut(false);
  await until("the bus is up again", () => bus.up);
  await bus.stop();
  await broker.stop();
});

const mosquitto = neededProgram("mosquitto");
if (mosquitto !== null) {
  busSuite("mosquitto", async () => {
    const config = { host: "127.0.0.1", port: await freePort() };
    const file = join(temporaryFolder(), "mosquitto.conf");
    writeFileSync(
      file,
      `listener ${config.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n`,
    );
    const start = () => spawn(mosquitto, ["-c", file], { stdio: "ignore" });
    let server = start();
    return {
      connect: (clientId) => connectBus(config, clientId, world),
      cut: () => ended(server, "SIGKILL"),
      restore: async () => {
        server = start();
      },
      stop: () => ended(server),
    };
  });
}

busSuite("memory", async () => {
  const broker = memoryBroker();
  return {
    connect: () => broker.connect(),
    cut: async () => broker.cut(),
    restore: async () => broker.restore(),
    stop: async () => {},
  };
});

test("a port that is taken is said in one sentence", async () => {
  const config = { host: "127.0.0.1", port: await freePort() };
  const broker = await startBroker(config, world);
  await expect(startBroker(config, world)).rejects.toMatchObject({
    code: "port-busy",
    message: expect.stringMatching(
      /is taken by another program; stop that program, or set mqtt.port or FLUEWATCH_MQTT_PORT/,
    ),
  });
  await broker.stop();
});

test.each([
  ["a/+/c", "a/b/c", true],
  ["a/+/c", "a/b/d", false],
  ["a/#", "a/b/c", true],
  ["a/+", "a/b/c", false],
  ["a/b", "a", false],
])("the filter %s, the topic %s: %s", (filter, topic, wanted) => {
  expect(matches(filter, topic)).toBe(wanted);
});
