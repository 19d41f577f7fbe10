#!/usr/bin/env node
// The `fluewatch` command. In a checkout that was never built, `npm start` or `npm run build` comes first.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const built = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "server", "main.js");
if (!existsSync(built)) {
  console.error("Fluewatch is not built yet: run `npm run build` first.");
  process.exit(2);
}
const { main } = await import(built);
process.exit(await main(process.argv.slice(2)));
