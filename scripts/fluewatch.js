#!/usr/bin/env node
// The `fluewatch` command. A checkout that was never built is built first.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./prepare.js";

const built = join(root, "dist", "server", "main.js");
if (!existsSync(built)) {
  ensureInstalled();
  ensureBuilt();
}
const { main } = await import(built);
process.exit(await main(process.argv.slice(2)));
