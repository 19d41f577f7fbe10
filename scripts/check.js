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

ensureInstalled();
bin("biome", ["ci", "."]);
bin("tsc", ["-p", "tsconfig.json", "--noEmit"]);
bin("tsc", ["-p", "tsconfig.test.json"]);
bin("tsc", ["-p", "dashboard/tsconfig.json"]);
bin("vitest", ["run", ...unitTests.map((name) => `test/${name}`)]);
