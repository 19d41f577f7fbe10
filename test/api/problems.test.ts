import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { problemCodes } from "../../api/problems.ts";

test("docs/api.md names every code of a problem, with its status, and no other", () => {
  const text = readFileSync(join(resolve(import.meta.dirname, "../.."), "docs", "api.md"), "utf8");
  const told = [...text.matchAll(/^\| `([a-z-]+)` +\| +(\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(problemCodes));
});
