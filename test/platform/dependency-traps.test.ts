import mqtt from "mqtt";
import { describe, expect, test } from "vitest";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { setCredential } from "../../platform/mqtt/credentials.ts";
import { realWorld } from "../../platform/world.ts";
import { newCertificates } from "../helpers/certificates.ts";
import { freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { guardedGrants } from "../suites/guarded-broker-suite.ts";

// What mqtt and aedes do by themselves, and what it must not come to with us. The traps of Modbus libraries are held
// by test/gateway/modbus-sources.test.ts, those of oversized and slow connections by broker-security.test.ts.
const world = realWorld("silent");
const local = { host: "127.0.0.1", port: 0 };

describe("traps of the MQTT packages", () => {
  test("mqtt keeps 65,535 messages while there is no broker and drops the others in silence: ours are refused, each", async () => {
    const port = await freePort();
    const bus = connectBus({ host: "127.0.0.1", port }, "early", world);
    let refused = 0;
    for (let index = 0; index < 100_000; index += 1)
      await bus.publish("a", "b", { qos: 1 }).catch(() => {
        refused += 1;
      });
    expect(refused).toBe(100_000);
    const heard: string[] = [];
    const broker = await startBroker({ host: "127.0.0.1", port }, world);
    const listener = connectBus({ host: "127.0.0.1", port }, "listener", world);
    listener.subscribe("a", (_topic, payload) => {
      heard.push(payload.toString());
      return "taken";
    });
    await until("both are connected", () => bus.up && listener.up);
    await bus.publish("a", "now", { qos: 1 });
    await until("it is heard", () => heard.length > 0);
    expect(heard).toEqual(["now"]);
    await bus.stop();
    await listener.stop();
    await broker.stop();
  });

  test("aedes stalls at its limit of concurrent messages: a listener that takes nothing holds up nobody else", async () => {
    const broker = await startBroker(local, world);
    const at = { host: "127.0.0.1", port: broker.port };
    const stuck = connectBus(at, "stuck", world);
    stuck.subscribe("data/#", () => "full");
    const well = connectBus(at, "well", world);
    const heard = new Set<string>();
    well.subscribe("data/#", (topic) => {
      heard.add(topic);
      return "taken";
    });
    const speakers = Array.from({ length: 10 }, (_, index) => connectBus(at, `speaker-${index}`, world));
    await until("all are connected", () => [stuck, well, ...speakers].every(({ up }) => up));
    const messages = 300;
    await Promise.all(
      speakers.flatMap((speaker, from) =>
        Array.from({ length: messages }, (_, index) =>
          speaker.publish(`data/${from}/${index}`, "x", { qos: 1 }),
        ),
      ),
    );
    await until(
      "the one that is well has all of them",
      () => heard.size === speakers.length * messages,
      10_000,
    );
    await Promise.all([stuck, well, ...speakers].map((bus) => bus.stop()));
    await broker.stop();
  });

  const openssl = neededProgram("openssl");
  if (openssl !== null) {
    test("aedes keeps messages without bound for a session that asks for it: guests have none", async () => {
      const folder = temporaryFolder();
      const credentialsFile = `${folder}/users.json`;
      await setCredential(credentialsFile, "gw-1", "a".repeat(64));
      const files = newCertificates(openssl);
      const listen = { ...files, host: "127.0.0.1", port: 0, credentialsFile, maxConnections: 10 };
      const broker = await startBroker({ ...local, listen }, world, guardedGrants);
      const options = {
        host: "127.0.0.1",
        port: broker.port,
        clientId: "gw-1",
        username: "gw-1",
        password: "a".repeat(64),
        clean: false,
        reconnectPeriod: 0,
      };
      const first = await mqtt.connectAsync(options);
      await first.subscribeAsync("fluewatch/v1/works/gw-1/cmd", { qos: 1 });
      await first.endAsync(true);
      await until("it is gone", () => broker.connections === 0);
      const server = connectBus(
        { host: "127.0.0.1", port: broker.port },
        "fluewatch-ingest",
        world,
        undefined,
        {
          user: "server",
          secret: broker.ownSecret,
        },
      );
      await until("the server is in", () => server.up);
      for (let index = 0; index < 100; index += 1)
        await server.publish("fluewatch/v1/works/gw-1/cmd", "kept?", { qos: 1 });
      const second = mqtt.connect(options);
      const heard: string[] = [];
      second.on("message", (topic) => heard.push(topic));
      const connack = await new Promise<{ sessionPresent: boolean }>((resolve) =>
        second.once("connect", resolve),
      );
      expect(connack.sessionPresent).toBe(false);
      await second.subscribeAsync("fluewatch/v1/works/gw-1/cmd", { qos: 1 });
      await server.publish("fluewatch/v1/works/gw-1/cmd", "new", { qos: 1 });
      await until("the new one is heard", () => heard.length > 0);
      expect(heard).toHaveLength(1);
      await second.endAsync(true);
      await server.stop();
      await broker.stop();
    });
  }
});
