import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AlarmRules } from "../../contracts/http/alarm-rules.ts";
import type { Health } from "../../contracts/http/health.ts";
import { Deliveries, Recipients } from "../../contracts/http/notifications.ts";
import { plantFile, type RunningFluewatch, startFluewatch } from "../helpers/fluewatch.ts";
import { until } from "../helpers/until.ts";

let plant: RunningFluewatch;
let receiver: Server;
let isDown = true;
const keys: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    request.resume().on("end", () => {
      keys.push(String(request.headers["idempotency-key"]));
      response.writeHead(isDown ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const config = await plantFile("demo.yaml", (file) => {
    const destinations = [{ id: "cmms", webhook: { url, secretFile: "secret" } }];
    Object.assign(file, { notifications: { destinations, routes: [{ to: ["cmms"] }] } });
  });
  writeFileSync(join(config, "..", "secret"), "a secret of the receiver", { mode: 0o600 });
  plant = await startFluewatch({ config });
});
afterAll(async () => {
  await plant.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

const log = async () => {
  const { body } = await plant.ask(`notifications?from=0&to=${Date.now() + 60_000}`);
  expect(Compile<TSchema>(Deliveries).Errors(body)).toEqual([]);
  return (body as Deliveries).deliveries;
};
const codes = async () => ((await plant.ask("health")).body as Health).troubles.map(({ code }) => code);

describe("notifications in the API", () => {
  test("name who can be told, and no secret", async () => {
    const { status, body } = await plant.ask("notifications/recipients");
    expect(status).toBe(200);
    expect(Compile<TSchema>(Recipients).Errors(body)).toEqual([]);
    expect(body).toMatchObject({ recipients: [{ id: "cmms", channel: "webhook" }] });
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  test("a test goes out; what fails is trouble in health until it arrives, under the same key", async () => {
    const asked = await plant.ask("notifications/destinations/cmms/test", { method: "POST", body: "{}" });
    expect(asked.status).toBe(202);
    await until("health tells of it", async () => (await codes()).includes("notification-failing"));
    const [waiting] = await log();
    expect(waiting).toMatchObject({
      kind: "test",
      state: "waiting",
      problem: expect.stringMatching(/answered 503/),
    });
    isDown = false;
    const again = await plant.ask("notifications/again", {
      method: "POST",
      body: JSON.stringify({ key: waiting?.key }),
    });
    expect(again.status).toBe(202);
    await until("it arrives", async () => (await log())[0]?.state === "delivered");
    expect(new Set(keys)).toEqual(new Set([waiting?.key]));
    expect(await codes()).not.toContain("notification-failing");
    const done = await plant.ask("notifications/again", {
      method: "POST",
      body: JSON.stringify({ key: waiting?.key }),
    });
    expect(done).toMatchObject({ status: 409, body: { code: "state-conflict" } });
  });

  test("what is not there is said to be not there", async () => {
    const nowhere = await plant.ask("notifications/destinations/nowhere/test", {
      method: "POST",
      body: "{}",
    });
    expect(nowhere).toMatchObject({ status: 404, body: { code: "destination-unknown" } });
    const never = await plant.ask("notifications/again", {
      method: "POST",
      body: JSON.stringify({ key: "never" }),
    });
    expect(never).toMatchObject({ status: 404, body: { code: "message-unknown" } });
  });
});

describe("the rules in the API", () => {
  test("are told with what to do and what follows, in both languages, and as a file that can be tried out", async () => {
    const { body } = await plant.ask("rules/alarms");
    expect(Compile<TSchema>(AlarmRules).Errors(body)).toEqual([]);
    const { rules } = body as AlarmRules;
    for (const { id, response, consequence } of rules) {
      expect(response.length, id).toBeGreaterThan(0);
      expect(consequence["zh-TW"], id).toMatch(/\p{Script=Han}/u);
    }
    const started = await plant.ask("rules/dry-runs", {
      method: "POST",
      body: JSON.stringify({ rules: rules[0]?.text }),
    });
    expect(started.status).toBe(202);
    const { id } = started.body as { readonly id: string };
    await until("the dry run is done", async () => {
      const { body: run } = await plant.ask(`rules/dry-runs/${id}`);
      return (run as { readonly state: string }).state === "done";
    });
  });
});
