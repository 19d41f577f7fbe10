import { ensureBuilt } from "../../scripts/prepare.js";

/** Whole-process tests run what users run: the built program. */
export function setup(): void {
  ensureBuilt();
}
