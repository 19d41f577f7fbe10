import { afterAll, beforeAll, expect, test } from "vitest";
import type { Compliance, ComplianceHours } from "../../contracts/http/compliance.ts";
import type { LimitsText } from "../../contracts/http/limits.ts";
import type { NotJudgedReason } from "../../domain/limits.ts";
import { audit } from "../../platform/records/audit.ts";
import {
  saveVerdictHours,
  type VerdictHour,
  verdictHoursOf,
} from "../../platform/records/verdict-records.ts";
import { startTestApi, type TestApi } from "../helpers/api.ts";

let plant: TestApi;
let headers: Readonly<Record<string, string>>;
const hourMs = 3_600_000;
const dayStart = Date.parse("2026-03-12T00:00:00+08:00");
const tables = { tablesId: "t", source: "Guidance", inForceFrom: "2019-01-01" };

beforeAll(async () => {
  plant = await startTestApi();
  headers = plant.as(await plant.ticketCookie());
  const save = (boilerId: string, siteId: string, hour: number, above: number, within: number) =>
    plant.db.transaction().execute((tx) =>
      saveVerdictHours(
        tx,
        [
          {
            ...{ siteId, boilerId, quantity: "airRatio", hourStartMs: dayStart + hour * hourMs },
            hour: {
              ...{ kind: "readings", scanMs: 1_000, within, above, unjudged: { "not-steady": 10 } },
              worst: above + within === 0 ? null : { value: 1.33, limit: 1.3, ...tables },
            },
          },
        ],
        dayStart,
      ),
    );
  await save("toh-01", "north", 0, 0, 3_590);
  await save("toh-01", "north", 1, 90, 3_500);
  await save("toh-01", "north", 24, 0, 0);
  await save("cfb-01", "south", 1, 60, 0);
});
afterAll(() => plant.stop());

const get = async <T>(path: string) => (await plant.ask(path, { headers })).body as T;

test("days are counted by the site's own calendar, and hours above a limit are listed newest first", async () => {
  const found = await get<Compliance>(`compliance?from=${dayStart}&to=${dayStart + 48 * hourMs}`);
  const brief = found.days.map(({ boilerId, day, outcome, above, within, notJudged }) => [
    boilerId,
    day,
    outcome,
    above,
    within,
    notJudged,
  ]);
  expect(brief).toEqual([
    ["toh-01", "2026-03-12", "above", 1, 1, 0],
    ["toh-01", "2026-03-13", "not-judged", 0, 0, 1],
    ["cfb-01", "2026-03-12", "above", 1, 0, 0],
  ]);
  expect(found.exceedances).toMatchObject([
    { boilerId: "cfb-01", minutesAbove: 1 },
    { boilerId: "toh-01", minutesAbove: 1.5, value: 1.33, limit: 1.3, source: "Guidance", rev: 1 },
  ]);
});

test("a boiler's hours come with what explains them", async () => {
  const { hours } = await get<ComplianceHours>(
    `boilers/toh-01/compliance?from=${dayStart}&to=${dayStart + 48 * hourMs}`,
  );
  expect(
    hours.map(({ outcome, reason, minutesJudged }) => [outcome, reason, Math.round(minutesJudged)]),
  ).toEqual([
    ["within", null, 60],
    ["above", null, 60],
    ["not-judged", "not-steady", 0],
  ]);
});

test("limits are told with every version, their source, and which is in force", async () => {
  const limits = await get<LimitsText>("limits");
  expect(limits.tables.some(({ inForce, source }) => inForce && source !== "")).toBe(true);
  expect(limits.standards.flatMap(({ inForce, bindsFrom }) => (inForce ? [bindsFrom] : []))).toHaveLength(1);
  expect(limits.boilers.map(({ boilerId }) => boilerId).sort()).toEqual(["cfb-01", "toh-01", "toh-02"]);
});

test("who takes readings out as a file is in the audit", async () => {
  const { status } = await plant.ask("boilers/toh-01/readings?from=1&to=2&format=csv", { headers });
  expect(status).toBe(200);
  const [told] = await audit.page(plant.db, { beforeSeq: null, limit: 1, sites: null, action: "readings." });
  expect(told).toMatchObject({
    by: "admin",
    action: "readings.export",
    subject: "boiler:toh-01",
    siteId: "north",
  });
});

test("what has not changed is not sent again", async () => {
  const first = await plant.ask("limits", { headers });
  const etag = String(first.headers["etag"]);
  const again = await plant.ask("limits", { headers: { ...headers, "if-none-match": etag } });
  expect([again.status, again.text]).toEqual([304, ""]);
});

test("hours told again in one go are kept in their order: another mean is another judgement, the same one none", async () => {
  const mean = (hour: number, reason: NotJudgedReason): VerdictHour => ({
    ...{ siteId: "north", boilerId: "toh-03", quantity: "noxAtRefO2Ppm" },
    hourStartMs: dayStart + hour * hourMs,
    hour: { kind: "mean", verdict: { kind: "not-judged", reason } },
  });
  const told = [
    ...[mean(0, "no-data"), mean(1, "no-sensor"), mean(0, "not-firing"), mean(0, "not-firing")],
    ...[mean(0, "hour-invalid"), mean(1, "no-sensor")],
  ];
  await plant.db.transaction().execute((tx) => saveVerdictHours(tx, told, dayStart));
  const kept = await verdictHoursOf(plant.db, "toh-03", dayStart, dayStart + 24 * hourMs);
  expect(kept.map(({ hour, rev }) => [hour, rev])).toEqual([
    [mean(0, "hour-invalid").hour, 3],
    [mean(1, "no-sensor").hour, 1],
  ]);
});
