import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { OperationalError } from "./errors.ts";

/** Where a Chromium stands on the systems that we know. */
const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];
const patienceMs = 60_000;
/** One browser at a time: each takes a few hundred megabytes. */
let before: Promise<unknown> = Promise.resolve();

/** Path of a browser that can print; `null` where none is installed. */
export function printingBrowser(): string | null {
  return (
    places.find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}

/**
 * Prints a page that stands by itself, with the fonts of this machine.
 * @throws OperationalError `pdf-unavailable`
 */
export function printedPdf(html: string): Promise<Buffer> {
  const printed = before.then(() => print(html));
  before = printed.catch(() => {});
  return printed;
}

async function print(html: string): Promise<Buffer> {
  const browser = printingBrowser();
  if (browser === null)
    throw new OperationalError(
      "pdf-unavailable",
      "No Chromium is installed on the server: install it (on Debian `apt install chromium fonts-noto-cjk`), or open the report as HTML and print it from your browser",
    );
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-print-"));
  try {
    const [page, pdf] = [join(folder, "report.html"), join(folder, "report.pdf")];
    writeFileSync(page, html, { mode: 0o600 });
    const args = [
      "--headless=new",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Our own page without scripts, from our own folder; a container's root has no other way.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--user-data-dir=${join(folder, "profile")}`,
      "--no-pdf-header-footer",
      `--print-to-pdf=${pdf}`,
      pathToFileURL(page).href,
    ];
    const child = spawn(browser, args, { stdio: "ignore", timeout: patienceMs, killSignal: "SIGKILL" });
    const code = await new Promise<number | null>((resolve) => {
      child.once("error", () => resolve(-1));
      child.once("exit", resolve);
    });
    if (code !== 0)
      throw new OperationalError(
        "pdf-unavailable",
        `The browser that prints ended with ${code}; open the report as HTML and print it`,
      );
    return readFileSync(pdf);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
