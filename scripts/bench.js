// `npm run bench -- domain`: builds what has changed and runs one benchmark, or names those there are.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, run } from "./prepare.js";

/** Parts that benchmarks share. */
const shared = [
  "gateway-subject.ts",
  "measure.ts",
  "modbus-poller.ts",
  "mqtt-load.ts",
  "plant.ts",
  "store-parts.ts",
];
const names = readdirSync(join(root, "bench"))
  .filter((file) => file.endsWith(".ts") && !shared.includes(file))
  .map((file) => file.slice(0, -".ts".length));

const [name = ""] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`"${name}" is no benchmark; there are ${names.join(", ")}: npm run bench -- ${names[0]}`);
  process.exit(2);
}
ensureInstalled();
ensureBuilt();
run(process.execPath, ["--expose-gc", join(root, "dist", "server", "bench", `${name}.js`)]);
