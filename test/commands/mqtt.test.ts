import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../main.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { readCredentials, verifier } from "../../platform/mqtt/credentials.ts";
import { packageRoot } from "../../platform/package-root.ts";
import { loadSettings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const demo = readFileSync(resolve(import.meta.dirname, "../../config/demo.yaml"), "utf8");

/** The demo with an MQTT part of its own; gives the file's path. */
function plantWith(mqtt: string): { readonly file: string; readonly folder: string } {
  const folder = temporaryFolder();
  const file = join(folder, "plant.yaml");
  writeFileSync(file, `${demo}\nmqtt: ${mqtt}\n`);
  return { file, folder };
}

const listen =
  "{ listen: { certificateFile: server.pem, keyFile: server.key, credentialsFile: mqtt/users.json }, secrets: secrets }";

describe("fluewatch mqtt credential", () => {
  test("writes a gateway's secret and its hash, both for their owner alone, and each time another", async () => {
    const { file, folder } = plantWith(listen);
    expect(await main(["mqtt", "credential", "boiler-house", "--config", file])).toBe(0);
    const secretFile = join(folder, "secrets", "boiler-house.secret");
    const hashFile = join(folder, "mqtt", "users.json");
    const secret = readFileSync(secretFile, "utf8").trim();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(hashFile, "utf8")).not.toContain(secret);
    for (const each of [secretFile, hashFile]) expect(statSync(each).mode & 0o777).toBe(0o600);
    expect(await verifier().isRight("boiler-house", secret, readCredentials(hashFile))).toBe(true);

    expect(await main(["mqtt", "credential", "boiler-house", "--config", file])).toBe(0);
    expect(await verifier().isRight("boiler-house", secret, readCredentials(hashFile))).toBe(false);

    expect(await main(["mqtt", "credential", "boiler-house", "--revoke", "--config", file])).toBe(0);
    expect(readCredentials(hashFile)).toEqual({});
  });

  test("knows whom the configuration knows, and nobody else", async () => {
    const { file } = plantWith(listen);
    expect(await main(["mqtt", "credential", "stranger", "--config", file])).toBe(2);
    expect(await main(["mqtt", "credential", "--config", file])).toBe(2);
  });
});

test("fluewatch mqtt mosquitto writes what each user may do, and no secret", async () => {
  const { file, folder } = plantWith("{ host: broker.plant.example, port: 8883, tls: {}, secrets: secrets }");
  for (const user of ["server", "boiler-house"])
    expect(await main(["mqtt", "credential", user, "--config", file])).toBe(0);
  const out = join(folder, "mosquitto");
  expect(await main(["mqtt", "mosquitto", out, "--config", file])).toBe(0);
  expect(readFileSync(join(out, "acl"), "utf8")).toContain(`user boiler-house
topic write fluewatch/v1/demo-plant/boiler-house/data
topic write fluewatch/v1/demo-plant/boiler-house/status
topic read fluewatch/v1/demo-plant/boiler-house/ack
topic read fluewatch/v1/demo-plant/boiler-house/cmd
`);
  const passwords = readFileSync(join(out, "passwd"), "utf8");
  expect(passwords.match(/^(server|boiler-house):\$7\$/gm)).toHaveLength(2);
  expect(passwords).not.toContain(readFileSync(join(folder, "secrets", "server.secret"), "utf8").trim());
});

test.each([
  ["{ host: broker.plant.example }", /host is broker.plant.example, another machine; that needs mqtt.tls/],
  ["{ host: 10.0.0.7, tls: {} }", /that needs mqtt.secrets, a folder with credentials/],
  [
    "{ tls: {}, listen: { certificateFile: a, keyFile: b, credentialsFile: c } }",
    /mqtt.listen is for the embedded broker, and tls for one elsewhere/,
  ],
  ["{ listen: { certificateFile: a, keyFile: b } }", /credentialsFile/],
])("the MQTT part %s is a fault that says what is missing", (mqtt, message) => {
  expect(() => loadSettings(plantWith(mqtt).file, packageRoot(), readEnvironment({}))).toThrow(message);
});
