import { defineConfig } from "vitest/config";

/** The promises of delivery at their full size; `npm test` runs the same tests on the smallest honest sample. */
export default defineConfig({
  test: {
    include: [
      "test/promises/**/*.test.ts",
      "test/scenarios/kill.test.ts",
      "test/scenarios/refill.test.ts",
      "test/gateway/disk-full.test.ts",
      "test/gateway/modbus-sources.test.ts",
      "test/platform/segment-log.test.ts",
      "test/platform/duckdb-conflicts.test.ts",
    ],
    globalSetup: ["test/helpers/global-setup.ts"],
    provide: { fullSize: true },
    testTimeout: 6 * 3_600_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
  },
});
