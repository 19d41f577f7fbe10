import { readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Bus, connectBus } from "../../platform/bus.ts";
import { writeSecret } from "../../platform/mqtt/credentials.ts";
import { realWorld } from "../../platform/world.ts";
import { grantsOf } from "../../settings/mqtt.ts";
import { type Certificates, newCertificates } from "../helpers/certificates.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");

/** Who is known to every broker of this suite. */
export const guardedGrants = grantsOf({
  gateways: [
    { id: "gw-1", site: "works" },
    { id: "gw-2", site: "works" },
  ] as never,
});

export interface GuardedBroker {
  readonly port: number;
  stop(): Promise<void>;
}

/** What a broker must do that other machines can reach: the rules are the configuration's, whoever holds them. */
export function guardedBrokerSuite(
  name: string,
  openssl: string,
  start: (certificates: Certificates, secrets: ReadonlyMap<string, string>) => Promise<GuardedBroker>,
): void {
  describe(`a guarded broker: ${name}`, () => {
    const secrets = new Map(["server", "gw-1", "gw-2"].map((user) => [user, world.random.secretHex(32)]));
    const folder = temporaryFolder();
    let certificates: Certificates;
    let broker: GuardedBroker;
    let server: Bus;
    let heard: string[] = [];
    const busses: Bus[] = [];
    const clients: MqttClient[] = [];

    beforeAll(async () => {
      certificates = newCertificates(openssl);
      for (const [user, secret] of secrets) writeSecret(folder, user, secret);
      broker = await start(certificates, secrets);
      server = busOf("server", "fluewatch-ingest");
      server.subscribe("#", (topic, payload) => {
        heard.push(`${topic} ${payload.toString().slice(0, 40)}`);
        return "taken";
      });
      await until("the server is connected", () => server.up);
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      for (const bus of busses.splice(1)) await bus.stop();
      heard = [];
    });
    afterAll(async () => {
      for (const bus of busses) await bus.stop();
      await broker.stop();
    });

    function busOf(user: string, clientId = user, caFile = certificates.caFile): Bus {
      const config = { host: "127.0.0.1", port: broker.port, tls: { caFile }, secrets: folder };
      const bus = connectBus(config, clientId, world, undefined, { user });
      busses.push(bus);
      return bus;
    }

    /** A stranger's client, that does what it wants; resolves with the reason where it is not let in. */
    async function stranger(options: IClientOptions): Promise<MqttClient | string> {
      const client = mqtt.connect({
        host: "127.0.0.1",
        port: broker.port,
        protocol: "mqtts",
        ca: readFileSync(certificates.caFile),
        reconnectPeriod: 0,
        connectTimeout: 5_000,
        protocolVersion: 4,
        ...options,
      });
      clients.push(client);
      return new Promise((resolve) => {
        client.once("connect", () => resolve(client));
        client.once("error", (error) => resolve(error.message));
        client.once("close", () => resolve("closed"));
      });
    }
    const as = (user: string, options: IClientOptions = {}) =>
      stranger({ clientId: user, username: user, password: secrets.get(user) ?? "", ...options });
    async function inside(user: string, options: IClientOptions = {}): Promise<MqttClient> {
      const client = await as(user, options);
      if (typeof client === "string") throw new Error(`${user} was not let in: ${client}`);
      client.on("error", () => {});
      return client;
    }
    /** After it, whatever was said before has arrived, or never will. */
    async function allIsSaid(): Promise<void> {
      await until("the broker takes the last word", () => server.up);
      await server.publish("end/of/it", "end", { qos: 1 });
      await until("the last word is heard", () => heard.includes("end/of/it end"));
      heard = heard.filter((each) => each !== "end/of/it end");
    }

    test("a gateway with its secret says its data by TLS and hears its acknowledgements", async () => {
      const gateway = busOf("gw-1");
      const acks: string[] = [];
      gateway.subscribe("fluewatch/v1/works/gw-1/ack", (_topic, payload) => {
        acks.push(payload.toString());
        return "taken";
      });
      await until("the gateway is in", () => gateway.up);
      await gateway.publish("fluewatch/v1/works/gw-1/data", "batch", { qos: 1 });
      await server.publish("fluewatch/v1/works/gw-1/ack", "durable", { qos: 1 });
      await until("both have heard", () => heard.length > 0 && acks.length > 0);
      expect(heard).toContain("fluewatch/v1/works/gw-1/data batch");
      expect(acks).toEqual(["durable"]);
      expect(gateway.troubles).toEqual([]);
    });

    test.each<[string, IClientOptions]>([
      ["nobody", { clientId: "gw-1" }],
      ["a wrong secret", { clientId: "gw-1", username: "gw-1", password: "guess" }],
      ["another's secret", { clientId: "gw-1", username: "gw-1", password: secrets.get("gw-2") ?? "" }],
      ["an unknown user", { clientId: "gw-9", username: "gw-9", password: secrets.get("gw-1") ?? "" }],
      ["a name from every object", { clientId: "x", username: "constructor", password: "x" }],
    ])("%s is not let in", async (_who, options) => {
      expect(await stranger(options)).toMatch(
        /Connection refused: (Not authorized|Bad username or password)/,
      );
    });

    test("who speaks without TLS is not heard", async () => {
      const told = await as("gw-1", { protocol: "mqtt" });
      expect(typeof told).toBe("string");
    });

    test("a broker whose certificate nobody vouches for gets no secret, and the trouble says what to check", async () => {
      const other = newCertificates(openssl);
      const gateway = busOf("gw-1", "gw-1", other.caFile);
      await until("the trouble is known", () => gateway.troubles.length > 0);
      expect(gateway.up).toBe(false);
      expect(gateway.troubles[0]).toMatchObject({
        code: "broker-untrusted",
        message: expect.stringMatching(/check mqtt.tls.caFile/),
      });
    });

    test("a refused secret is told once, with the command that mends it", async () => {
      writeSecret(folder, "gw-9", "0".repeat(64));
      const gateway = busOf("gw-9");
      await until("the trouble is known", () => gateway.troubles.length > 0);
      expect(gateway.troubles[0]).toMatchObject({
        code: "broker-refused",
        message: expect.stringMatching(/fluewatch mqtt credential gw-9/),
      });
    });

    test.each([
      "fluewatch/v1/works/gw-2/data",
      "fluewatch/v1/works/gw-2/status",
      "fluewatch/v1/other/gw-1/data",
      "fluewatch/v1/works/gw-1/ack",
      "fluewatch/v1/works/gw-1/cmd",
      "fluewatch/v1/works/live/cmd",
      "fluewatch/v1/works/live/frame",
      "fluewatch/v1/works/gw-1/data/more",
      "anything",
    ])("what a gateway says on %s reaches nobody", async (topic) => {
      const gateway = await inside("gw-1");
      gateway.publish(topic, "forged", { qos: 1 });
      gateway.publish(topic, "forged", { qos: 0, retain: true });
      await new Promise((resolve) => {
        gateway.once("close", () => resolve(null));
        gateway.publish("fluewatch/v1/works/gw-1/status", "own", { qos: 1 }, resolve);
      });
      await allIsSaid();
      expect(heard.filter((each) => each.endsWith("forged"))).toEqual([]);
    });

    test.each([
      "#",
      "+/#",
      "fluewatch/#",
      "fluewatch/v1/works/+/data",
      "fluewatch/v1/works/gw-2/ack",
      "fluewatch/v1/works/gw-1/#",
      "fluewatch/v1/+/gw-1/ack",
      "fluewatch/v1/works/live/frame",
      "$SYS/#",
      "$share/all/fluewatch/v1/works/gw-2/ack",
    ])("a gateway that listens to %s hears nothing by it", async (filter) => {
      const gateway = await inside("gw-1");
      const overheard: string[] = [];
      gateway.on("message", (topic) => overheard.push(topic));
      const granted = await gateway.subscribeAsync(filter, { qos: 1 }).catch(() => []);
      expect(granted.filter(({ qos }) => qos < 128 && name !== "mosquitto")).toEqual([]);
      for (const topic of ["gw-2/ack", "gw-2/data", "live/frame", "gw-1/data"])
        await server.publish(`fluewatch/v1/works/${topic}`, "not for you", { qos: 1 });
      await server.publish("fluewatch/v1/works/gw-1/cmd", "for you", { qos: 1 });
      await allIsSaid();
      expect(overheard.filter((topic) => !/gw-1\/(ack|cmd)$/.test(topic))).toEqual([]);
    });

    test("a last will on somebody else's topic is never said", async () => {
      const told = await as("gw-1", {
        will: {
          topic: "fluewatch/v1/works/gw-2/status",
          payload: Buffer.from("forged"),
          qos: 1,
          retain: true,
        },
      });
      if (typeof told !== "string") (told.stream as unknown as { destroy(): void }).destroy();
      await allIsSaid();
      expect(heard.filter((each) => each.endsWith("forged"))).toEqual([]);
    });

    test("its own last will is said when a gateway is gone without a word", async () => {
      const gateway = await inside("gw-1", {
        will: { topic: "fluewatch/v1/works/gw-1/status", payload: Buffer.from("gone"), qos: 1, retain: true },
      });
      (gateway.stream as unknown as { destroy(): void }).destroy();
      await until("the will is heard", () => heard.includes("fluewatch/v1/works/gw-1/status gone"));
    });

    test("a packet beyond a batch ends its connection and no other, and is heard by nobody", async () => {
      const [big, good] = [await inside("gw-1"), await inside("gw-2")];
      const closed = new Promise((resolve) => big.once("close", () => resolve(null)));
      big.publish("fluewatch/v1/works/gw-1/data", Buffer.alloc(300 * 1024, "x"), { qos: 1 }, () => {});
      await closed;
      await good.publishAsync("fluewatch/v1/works/gw-2/data", Buffer.alloc(255 * 1024, "y"), { qos: 1 });
      await until("the good one is heard", () =>
        heard.some((each) => each.startsWith("fluewatch/v1/works/gw-2/data y")),
      );
      expect(heard.filter((each) => each.includes("gw-1/data"))).toEqual([]);
    });

    test("bytes that are no TLS end their connection", async () => {
      const socket = connectTcp(broker.port, "127.0.0.1");
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.on("error", () => {});
      socket.write(Buffer.alloc(4_096, 0x10));
      await closed;
    });

    test("files with secrets are for their owner alone", () => {
      expect(readFileSync(join(folder, "gw-1.secret"), "utf8").trim()).toBe(secrets.get("gw-1"));
    });
  });
}
