import { describe, expect, test } from "vitest";
import { queuedSink } from "../../ingest/queued-sink.ts";
import type { Outcome, Sink } from "../../ingest/sink.ts";
import { realWorld } from "../../platform/world.ts";
import { batchBody, sealed } from "../helpers/batches.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const settings = { events: 20, patienceMs: 50, spillBytes: 64 * 1024 * 1024 };

/** A store that takes nothing while it is stalled. */
function stallingSink() {
  const taken: Outcome[] = [];
  let stalled: Promise<void> | null = null;
  let goOn = () => {};
  const sink: Sink = {
    name: "slow",
    takes: ({ kind }) => kind === "condition",
    checkpoint: 0,
    take: async (outcome) => {
      await stalled;
      taken.push(outcome);
    },
    stop: async () => goOn(),
  };
  return {
    sink,
    taken,
    stall: () => {
      stalled = new Promise((resolve) => {
        goOn = resolve;
      });
    },
    recover: () => {
      stalled = null;
      goOn();
    },
  };
}

function outcome(offset: number): Outcome {
  const batch = batchBody(offset);
  const bytes = sealed(batch);
  const entry = { kind: "batch" as const, offset, arrivedAtMs: offset, bytes };
  return { entry, batch: JSON.parse(bytes.toString()), newlyLost: 0, events: [] };
}

describe("a sink with a queue before it", () => {
  test("a stalled store holds nobody up: what does not fit waits on the disk, and comes in order", async () => {
    const store = stallingSink();
    const queue = queuedSink(store.sink, temporaryFolder(), world, settings);
    const all = Array.from({ length: 500 }, (_, index) => outcome(index + 1));
    store.stall();
    const beganMs = Date.now();
    for (const each of all.slice(0, 300)) await queue.take(each);
    expect(Date.now() - beganMs).toBeLessThan(2_000);
    await until("it is on the disk", () => queue.spilledBytes > 100_000);
    expect(queue.waiting).toBeLessThanOrEqual(21);
    store.recover();
    for (const each of all.slice(300)) await queue.take(each);
    await until("all was taken", () => store.taken.length === 500);
    expect(store.taken.map(({ entry }) => entry.offset)).toEqual(all.map(({ entry }) => entry.offset));
    expect(store.taken[299]).toEqual(all[299]);
    expect(queue.spilledBytes).toBe(0);
    await queue.stop();
  });

  test("stops though its store stalls, and leaves the rest to the journal", async () => {
    const store = stallingSink();
    const queue = queuedSink(store.sink, temporaryFolder(), world, settings);
    store.stall();
    for (let offset = 1; offset <= 100; offset += 1) await queue.take(outcome(offset));
    await queue.stop();
    expect(store.taken.length).toBeLessThan(100);
  });

  test("a store that is only slower than the pass slows it down: nothing goes to the disk", async () => {
    const store = stallingSink();
    const slow: Sink = {
      ...store.sink,
      take: async (each) => {
        await world.clock.sleep(2);
        await store.sink.take(each);
      },
    };
    const queue = queuedSink(slow, temporaryFolder(), world, { ...settings, patienceMs: 5_000 });
    let most = 0;
    for (let offset = 1; offset <= 200; offset += 1) {
      await queue.take(outcome(offset));
      most = Math.max(most, queue.spilledBytes);
    }
    expect(most).toBe(0);
    await queue.stop();
    expect(store.taken).toHaveLength(200);
  });
});
