import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { points } from "../../domain/points.ts";
import { neededProgram, temporaryFolder } from "../helpers/servers.ts";

const root = resolve(import.meta.dirname, "../..");
const compose = neededProgram("docker-compose");

interface Service {
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: object;
  readonly environment?: Readonly<Record<string, string>>;
}

if (compose !== null) {
  describe("docker-compose.yml", () => {
    const config = () => {
      const text = execFileSync(compose, ["-f", join(root, "docker-compose.yml"), "config"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      return (parse(text) as { readonly services: Readonly<Record<string, Service>> }).services;
    };

    test("is what docker-compose understands: a server by itself, a demo and Grafana by their profiles", () => {
      const profiles = Object.entries(config()).map(([name, service]) => [name, service.profiles ?? []]);
      expect(Object.fromEntries(profiles)).toEqual({
        ...{ mosquitto: [], influxdb: [], server: [], gateway: ["demo"], grafana: ["grafana"] },
      });
    });

    test("everything says how it is; nothing of ours writes to its root or runs as root; no secret is in the environment", () => {
      for (const [name, service] of Object.entries(config())) {
        expect(service.healthcheck, name).toBeDefined();
        for (const [key, value] of Object.entries(service.environment ?? {}))
          if (/PASSWORD|TOKEN|SECRET/.test(key)) expect(value, `${name} ${key}`).toMatch(/^\/run\/secrets\//);
        if (name === "influxdb") continue; // its image sets itself up as root, and then becomes another user
        expect(service.read_only, name).toBe(true);
        expect(service.user, name).toMatch(/^[1-9]/);
        expect(service.cap_drop, name).toEqual(["ALL"]);
      }
    });
  });
}

test("what is made for the containers is private, and a configuration that is in order", () => {
  if (neededProgram("openssl") === null) return;
  const folder = temporaryFolder();
  cpSync(join(root, "deploy"), join(folder, "deploy"), {
    recursive: true,
    filter: (path) => !/\/(secrets|authority|plant\.yaml)$/.test(path),
  });
  for (const name of ["config", "scripts"]) symlinkSync(join(root, name), join(folder, name));
  const make = () => execFileSync("sh", [join(folder, "deploy", "make-secrets.sh")], { encoding: "utf8" });
  expect(make()).toMatch(/are ready/);
  const secret = join(folder, "deploy", "secrets", "server.secret");
  const before = readFileSync(secret, "utf8");
  expect(statSync(secret).mode & 0o077).toBe(0);
  expect(statSync(join(folder, "deploy", "secrets")).mode & 0o077).toBe(0);
  make(); // once more: what is there stays
  expect(readFileSync(secret, "utf8")).toBe(before);
  const checked = execFileSync(
    process.execPath,
    [join(root, "scripts", "fluewatch.js"), "check-config", "--config", join(folder, "deploy", "plant.yaml")],
    { encoding: "utf8" },
  );
  expect(checked).toMatch(/is in order/);
});

test("Grafana's dashboards ask for points that there are", () => {
  const text = readFileSync(join(root, "deploy/grafana/dashboards/boilers.json"), "utf8");
  const asked = [...text.matchAll(/mean\(\\"(\w+)\\"\)/g)].map(([, point]) => point ?? "");
  expect(asked.length).toBeGreaterThan(4);
  expect(asked.filter((point) => !(point in points))).toEqual([]);
});
