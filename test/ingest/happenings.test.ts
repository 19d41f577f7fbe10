import { expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import { plantHappenings } from "../../ingest/happenings.ts";
import type { PlantEvent } from "../../ingest/stage.ts";
import { batchBody, startMs, testPlant } from "../helpers/batches.ts";

const { catalogue } = testPlant();

/** What a batch that arrives a second after its time tells. */
function teller() {
  const happenings = plantHappenings(catalogue);
  return (seq: number, clk: Batch["clk"], arrivedAtMs = startMs + seq * 1_000 + 1_000) => {
    const events: PlantEvent[] = [];
    const batch = { ...batchBody(seq, { clk }), h: "" };
    const entry = { kind: "batch", bytes: Buffer.alloc(0), offset: seq, arrivedAtMs } as const;
    happenings.tell(entry, batch, (event) => events.push(event));
    return events;
  };
}

const right = { src: "ntp", off: 3, unc: 20 } as const;
const offsets = (events: readonly PlantEvent[]) =>
  events.flatMap((event) => (event.kind === "heard" ? [event.clockOffsetMs] : []));
const doubts = (events: readonly PlantEvent[]) =>
  events.flatMap((event) => (event.kind === "reading" ? [event.origin.clockDoubtful] : []));

test.each([
  ["right", right, 0, false],
  ["surely off by half a second", { src: "ntp", off: -520, unc: 20 }, 500, false],
  ["off by ten seconds, give or take", { src: "rtc", off: 10_000, unc: 500 }, 9_500, true],
  ["perhaps off, which nobody knows", { src: "rtc", off: 0, unc: 86_400_000 }, 0, false],
  ["kept by nothing, not compared yet", { src: "none", off: 0, unc: 86_400_000 }, 0, true],
  ["kept by nothing, and confirmed", { src: "none", off: 40, unc: 60 }, 0, false],
  ["an older gateway's, of which nothing is said", { src: "rtc", off: 0, unc: 0 }, 0, false],
] as const)("a clock that is %s", (_what, clk, offsetMs, doubtful) => {
  const events = teller()(1, clk);
  expect(offsets(events)).toEqual([offsetMs]);
  expect(doubts(events)).toEqual([doubtful]);
});

test("times far ahead of their arrival are doubted, whatever the clock is said to be", () => {
  const events = teller()(1, right, startMs - 6 * 60_000);
  expect(doubts(events)).toEqual([true]);
  expect(offsets(events)).toEqual([0]);
});

test("a backlog tells nothing of how the clock stands now", () => {
  const tell = teller();
  tell(10, right);
  expect(offsets(tell(5, { src: "rtc", off: 40_000, unc: 50 }))).toEqual([null]);
  expect(offsets(tell(11, right))).toEqual([0]);
});
