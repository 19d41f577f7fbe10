import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gatewayTopic } from "../../contracts/topics.ts";
import { saveVerdictHours } from "../../platform/records/verdict-records.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";
import { isLong } from "../helpers/long.ts";
import { neededProgram } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const built = resolve(import.meta.dirname, "../../dist/dashboard");
const words = "seven quiet lanterns drift";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const hourMs = 3_600_000;
const month = "2026-03";
const day = `${month}-12`;
const dayStart = Date.parse(`${day}T00:00:00+08:00`);
const pages = {
  compliance: `/compliance?month=${month}&boiler=toh-01&day=${day}`,
  devices: "/devices",
  account: "/settings",
  users: "/settings?tab=users",
  tokens: "/settings?tab=tokens",
  plant: "/settings?tab=plant",
  configuration: "/settings?tab=configuration",
  retention: "/settings?tab=retention",
  audit: "/settings?tab=audit",
  reports: "/reports",
  retrofits: "/retrofits",
  fleet: "/",
  tiles: "/?view=tiles",
  boiler: "/boilers/toh-02",
  alerts: "/alerts",
} as const;

const program = neededProgram("chromium");
describe.skipIf(program === null || !existsSync(join(built, "index.html")))(
  "pages that are loaded when they are opened",
  () => {
    let plant: TestApi;
    let browser: Browser;
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];

    beforeAll(async () => {
      plant = await startTestApi({ dashboardFolder: built, adminPassword: words });
      await plant.addUser("mei", "operator", ["north"], null);
      const now = Date.now();
      for (const boiler of ["toh-01", "toh-02", "cfb-01"])
        await plant.send(boiler, { firing: 1, loadPercent: 80, o2DryPercent: 3, exhaustTempC: 150 }, now);
      await plant.publish(
        gatewayTopic("north", "north-house", "status"),
        {
          ...{
            v: 1,
            site: "north",
            gw: "north-house",
            online: true,
            atMs: now,
            capturedUpto: 90,
            ackedUpto: 80,
          },
          ...{ bufferedBatches: 10, oldestBufferedAtMs: now - 9_000, bufferBytes: 5_000, scanMs: 1_000 },
          lines: [
            {
              ...{ id: "heaters", isUp: true, busyMs: 100 },
              units: [
                {
                  unitId: 1,
                  state: "ok",
                  requests: 9,
                  answers: 8,
                  exceptions: 0,
                  silences: 1,
                  garbled: 0,
                  skipped: 0,
                  answerMs: 4.2,
                  learned: [],
                },
              ],
            },
          ],
        },
        true,
      );
      const worst = { value: 1.41, limit: 1.3, tablesId: "t", source: "Guidance", inForceFrom: "2019-01-01" };
      await plant.db.transaction().execute(async (tx) => {
        for (let hour = 0; hour < 24; hour += 1) {
          const above = hour === 9 ? 540 : 0;
          const unjudged = hour < 6 ? { "not-firing": 3_600 } : {};
          const within = hour < 6 ? 0 : 3_600 - above;
          await saveVerdictHours(
            tx,
            [
              {
                ...{
                  siteId: "north",
                  boilerId: "toh-01",
                  quantity: "airRatio",
                  hourStartMs: dayStart + hour * hourMs,
                },
                hour: {
                  kind: "readings",
                  scanMs: 1_000,
                  within,
                  above,
                  unjudged,
                  worst: hour < 6 ? null : worst,
                },
              },
            ],
            dayStart,
          );
        }
      });
      browser = await chromium.launch({
        executablePath: program ?? "",
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
      });
    });
    afterAll(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await browser?.close();
      await plant?.stop();
    });

    async function newPage(
      {
        theme = "light",
        language = "en",
        width = 1440,
      }: { theme?: string; language?: string; width?: number } = {},
      cookie?: string,
    ): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width, height: width === 820 ? 1180 : 900 },
        acceptDownloads: true,
      });
      contexts.push(context);
      const signedIn = cookie ?? (await plant.signIn({ user: "admin", password: words })).cookie;
      const [name = "", value = ""] = signedIn.split("=");
      await context.addCookies([{ name, value, url: plant.url }]);
      await context.addInitScript(
        `localStorage.setItem("fluewatch.theme", "${theme}"); localStorage.setItem("fluewatch.language", "${language}")`,
      );
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      return page;
    }

    async function open(page: Page, path: string): Promise<void> {
      await page.goto(`${plant.url}${path}`);
      await page.locator("main").waitFor();
      await until("nothing is grey any more", async () => (await page.locator(".skeleton").count()) === 0);
    }

    // Each theme, width and language once; the long form has them all beside each other.
    const looks = [
      { theme: "light", width: 1440, language: "en" },
      { theme: "dark", width: 1440, language: "en" },
      { theme: "dark", width: 820, language: "zh-TW" },
    ];
    const everyLook = ["light", "dark"].flatMap((theme) =>
      [1440, 820].flatMap((width) => ["en", "zh-TW"].map((language) => ({ theme, width, language }))),
    );
    test.each(isLong ? everyLook : looks)(
      "are without a fault of WCAG 2.2 AA, and nothing is cut off: %o",
      { timeout: 240_000 },
      async (look) => {
        const page = await newPage(look);
        for (const [name, path] of Object.entries(pages)) {
          await open(page, path);
          await page.evaluate(axe);
          const options = JSON.stringify({ runOnly: { type: "tag", values: rules } });
          const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
          const told = violations.map(
            ({ id, nodes }) =>
              `${name}: ${id} at ${nodes
                .map(({ target }) => target.join(" "))
                .slice(0, 3)
                .join(", ")}`,
          );
          expect(told).toEqual([]);
          const overflow = await page.evaluate<number>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
        }
      },
    );

    test.each(["light", "dark"])("so is the way in: %s", async (theme) => {
      const page = await newPage({ theme }, "none=1");
      await page.goto(`${plant.url}/sign-in`);
      await page.getByRole("button", { name: /sign in/i }).waitFor();
      await page.evaluate(axe);
      const options = JSON.stringify({ runOnly: { type: "tag", values: rules } });
      const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
      expect(violations.map(({ id }) => id)).toEqual([]);
    });

    test("a month shows the day with an exceedance, its hours, and the log; the log is saved as a file", async () => {
      const page = await newPage();
      await open(page, `/compliance?month=${month}`);
      await page
        .getByRole("button", {
          name: /TOH-01, Thu 12 Mar: above a limit; hours above 1, within 17, not judged 6/,
        })
        .click();
      const hours = page.getByTestId("hours");
      await hours
        .getByRole("row", { name: /^09:00/ })
        .getByText("1.41")
        .waitFor();
      expect(await hours.getByText("not firing").count()).toBe(6);
      const log = page.getByTestId("exceedances");
      expect(await log.locator("tbody tr").count()).toBe(1);
      expect(await log.innerText()).toMatch(/TOH-01\s+Air ratio\s+1\.41\s+1\.30\s+9 min\s+Guidance\s+1/);
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Export CSV" }).click(),
      ]);
      expect(readFileSync(await file.path(), "utf8")).toContain(
        "2026-03-12T01:00:00.000Z,TOH-01,Air ratio,1.41,1.3,9,Guidance,1,SIMULATED\r\n",
      );
      await page.getByRole("button", { name: "Earlier month" }).click();
      await page.locator(".mon").getByText("February 2026").waitFor();
      await page.getByText("No hour of this month was above a limit.").waitFor();
    });

    test("a month prints as a statement, by the years of the Republic in Chinese, without what can only be pressed", async () => {
      const page = await newPage({ theme: "dark", language: "zh-TW" });
      await open(page, `/compliance?month=${month}`);
      await page.emulateMedia({ media: "print" });
      await page.getByText("限值遵循月報表，民國 115 年 3 月").waitFor();
      await page.getByTestId("calendar").waitFor();
      for (const hidden of [".nav", ".tools", "main .btn"])
        expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
      const pdf = await page.pdf({ format: "A4" });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    });

    test("a gateway's row opens to its lines, units and sensors", async () => {
      const page = await newPage();
      await open(page, "/devices");
      const row = page.getByTestId("gateways").getByRole("row", { name: /north-house/ });
      expect(await row.innerText()).toMatch(/online[\s\S]*10 batches/);
      expect(
        await page
          .getByTestId("gateways")
          .getByRole("row", { name: /south-house/ })
          .innerText(),
      ).toContain("never heard");
      await row.getByRole("button").click();
      await page.getByText("4.2 ms").waitFor();
      expect(await page.getByText(/of \d+ good/).count()).toBe(2);

      const waiting = page.getByTestId("first-words").getByRole("listitem");
      await waiting.getByText("south-house").waitFor();
      expect(await waiting.innerText()).toContain("its first message is awaited");
      await plant.publish(
        gatewayTopic("south", "south-house", "status"),
        {
          ...{ v: 1, site: "south", gw: "south-house", online: true, atMs: Date.now(), capturedUpto: 1 },
          ...{ ackedUpto: 1, bufferedBatches: 0, oldestBufferedAtMs: null, bufferBytes: 0, scanMs: 1_000 },
        },
        true,
      );
      await waiting.getByText("has said its first word").waitFor();
    });

    test("a user is added by keyboard; what the server refuses stands in the form, with what was typed", async () => {
      const page = await newPage();
      await open(page, "/settings?tab=users");
      await page.getByRole("textbox", { name: "Name" }).focus();
      await page.keyboard.type("lin");
      await page.keyboard.press("Tab");
      await page.keyboard.type("password1234");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("among the first that are guessed").waitFor();
      expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("lin");
      await page.getByLabel("Password").fill(words);
      await page.keyboard.press("Enter");
      await page
        .getByTestId("users")
        .getByRole("row", { name: /^lin Operator/ })
        .waitFor();
      await page.getByRole("button", { name: "Remove lin" }).click();
      await page.getByLabel("Type lin to remove").fill("lin");
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await until(
        "lin is gone",
        async () => (await page.getByTestId("users").getByRole("row", { name: /^lin / }).count()) === 0,
      );
      await open(page, "/settings?tab=audit");
      expect(await page.getByTestId("audit").innerText()).toMatch(
        /user\.remove\s+user:lin[\s\S]*user\.add\s+user:lin/,
      );
    });

    test("a wallboard's link is shown once, opens the fleet of its site, and is taken back", async () => {
      const page = await newPage();
      await open(page, "/settings?tab=tokens");
      await page.getByLabel("What it is for").fill("Control room");
      await page.getByLabel("Kind").selectOption("kiosk");
      await page.locator("fieldset").getByLabel("Demo plant").first().check();
      await page.getByRole("button", { name: "Give" }).click();
      const link = await page.getByTestId("secret").locator("pre").innerText();
      expect(link).toMatch(/\/\?link=flw_[0-9a-f]{64}$/);
      const wallboard = await newPage({}, "none=1");
      await wallboard.goto(link);
      await wallboard.getByText("TOH-01").first().waitFor();
      expect(wallboard.url()).not.toContain("flw_");
      expect(await wallboard.getByText("CFB-01").count()).toBe(0);
      await page.getByRole("button", { name: "Take back Control room" }).click();
      await page.getByRole("button", { name: "Take back", exact: true }).click();
      await wallboard.getByRole("button", { name: /sign in/i }).waitFor();
    });

    test("keys lead to each of them", async () => {
      const page = await newPage();
      await open(page, "/");
      for (const [key, heading] of [
        ["c", "Compliance"],
        ["r", "Retrofits"],
        ["p", "Reports"],
        ["a", "Alerts"],
        ["f", "Fleet"],
        ["d", "Devices"],
        ["s", "Settings"],
      ] as const) {
        await page.keyboard.press("g");
        await page.keyboard.press(key);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      }
    });

    test("/docs shows the specification under the same content policy, and nobody complained", async () => {
      // Signing out and wrong passwords are told by the browser as failed requests.
      expect(complaints.filter((told) => !/status of (401|422)/.test(told))).toEqual([]);
      complaints.length = 0;
      const page = await newPage();
      await page.goto(`${plant.url}/docs`);
      await page.locator('[data-path="/api/v1/boilers/{boilerId}/latest"]').first().waitFor();
      // One ornament of that page is an inline style, which the policy rightly keeps out; it does without.
      expect(complaints.filter((told) => !told.startsWith("Applying inline style"))).toEqual([]);
    });
  },
);
