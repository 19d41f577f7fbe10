// `npm test`: installs and builds what is missing, borrows servers and a browser from Debian where it may, runs
// every test, and ends with a line `N passed, N failed`. With `--long` (`npm run test:long`) the tests that have a
// long form run that: the same claims, over the numbers that the documents name.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePrograms } from "./debian.js";
import { ensureBuilt, ensureInstalled, root } from "./prepare.js";

const borrowed = {
  influxd: "influxdb",
  "/usr/share/postgresql-common/pg_wrapper": "postgresql",
  "victoria-metrics": "victoria-metrics",
  "docker-compose": "docker-compose",
  mosquitto: "mosquitto",
  mbpoll: "mbpoll",
  socat: "socat",
  openssl: "openssl",
  "/usr/lib/python3/dist-packages/pymodbus/__init__.py": "python3-pymodbus",
  "/usr/lib/python3/dist-packages/serial_asyncio/__init__.py": "python3-serial-asyncio",
  chromium: "chromium",
  "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
};

// `npm run test:long [-- file…]`: at full size what has one; of all tests, or of those named.
const isLong = process.argv.includes("--long");
const named = process.argv.slice(2).filter((word) => word !== "--long");

ensureInstalled();
const missing = ensurePrograms(borrowed);
if (missing.length > 0)
  console.log(
    `Not here, and not installable: ${missing.join(", ")}. Tests that need them are left out, or fail under CI=true.`,
  );
ensureBuilt();

const folder = mkdtempSync(join(tmpdir(), "fluewatch-test-"));
const report = join(folder, "report.json");
const { status } = spawnSync(
  join(root, "node_modules", ".bin", "vitest"),
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...named],
  { cwd: root, stdio: "inherit", env: { ...process.env, ...(isLong && { FLUEWATCH_TEST_LONG: "1" }) } },
);
const counts = existsSync(report)
  ? JSON.parse(readFileSync(report, "utf8"))
  : { numPassedTests: 0, numFailedTests: 0 };
rmSync(folder, { recursive: true, force: true });
// A file that could not even be loaded has no tests to count; it fails all the same.
const failed = counts.numFailedTests === 0 && status !== 0 ? 1 : counts.numFailedTests;
console.log(`${counts.numPassedTests} passed, ${failed} failed`);
process.exit(status ?? 1);
