// `npm run test:long [-- file…]`: the promises of delivery (docs/delivery.md) at their full size, one after the other.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./prepare.js";

ensureInstalled();
ensureBuilt();
const { status } = spawnSync(
  join(root, "node_modules", ".bin", "vitest"),
  ["run", "--config", "vitest.long.config.ts", ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
process.exit(status ?? 1);
