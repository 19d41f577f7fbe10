import { expect, test } from "vitest";
import type { LiveFrame } from "../../contracts/live.ts";
import { realWorld } from "../../platform/world.ts";
import { batchBody, rowsOf, sealed } from "../helpers/batches.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const hourMs = 3_600_000;
/** One in six of a week. */
const hours = 28;
const apartMs = 6 * hourMs;
const real = realWorld("silent");
/** Half a minute of waiting for more of an hour passes in half a second. */
const hasty = {
  ...real,
  clock: {
    ...real.clock,
    monotonicMs: () => 60 * real.clock.monotonicMs(),
    sleep: (ms: number, signal?: AbortSignal) => real.clock.sleep(ms / 60, signal),
  },
};

test("P15: a gateway is back after seven days: all is stored at its own time, each hour is summed up, what was too low is in the records and pages nobody, the newest stays the newest", async () => {
  const nowMs = real.clock.nowMs();
  const fromMs = hourMs * Math.floor(nowMs / hourMs) - hours * apartMs;
  const ingest = await startedIngest(temporaryFolder(), undefined, { world: hasty });
  // A batch an hour, a reading a quarter; but a reading a minute in the hour in which oxygen is far too low.
  const lowHour = 10;
  const minutesOf = (index: number) => {
    const everyMinutes = index === lowHour ? 1 : 15;
    return Array.from({ length: 60 / everyMinutes }, (_, place) => place * everyMinutes * 60_000);
  };
  const hour = (index: number) => {
    const o2DryPercent = index === lowHour ? 0.5 : 4 + index / 20;
    const rows = rowsOf({ firing: 1, loadPercent: 80, o2DryPercent, exhaustTempC: 150 });
    const b = [{ ...rows, rows: minutesOf(index).map((dt) => [dt, ...(rows.rows[0]?.slice(1) ?? [])]) }];
    return batchBody(index + 1, { t0: fromMs + index * apartMs, mono: index * apartMs, b });
  };
  const late = Array.from({ length: hours }, (_, index) =>
    minutesOf(index).map((dt) => fromMs + index * apartMs + dt),
  );
  const live = (seq: number) =>
    batchBody(seq, { t0: nowMs + (seq - hours) * 1_000, mono: hours * apartMs + seq });
  // As its sender does it: what is captured now goes first, then the backlog, oldest first.
  for (let seq = hours + 1; seq <= hours + 5; seq += 1) await ingest.send(sealed(live(seq)));
  await ingest.storedCount(5);
  for (let index = 0; index < hours; index += 1) await ingest.send(sealed(hour(index)));
  await ingest.ackedUpto(hours + 5);
  await ingest.storedCount(late.flat().length + 5);

  const times = (await ingest.stored()).map(({ takenAtMs }) => takenAtMs);
  expect(times).toEqual([...late.flat(), ...[1, 2, 3, 4, 5].map((second) => nowMs + second * 1_000)]);
  const summedUp = () =>
    ingest.telemetry.rollups("hour", { boilerId: "b-1", fromMs, toMs: fromMs + hours * apartMs });
  await until("each hour is summed up", async () => (await summedUp()).length === hours, 60_000);
  expect((await summedUp()).map(({ startMs, readings }) => [startMs, readings])).toEqual(
    late.map((times, index) => [fromMs + index * apartMs, times.length]),
  );
  const past = await ingest.records.selectFrom("alarms").selectAll().where("ruleId", "=", "low-o2").execute();
  expect(past.map(({ state, sinceMs }) => [state, sinceMs])).toEqual([
    ["closed", fromMs + lowHour * apartMs],
  ]);
  const frames = ingest.broker.published.filter(({ topic }) => topic === "fluewatch/v1/works/live/frame");
  const newest = frames
    .flatMap(({ payload }) => (JSON.parse(payload.toString()) as LiveFrame).boilers)
    .map(({ takenAtMs }) => takenAtMs);
  expect(newest.length).toBeGreaterThan(0);
  expect(Math.min(...newest)).toBeGreaterThan(nowMs);
  await ingest.stop();
}, 120_000);
