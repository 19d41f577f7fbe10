import { describe, expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { type BatchContent, openOutbox } from "../../gateway/outbox.ts";
import { startSender } from "../../gateway/sender.ts";
import { realWorld } from "../../platform/world.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const config = { segmentMib: 4, keepAckedHours: 168, keepAckedMib: 512 };
const content = (t0: number): BatchContent => ({
  site: "works",
  gw: "gw-1",
  tseg: 0,
  t0,
  mono: 0,
  clk: { src: "rtc", off: 0, unc: 0 },
  b: [],
  gap: [],
  n: 1,
});

/** A gateway with a backlog of so many batches, and an ingest that acknowledges when the test says so. */
async function withBacklog(backlog: number) {
  const broker = memoryBroker();
  broker.cut();
  const outbox = await openOutbox(temporaryFolder(), config, world);
  for (let index = 0; index < backlog; index += 1) await outbox.capture(content(index));
  const sender = startSender({ site: "works", id: "gw-1" }, outbox, broker.connect(), world);
  const topic = gatewayTopic("works", "gw-1", "data");
  const sent = () =>
    broker.published
      .filter((each) => each.topic === topic)
      .map(({ payload }) => (JSON.parse(payload.toString()) as Batch).seq);
  const answer = (ranges: [number, number][]) =>
    sender.acknowledged({
      v: 1,
      by: "00000000-0000-4000-8000-000000000001",
      sid: outbox.sid,
      upto: 0,
      ranges,
      dead: [],
    });
  answer([]); // ingest is known already: another one would make everything in flight backlog
  const acknowledge = (first: number, last: number) => answer([[first, last]]);
  const stop = async () => {
    await sender.stop();
    await outbox.close();
  };
  return { broker, outbox, sent, acknowledge, stop };
}

describe("the sender", () => {
  test("sends what is captured now before the backlog, and the backlog oldest first", async () => {
    const { broker, outbox, sent, acknowledge, stop } = await withBacklog(600);
    broker.restore();
    await until("the window is full", () => sent().length === 256);
    expect(sent()).toEqual(Array.from({ length: 256 }, (_, index) => index + 1));
    const live = [await outbox.capture(content(600)), await outbox.capture(content(601))];
    acknowledge(1, 10);
    await until("there was room for ten more", () => sent().length === 266);
    expect(sent().slice(256)).toEqual([...live, 257, 258, 259, 260, 261, 262, 263, 264]);
    acknowledge(11, 264);
    acknowledge(601, 602);
    await until("the window is full again", () => sent().length === 522);
    acknowledge(265, 520);
    await until("everything was sent", () => sent().length === 602);
    expect([...sent()].sort((a, b) => a - b)).toEqual(Array.from({ length: 602 }, (_, index) => index + 1));
    await stop();
  });

  test("an acknowledgement of what was never captured is not believed", async () => {
    const { broker, outbox, sent, acknowledge, stop } = await withBacklog(3);
    broker.restore();
    await until("the backlog was sent", () => sent().length === 3);
    acknowledge(1, 99_999_999);
    expect(outbox.ackedUpto).toBe(0);
    await outbox.capture(content(3));
    await until("the next one is sent all the same", () => sent().includes(4));
    acknowledge(1, 4);
    expect(outbox.ackedUpto).toBe(4);
    await stop();
  });

  test("an answer tells when what it answers was sent, where that was the only time", async () => {
    const { broker, outbox, sent, acknowledge, stop } = await withBacklog(2);
    broker.restore();
    await until("the backlog was sent", () => sent().length === 2);
    // It may have been sent before this start.
    expect(acknowledge(1, 2)).toBeNull();
    const beforeMs = world.clock.monotonicMs();
    await outbox.capture(content(3));
    await until("the live one was sent", () => sent().length === 3);
    const sentMs = acknowledge(1, 3);
    expect(sentMs).toBeGreaterThanOrEqual(beforeMs);
    expect(sentMs).toBeLessThanOrEqual(world.clock.monotonicMs());
    // The same answer again answers nothing new.
    expect(acknowledge(1, 3)).toBeNull();

    await outbox.capture(content(4));
    await until("the next was sent", () => sent().length === 4);
    broker.cut();
    broker.restore();
    await until("it was sent again", () => sent().length === 5);
    expect(acknowledge(1, 4)).toBeNull();
    await stop();
  });

  test("what was in flight when the link broke is backlog, and sent again from the oldest on", async () => {
    const { broker, outbox, sent, acknowledge, stop } = await withBacklog(5);
    broker.restore();
    await until("the backlog was sent", () => sent().length === 5);
    acknowledge(1, 2);
    broker.cut();
    await outbox.capture(content(5));
    broker.restore();
    await until("it was sent again", () => sent().length === 9);
    const live = await outbox.capture(content(6));
    await until("the newest was sent", () => sent().length === 10);
    expect(sent().slice(5)).toEqual([3, 4, 5, 6, live]);
    await stop();
  });
});
