import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../platform/environment.ts";
import { notificationSecrets } from "../../settings/secrets.ts";
import { loadSettings } from "../../settings/settings.ts";
import { temporaryFolder } from "../helpers/servers.ts";

const root = resolve(import.meta.dirname, "../..");
const demo = readFileSync(join(root, "config", "demo.yaml"), "utf8");

const inOrder = `
notifications:
  publicUrl: https://boilers.plant.example
  mail: { host: mail.plant.example, user: boilers, passwordFile: mail.secret, from: boilers@plant.example }
  shifts:
    - id: night
      hours: [{ from: "19:00", to: "07:00" }]
  destinations:
    - { id: control-room, mail: { to: [shift@plant.example] }, language: zh-TW }
    - id: maintenance
      webhook: { url: https://cmms.plant.example/hook, secretFile: hook.secret }
      quietHours: { shift: night }
  routes:
    - { to: [control-room] }
    - { to: [maintenance], priorities: [1, 2], tiers: [0, 1], sites: [demo-plant], shift: night }
`;

function loaded(
  text: string,
  secrets: Readonly<Record<string, string>> = { "mail.secret": "m\n", "hook.secret": "h" },
) {
  const folder = temporaryFolder();
  const file = join(folder, "plant.yaml");
  writeFileSync(file, `${demo}${text}`);
  for (const [name, secret] of Object.entries(secrets))
    writeFileSync(join(folder, name), secret, { mode: 0o600 });
  return { folder, load: () => loadSettings(file, root, readEnvironment({})) };
}

/** The faults of the notifications, each as `line of the part: message`. */
function faultsOf(from: string, to: string): readonly string[] {
  const text = inOrder.replace(from, to);
  if (text === inOrder) throw new Error(`nothing says ${from}`);
  const { folder, load } = loaded(text);
  try {
    load();
    return [];
  } catch (error) {
    const before = demo.split("\n").length - 1;
    return String((error as Error).message)
      .split("\n")
      .slice(1)
      .map((line) => line.trim().replace(`${folder}/plant.yaml:`, ""))
      .map((line) => line.replace(/^(\d+)/, (number) => String(Number(number) - before)));
  }
}

describe("notifications in a configuration", () => {
  test("are read with their secrets, which stand in files of their own", () => {
    const settings = loaded(inOrder).load();
    const { mailPassword, webhookKeys } = notificationSecrets(settings);
    expect(mailPassword).toBe("m");
    expect(webhookKeys.get("maintenance")?.toString()).toBe("h");
    expect(JSON.stringify(settings.config)).not.toMatch(/"m"|"h"/);
  });

  test("take a webhook's key as Standard Webhooks writes it", () => {
    const key = Buffer.from("24 bytes or more of chance").toString("base64");
    const { load } = loaded(inOrder, { "mail.secret": "m", "hook.secret": `whsec_${key}\n` });
    expect(notificationSecrets(load()).webhookKeys.get("maintenance")?.toString("base64")).toBe(key);
  });

  test.each([
    [
      "shift: night }\n  routes",
      "shift: nights }\n  routes",
      /^12: .*quietHours.shift is "nights", which is no shift; known are night$/,
    ],
    ["[control-room]", "[control-rooms]", /^14: .*routes.0.to.0 is "control-rooms", which is no destination/],
    ["sites: [demo-plant]", "sites: [demo]", /^15: .*sites.0 is "demo", which is no site/],
    [
      "id: maintenance",
      "id: control-room",
      /destinations.1.id is "control-room", which another destination has/,
    ],
    ['from: "19:00"', 'from: "25:00"', /^7: .*a time like 07:30/],
    ['to: "07:00"', 'to: "19:00"', /^7: .*is 19:00, as from/],
    [
      "- id: night",
      "- { id: night, timeZone: Mars/Base, hours: [{ from: '01:00', to: '02:00' }] }\n    - id: other",
      /timeZone is "Mars\/Base"/,
    ],
    [
      "https://cmms.plant.example/hook",
      "http://cmms.plant.example/hook",
      /^11: .*goes to cmms.plant.example without TLS/,
    ],
    ["https://cmms", "https://u:p@cmms", /^11: .*has a password in it/],
    ["secretFile: hook.secret", "secretFile: nowhere", /^11: .*secretFile \("nowhere"\) cannot be read/],
    ["user: boilers, ", "", /^4: .*mail has passwordFile without user/],
    [
      "host: mail.plant.example",
      "host: mail.plant.example, security: none",
      /^4: .*a password goes over starttls or tls only/,
    ],
    [
      "mail: { to: [shift@plant.example] }, ",
      "",
      /^9: .*\("control-room"\) needs exactly one of mail, webhook, mqtt/,
    ],
    ["to: [shift@plant.example]", "to: [shift]", /^9: .*an address like/],
    ["tiers: [0, 1]", "tiers: [4]", /^15: .*tiers/],
    ["priorities: [1, 2]", "priorities: [0]", /^15: .*priorities/],
  ])("a fault stands at its place: %s → %s", (from, to, message) => {
    const faults = faultsOf(from, to);
    expect(faults.join("\n")).toMatch(new RegExp(message.source, "m"));
  });

  test("all faults come at once", () => {
    const { load } = loaded(
      inOrder.replace("[control-room]", "[a]").replace("sites: [demo-plant]", "sites: [b]"),
      { "mail.secret": "" },
    );
    expect(load).toThrow(/"a", which is no destination[\s\S]*"b", which is no site/);
    expect(load).toThrow(/passwordFile \("mail.secret"\) is empty/);
    expect(load).toThrow(/secretFile \("hook.secret"\) cannot be read/);
  });

  test("a secret that others can read is none", () => {
    const { folder, load } = loaded(inOrder);
    chmodSync(join(folder, "hook.secret"), 0o644);
    expect(load).toThrow(/hook.secret"\) can be read by others; .* chmod 600/);
  });
});
