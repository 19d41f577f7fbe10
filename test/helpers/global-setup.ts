import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "../../scripts/prepare.js";

/** Whole-process tests run what users run: the built program. What tests write goes into one folder, and goes. */
export function setup(): () => void {
  ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-"));
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
