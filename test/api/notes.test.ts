import { afterAll, beforeAll, expect, test } from "vitest";
import type { Notes } from "../../contracts/http/notes.ts";
import { audit } from "../../platform/records/audit.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";

const words = "seven quiet lanterns drift";
let plant: TestApi;
let operator: Readonly<Record<string, string>>;
beforeAll(async () => {
  plant = await startTestApi();
  await plant.addUser("mei", "operator", ["north"], words);
  operator = plant.as((await plant.signIn({ user: "mei", password: words })).cookie);
});
afterAll(() => plant.stop());

const write = (boilerId: string, text: string) =>
  plant.ask(`boilers/${boilerId}/notes`, { method: "POST", headers: operator, body: { text } });

test("a note of a boiler has its writer, is in the audit, and is paged newest first", async () => {
  for (const text of ["soot blown", "damper greased", "=1+1, sight glass 清潔"])
    expect((await write("toh-01", text)).status).toBe(201);
  expect(
    await audit.page(plant.db, { beforeSeq: null, limit: 1, sites: null, action: "boiler." }),
  ).toMatchObject([{ by: "mei", action: "boiler.note", subject: "boiler:toh-01", siteId: "north" }]);
  const page = async (query: string) =>
    (await plant.ask(`boilers/toh-01/notes?${query}`, { headers: operator })).body as Notes;
  const first = await page("limit=2");
  expect(first.notes.map(({ text, by }) => [text, by])).toEqual([
    ["=1+1, sight glass 清潔", "mei"],
    ["damper greased", "mei"],
  ]);
  const rest = await page(`limit=2&cursor=${first.nextCursor}`);
  expect(rest).toMatchObject({ notes: [{ text: "soot blown" }], nextCursor: null });
});

test.each([
  ["of blanks", "toh-01", " \n", 400, "request-invalid"],
  ["too long", "toh-01", "x".repeat(2_001), 400, "request-invalid"],
  ["of another site's boiler", "cfb-01", "seen", 404, "boiler-unknown"],
])("a note %s is refused", async (_, boilerId, text, status, code) => {
  expect(await write(boilerId, text)).toMatchObject({ status, body: { code } });
});
