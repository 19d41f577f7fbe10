import type { Static } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeadLetter, DeadLetters } from "../../contracts/http/dead-letters.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";
import { until } from "../helpers/until.ts";

let plant: TestApi;
let admin: Readonly<Record<string, string>>;
type List = Static<typeof DeadLetters>;

const garbage = "this is no batch";
const list = async () => (await plant.ask("dead-letters", { headers: admin })).body as List;

beforeAll(async () => {
  plant = await startTestApi();
  admin = plant.as(await plant.ticketCookie());
  await plant.publish("fluewatch/v1/north/gw-x/data", garbage);
  await plant.publish("fluewatch/v1/north/gw-x/data", Buffer.from([0xff, 0xfe, 0x00]));
  await until("both are set aside", async () => (await list()).total === 2);
});
afterAll(() => plant.stop());

describe("messages that were set aside", () => {
  test("are given as they came, text as text and bytes as bytes, one by one or all as lines", async () => {
    const { letters } = await list();
    const contents: (string | null)[] = [];
    for (const { id } of [...letters].reverse()) {
      const { body } = await plant.ask(`dead-letters/${id}`, { headers: admin });
      const { content, encoding } = body as DeadLetter;
      contents.push(`${encoding} ${content}`);
    }
    expect(contents).toEqual([
      `utf8 ${garbage}`,
      `base64 ${Buffer.from([0xff, 0xfe, 0x00]).toString("base64")}`,
    ]);
    const { text } = await plant.ask("dead-letters/export", { headers: admin });
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as DeadLetter);
    expect(lines.map(({ id }) => id)).toEqual(letters.map(({ id }) => id));
    expect(lines.at(-1)?.content).toBe(garbage);
  });

  test("are not taken in while nothing has changed, with the reason; and one that is not there is not there", async () => {
    const [letter] = (await list()).letters;
    const requeue = (id: number) =>
      plant.ask(`dead-letters/${id}/requeue`, { method: "POST", headers: admin });
    const refused = await requeue(letter?.id ?? 0);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: "dead-letter-refused",
      detail: expect.stringContaining("not-json"),
    });
    expect((await requeue(999_999)).status).toBe(404);
  });
});
