import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { expect, test } from "vitest";
import { loadYaml } from "../../platform/yaml-file.ts";
import { temporaryFolder } from "../helpers/servers.ts";

function loaded(text: string) {
  const file = join(temporaryFolder(), "plant.yaml");
  writeFileSync(file, text);
  return loadYaml(file, () => Type.Unknown());
}

test("what is said once may be meant of hundreds; aliases that grow out of bounds are a fault, not a crash", () => {
  const boilers = Array.from({ length: 500 }, () => "  - *same").join("\n");
  expect(loaded(`same: &same [oil]\nboilers:\n${boilers}\n`).ok).toBe(true);
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(",")}]`,
  );
  expect(loaded(`l0: &l0 [x]\n${levels.join("\n")}\n`)).toMatchObject({
    ok: false,
    faults: [{ message: expect.stringMatching(/^cannot be taken in: Excessive alias count/) }],
  });
});
