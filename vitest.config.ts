import { defineConfig } from "vitest/config";

const shared = {
  globalSetup: ["test/helpers/global-setup.ts"],
  setupFiles: ["test/helpers/same-draws.ts"],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/** They start no server and keep nothing from each other. */
const onlyCompute = [
  "test/architecture.test.ts",
  "test/dashboard/columns.test.ts",
  "test/domain/**/*.test.ts",
  "test/settings/**/*.test.ts",
  "test/simulators/{boiler,instruments,scenarios}.test.ts",
];

// What only computes keeps both cores busy, and loads each module once. What starts servers, browsers and whole
// plants waits for them half of the time, so three such files at a time share the two cores.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "domain",
          include: onlyCompute,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "plants",
          include: ["test/**/*.test.ts"],
          exclude: onlyCompute,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
