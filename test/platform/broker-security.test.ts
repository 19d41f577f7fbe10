import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import mqtt from "mqtt";
import { describe, expect, test } from "vitest";
import { type Broker, startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { covers } from "../../platform/mqtt/access.ts";
import { readCredentials, setCredential, writeSecret } from "../../platform/mqtt/credentials.ts";
import { mosquittoAcl, mosquittoPasswords } from "../../platform/mqtt/mosquitto.ts";
import { packetMeter } from "../../platform/mqtt/packet-meter.ts";
import { realWorld } from "../../platform/world.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { newCertificates } from "../helpers/certificates.ts";
import { ended, freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { guardedBrokerSuite, guardedGrants } from "../suites/guarded-broker-suite.ts";

const world = realWorld("silent");
const openssl = neededProgram("openssl");
const mosquitto = neededProgram("mosquitto");
const local = { host: "127.0.0.1", port: 0 };

async function guarded(secrets: ReadonlyMap<string, string>, days = 365) {
  const files = newCertificates(openssl ?? "", days);
  const credentialsFile = join(temporaryFolder(), "credentials.json");
  for (const [user, secret] of secrets) await setCredential(credentialsFile, user, secret);
  const listen = { ...files, host: "127.0.0.1", port: 0, credentialsFile, maxConnections: 60 };
  const broker = await startBroker({ ...local, listen }, world, guardedGrants);
  return { broker, credentialsFile, files, listen };
}

/** Opens a connection, sends what it is given, and resolves with how many ms later it was closed. */
async function closedAfterMs(port: number, bytes: Buffer | null): Promise<number> {
  const beganMs = performance.now();
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  if (bytes !== null) socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return performance.now() - beganMs;
}

/** An MQTT CONNECT that claims to be as long as it is wanted. */
function connectPacket(payloadBytes: number): Buffer {
  const header = Buffer.from([0x10, 0, 0, 0, 0]);
  let rest = payloadBytes;
  for (let index = 1; index < 5; index += 1) {
    header[index] = (rest & 0x7f) | (index < 4 ? 0x80 : 0);
    rest >>= 7;
  }
  return Buffer.concat([header, Buffer.from("\0\x04MQTT\x04\x02\0\x3c\0", "latin1")]);
}

if (openssl !== null) {
  guardedBrokerSuite("embedded", openssl, async (certificates, secrets) => {
    const credentialsFile = join(temporaryFolder(), "credentials.json");
    for (const [user, secret] of secrets) await setCredential(credentialsFile, user, secret);
    const listen = { ...certificates, host: "127.0.0.1", port: 0, credentialsFile, maxConnections: 100 };
    const broker = await startBroker({ ...local, listen }, world, guardedGrants);
    return { port: broker.tlsPort ?? 0, stop: broker.stop };
  });

  if (mosquitto !== null) {
    guardedBrokerSuite("mosquitto", openssl, async (certificates, secrets) => {
      const folder = temporaryFolder();
      const port = await freePort();
      const documented = readFileSync(
        resolve(import.meta.dirname, "../../config/mosquitto/fluewatch.conf"),
        "utf8",
      );
      const at = (name: string) => join(folder, name);
      const config = documented
        .replace(/^listener .*$/m, `listener ${port} 127.0.0.1`)
        .replaceAll("/etc/mosquitto/fluewatch", folder);
      writeFileSync(at("mosquitto.conf"), config);
      copyFileSync(certificates.certificateFile, at("server.pem"));
      copyFileSync(certificates.keyFile, at("server.key"));
      writeFileSync(at("acl"), mosquittoAcl(guardedGrants));
      writeFileSync(at("passwd"), mosquittoPasswords(secrets));
      // Started as root it would become a user who may not read this folder.
      writeFileSync(at("root.conf"), `${config}\nuser root\n`);
      const child = spawn(mosquitto, ["-c", at("root.conf")], { stdio: "ignore" });
      return { port, stop: () => ended(child) };
    });
  }

  describe("the embedded broker that other machines reach", () => {
    test("demands credentials on this machine too, and lets the roles of its own process in", async () => {
      const { broker } = await guarded(new Map());
      const config = { host: "127.0.0.1", port: broker.port };
      const nobody = connectBus(config, "nobody", world);
      const own = connectBus(config, "fluewatch-ingest", world, undefined, {
        user: "server",
        secret: broker.ownSecret,
      });
      await until("our own role is in", () => own.up);
      await until("nobody is refused", () => nobody.troubles.length > 0);
      expect(nobody.up).toBe(false);
      await nobody.stop();
      await own.stop();
      await broker.stop();
    });

    test("a credential that is taken away ends its connection within seconds, and no other", async () => {
      const secrets = new Map([
        ["gw-1", "a".repeat(64)],
        ["gw-2", "b".repeat(64)],
      ]);
      const { broker, credentialsFile } = await guarded(secrets);
      const [one, two] = ["gw-1", "gw-2"].map((user) =>
        connectBus({ host: "127.0.0.1", port: broker.port }, user, world, undefined, {
          user,
          secret: secrets.get(user) ?? "",
        }),
      );
      await until("both are in", () => one?.up === true && two?.up === true);
      await setCredential(credentialsFile, "gw-1", null);
      await until("gw-1 is out", () => one?.up === false, 5_000);
      expect(two?.up).toBe(true);
      expect(broker.counts.revoked).toBe(1);
      await one?.stop();
      await two?.stop();
      await broker.stop();
    });

    test("a gateway's client id is its own: nobody else ends its connection by taking it", async () => {
      const secrets = new Map([
        ["gw-1", "a".repeat(64)],
        ["gw-2", "b".repeat(64)],
      ]);
      const { broker } = await guarded(secrets);
      const config = { host: "127.0.0.1", port: broker.port };
      const one = connectBus(config, "gw-1", world, undefined, { user: "gw-1", secret: "a".repeat(64) });
      await until("gw-1 is in", () => one.up);
      const thief = connectBus(config, "gw-1", world, undefined, { user: "gw-2", secret: "b".repeat(64) });
      await until("the thief is refused", () => thief.troubles.length > 0);
      expect(one.up).toBe(true);
      expect(broker.counts["client-id-foreign"]).toBeGreaterThan(0);
      await thief.stop();
      await one.stop();
      await broker.stop();
    });

    test("a certificate that ends soon is a trouble, at the broker and at who connects to it; a new one counts without a restart", async () => {
      const { broker, files } = await guarded(new Map([["server", "c".repeat(64)]]), 10);
      expect(broker.troubles).toMatchObject([{ code: "certificate-expiring" }]);
      const secrets = temporaryFolder();
      writeSecret(secrets, "server", "c".repeat(64));
      const config = { host: "127.0.0.1", port: broker.tlsPort ?? 0, tls: { caFile: files.caFile }, secrets };
      const bus = connectBus(config, "fluewatch-api", world);
      await until("it is in", () => bus.up);
      expect(bus.troubles).toMatchObject([
        { code: "certificate-expiring", message: expect.stringMatching(/in 9 days; renew it/) },
      ]);
      const renewed = newCertificates(openssl, 365);
      copyFileSync(renewed.certificateFile, files.certificateFile);
      copyFileSync(renewed.keyFile, files.keyFile);
      await until("the new certificate is in use", () => broker.troubles.length === 0, 10_000);
      await bus.stop();
      await broker.stop();
    });
  });

  test("a credentials file that others may read, or a certificate without its key, stops the start with a sentence", async () => {
    const { broker, listen, credentialsFile } = await guarded(new Map([["gw-1", "a".repeat(64)]]));
    await broker.stop();
    expect(statSync(credentialsFile).mode & 0o777).toBe(0o600);
    await expect(
      startBroker({ ...local, listen: { ...listen, keyFile: `${listen.keyFile}.gone` } }, world),
    ).rejects.toMatchObject({ code: "certificate-unusable" });
    await expect(
      startBroker({ ...local, listen: { ...listen, keyFile: newCertificates(openssl).keyFile } }, world),
    ).rejects.toMatchObject({ code: "certificate-unusable" });
    chmodSync(credentialsFile, 0o644);
    await expect(startBroker({ ...local, listen }, world)).rejects.toMatchObject({ code: "secret-open" });
  });
}

test("the embedded broker is not opened to other machines without TLS and credentials", async () => {
  await expect(startBroker({ host: "0.0.0.0", port: 0 }, world)).rejects.toMatchObject({
    code: "listen-refused",
  });
});

describe("sockets that mean no good", () => {
  const heldOpen = async (broker: Broker) => {
    const good = connectBus({ host: "127.0.0.1", port: broker.port }, "good", world);
    await until("the good client is in", () => good.up);
    return good;
  };

  test("a CONNECT of 140 MB is cut off after 4 KiB, whoever sends it and in whatever pieces", async () => {
    const broker = await startBroker(local, world);
    const good = await heldOpen(broker);
    const before = process.memoryUsage.rss();
    const flood = Buffer.concat([connectPacket(140_000_000), Buffer.alloc(5 * 1024 * 1024)]);
    for (let index = 0; index < 20; index += 1) await closedAfterMs(broker.port, flood);
    expect(broker.counts["connect-too-large"]).toBe(20);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
    expect(good.up).toBe(true);
    await good.stop();
    await broker.stop();
  });

  test("who takes more than five seconds over its CONNECT is cut off, byte by byte or silent", async () => {
    const broker = await startBroker(local, world);
    const slow = connect(broker.port, "127.0.0.1");
    slow.on("error", () => {});
    const drip = setInterval(() => slow.write(Buffer.from([0x10])), 500);
    const closed = new Promise((resolve) => slow.once("close", resolve));
    const tookMs = await closedAfterMs(broker.port, null);
    await closed;
    clearInterval(drip);
    expect(tookMs).toBeGreaterThan(4_500);
    expect(tookMs).toBeLessThan(7_000);
    expect(broker.counts["connect-too-slow"]).toBe(2);
    await broker.stop();
  });

  test("one address may have twenty connections that have not said who they are, and no more", async () => {
    const broker = await startBroker(local, world);
    const sockets = Array.from({ length: 30 }, () => connect(broker.port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => {});
    await until(
      "ten are turned away",
      () => sockets.filter(({ closed, destroyed }) => closed || destroyed).length >= 10,
    );
    expect(broker.counts["too-many-pending"]).toBe(10);
    for (const socket of sockets) socket.destroy();
    await until("they are forgotten", () => broker.connections === 0);
    const good = await heldOpen(broker);
    await good.stop();
    await broker.stop();
  });

  test("random bytes end their connections, are counted, and leave a good client alone", async () => {
    const broker = await startBroker(local, world);
    const good = await heldOpen(broker);
    const random = seededRandom(5);
    const noise = () => Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)));
    for (let index = 0; index < 200; index += 1) await closedAfterMs(broker.port, noise().fill(0xe0, 0, 1));
    // A CONNECT by its first bytes, and nothing that MQTT knows after them.
    for (let index = 0; index < 50; index += 1)
      await closedAfterMs(broker.port, Buffer.concat([Buffer.from([0x10, 62]), noise()]));
    expect(broker.counts["not-mqtt"]).toBe(250);
    await good.publish("still", "here", { qos: 1 });
    await good.stop();
    await broker.stop();
  });

  test("a client of a loopback broker may send as much as a plant's frame needs", async () => {
    const broker = await startBroker(local, world);
    const client = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, protocolVersion: 4 });
    await client.publishAsync("big", Buffer.alloc(2 * 1024 * 1024), { qos: 1 });
    await client.endAsync();
    await broker.stop();
  });
});

describe("a filter that covers another", () => {
  test.each([
    ["a/b", "a/b", true],
    ["a/+", "a/b", true],
    ["a/+", "a/+", true],
    ["a/+", "a/#", false],
    ["a/b", "a/+", false],
    ["a/#", "a/b/+/#", true],
    ["a/b", "a/b/c", false],
    ["a/b/c", "a/b", false],
    ["+/b", "#", false],
  ])("%s covers %s: %s", (granted, wanted, expected) => {
    expect(covers(granted, wanted)).toBe(expected);
  });
});

describe("the length of packets", () => {
  const packet = (bytes: number) => Buffer.concat([Buffer.from([0x30, bytes]), Buffer.alloc(bytes, 0xff)]);

  test("is followed through any cut of the stream", () => {
    const stream = Buffer.concat([packet(100), packet(0), packet(127), packet(1)]);
    for (const step of [1, 2, 3, 7, 100, 1_000]) {
      const fits = packetMeter(() => 129);
      for (let at = 0; at < stream.length; at += step)
        expect(fits(stream.subarray(at, at + step))).toBe(true);
      expect(fits(Buffer.from([0x30, 0x80, 0x01]))).toBe(false);
    }
  });

  test("one byte too many is found in the header, before the body", () => {
    expect(packetMeter(() => 101)(Buffer.from([0x30, 100]))).toBe(false);
    expect(packetMeter(() => 102)(Buffer.from([0x30, 100]))).toBe(true);
  });

  test("a length that does not end is refused", () => {
    expect(packetMeter(() => Number.MAX_SAFE_INTEGER)(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]))).toBe(
      false,
    );
  });
});

test("an unknown file is no credentials", async () => {
  const file = join(temporaryFolder(), "credentials.json");
  expect(readCredentials(file)).toEqual({});
  writeFileSync(file, "{}", { mode: 0o600 });
  expect(() => readCredentials(file)).toThrow(/make it anew with: fluewatch mqtt credential/);
});
