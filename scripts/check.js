// `npm run check`: format, lint, types and unit tests, in under a minute.
import { bin, ensureInstalled } from "./prepare.js";

const unitTests = [
  "domain",
  "platform",
  "gateway",
  "ingest",
  "simulators",
  "settings",
  "architecture.test.ts",
];

/** They start servers, or whole processes: `npm test` runs them. */
const withServers = [
  "gateway/foreign-server",
  "gateway/modbus-sources",
  "ingest/ingest",
  "platform/bus",
  "simulators/history",
  "simulators/modbus",
  "simulators/modbus-foreign",
];

ensureInstalled();
bin("biome", ["ci", "."]);
bin("tsc", ["-p", "tsconfig.json", "--noEmit"]);
bin("tsc", ["-p", "tsconfig.test.json"]);
bin("tsc", ["-p", "dashboard/tsconfig.json"]);
bin("vitest", [
  "run",
  // They keep nothing from each other; loading each module once saves half of the time.
  "--no-isolate",
  ...unitTests.map((name) => `test/${name}`),
  ...withServers.map((name) => `--exclude=test/${name}.test.ts`),
]);
