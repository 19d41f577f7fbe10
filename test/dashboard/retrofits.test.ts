import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RetrofitText } from "../../contracts/http/retrofits.ts";
import { password, type SavingsPlant, savingsPlant } from "../helpers/retrofits.ts";
import { neededProgram } from "../helpers/servers.ts";

const program = neededProgram("chromium");
if (program !== null) {
  describe("a retrofit in a browser", () => {
    let browser: Browser;
    let plant: SavingsPlant;
    let page: Page;

    beforeAll(async () => {
      plant = await savingsPlant();
      browser = await chromium.launch({
        executablePath: program,
        args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
      });
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
      page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await page.goto(`${plant.url}/retrofits`);
      await page.getByLabel("User").fill("admin");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByTestId("rail").or(page.locator(".nav")).first().waitFor();
      await page.goto(`${plant.url}/retrofits`);
    }, 240_000);
    afterAll(async () => {
      await browser?.close();
      await plant?.stop();
    });

    test("the wizard goes from nothing to a released report", async () => {
      await page.getByTestId("retrofit-new").click();
      await page.getByLabel("Short name for links").fill("works");
      await page.getByLabel("Title, English").fill("Oil to gas");
      await page.getByLabel("Title, Chinese").fill("油改氣");
      await page.getByLabel("Client").fill("Dyeing works");
      await page.getByLabel("Boundary").fill("Both heaters, from the fuel meters to the heat meters");
      await page.getByLabel("TOH-01 Demo plant").uncheck();
      await page.getByLabel("TOH-01 (example)").check();
      await page.getByLabel("TOH-02 (example)").check();
      for (const meter of await page.locator("fieldset", { has: page.getByLabel("Serial before") }).all()) {
        await meter.getByLabel("Serial before").fill("A-1");
        await meter.getByLabel("Serial after").fill("A-1");
        await meter.getByLabel("u, % (k = 1)").fill("0.5");
      }
      await page.getByTestId("retrofit-next").click();
      await expect.poll(() => page.url()).toContain("/retrofits/works/periods");

      const dates = {
        Baseline: ["2017-08-01", "2018-07-31"],
        "Works and commissioning": ["2018-08-01", "2018-08-31"],
        "Reporting period": ["2018-09-01", "2019-08-31"],
      };
      for (const [legend, [from = "", to = ""]] of Object.entries(dates)) {
        const field = page.getByRole("group", { name: legend, exact: true });
        await field.getByLabel("First day").fill(from);
        await field.getByLabel("Last day").fill(to);
      }
      for (const [from, to] of [
        ["2018-02-14", "2018-02-20"],
        ["2019-02-04", "2019-02-10"],
      ] as const) {
        const field = page.getByRole("group", { name: "Excluded days", exact: true });
        await field.getByLabel("First day").fill(from);
        await field.getByLabel("Last day").fill(to);
        await page.getByLabel("Reason").fill("Lunar New Year");
        await page.getByLabel("Reason").blur();
        await page.getByRole("button", { name: "Exclude", exact: true }).click();
      }
      await page.getByTestId("retrofit-next").click();
      await expect.poll(() => page.url()).toContain("/model");

      await page.getByTestId("retrofit-freeze").click();
      await page.getByTestId("part-model").waitFor();
      expect(await page.getByTestId("plan-hash").textContent()).toMatch(/^[0-9a-f]{64}$/);
      await page.getByTestId("retrofit-next").click();
      await page.getByTestId("part-strip").waitFor();
      expect(await page.getByTestId("part-verdict").textContent()).toMatch(
        /used [\d,]+ ± [\d,]+ GJ \(LHV\) less/,
      );
      await page.getByLabel("Heavy oil, per L").fill("14.2");
      await page.getByLabel("Natural gas, per Nm³").fill("12.4");
      await page.getByLabel("Investment").fill("19600000");
      await page.getByLabel("Investment").blur();
      await page.getByTestId("retrofit-money").click();
      await expect.poll(() => page.getByTestId("part-money").textContent()).toContain("Net present value");
      await page.getByTestId("retrofit-next").click();

      for (
        let open = await page.getByRole("button", { name: "Decide", exact: true }).count();
        open > 0;
        open -= 1
      ) {
        const point = page
          .getByTestId("retrofit-point")
          .filter({ has: page.getByRole("button", { name: "Decide" }) })
          .first();
        await point.getByLabel("What was decided").fill("Looked at; it stays as it is");
        await point.getByLabel("What was decided").blur();
        await point.getByRole("button", { name: "Decide" }).click();
        await expect
          .poll(() => page.getByRole("button", { name: "Decide", exact: true }).count())
          .toBe(open - 1);
      }
      const release = page.getByTestId("retrofit-release");
      await release.getByLabel("Title").fill("Oil to gas");
      await release.getByLabel("Title").blur();
      await page.getByTestId("retrofit-do-release").click();
      await expect.poll(() => page.getByTestId("retrofit-state").getAttribute("data-state")).toBe("released");
      const { body } = await plant.ask("retrofits/works");
      expect((body as RetrofitText).current).toMatchObject({ state: "released", releasedBy: "admin" });
      await page.getByRole("button", { name: "Reckon again from the stored rows" }).click();
      await expect.poll(() => page.getByTestId("retrofit-verified").textContent()).toBe("Same, hash by hash");
    }, 240_000);

    test("the report prints as a PDF in both languages, with a Chinese font in it", async () => {
      for (const lang of ["en", "zh-TW"]) {
        const { status, text, headers } = await plant.ask(`retrofits/works/report?format=pdf&lang=${lang}`);
        expect(status, text.slice(0, 300)).toBe(200);
        expect(headers.get("content-type")).toBe("application/pdf");
        expect(text.startsWith("%PDF-")).toBe(true);
        if (lang === "zh-TW") expect(text).toMatch(/\/FontName \/[A-Z]{6}\+\w*CJK/);
      }
    }, 180_000);
  });
}
