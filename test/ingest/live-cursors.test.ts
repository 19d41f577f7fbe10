import { describe, expect, test } from "vitest";
import { liveCursors } from "../../ingest/live-cursors.ts";
import { sid, startMs } from "../helpers/batches.ts";

const day = 86_400_000;

/** A reading of b-1, `second` seconds of monotonic time after the start, by a clock that was set by `setMs` so far. */
function reading(second: number, setMs = 0, { tseg = 0, boot = 1, log = sid } = {}) {
  const t0 = startMs + second * 1_000 + setMs;
  const batch = { sid: log, boot, tseg, t0, mono: second * 1_000 };
  return [batch, { boilerId: "b-1", takenAtMs: t0 + 40 }, startMs + second * 1_000] as const;
}

const live = { late: false, clockSetMs: 0 };
const late = { late: true, clockSetMs: 0 };

describe("what is live", () => {
  test("goes on with time; what comes behind is late, and so is the same again", () => {
    const cursors = liveCursors();
    expect(cursors.see(...reading(1))).toEqual(live);
    expect(cursors.see(...reading(3))).toEqual(live);
    expect(cursors.see(...reading(2))).toEqual(late);
    expect(cursors.see(...reading(3))).toEqual(late);
  });

  test("a clock set back begins a segment, which is live; what is left of the one before is late", () => {
    const cursors = liveCursors();
    cursors.see(...reading(100));
    expect(cursors.see(...reading(102, -10_000, { tseg: 1 }))).toEqual({ late: false, clockSetMs: -10_000 });
    expect(cursors.see(...reading(101))).toEqual(late);
    expect(cursors.see(...reading(103, -10_000, { tseg: 1 }))).toEqual(live);
  });

  test("a clock set forward is told once; far ahead of its arrival it moves nothing", () => {
    const cursors = liveCursors();
    cursors.see(...reading(1));
    expect(cursors.see(...reading(2, 60_000))).toEqual({ late: false, clockSetMs: 60_000 });
    expect(cursors.see(...reading(3, 60_000))).toEqual(live);
    expect(cursors.see(...reading(4, day))).toEqual(late);
    expect(cursors.see(...reading(5, 0, { tseg: 1 }))).toEqual({ late: false, clockSetMs: -60_000 });
  });

  test("a silence of hours is none of the clock's doing", () => {
    const cursors = liveCursors();
    cursors.see(...reading(1));
    expect(cursors.see(...reading(7_200))).toEqual(live);
  });

  test("another start of the gateway has another monotonic clock, and only a step back is known", () => {
    const cursors = liveCursors();
    cursors.see(...reading(1_000));
    const [batch, of, arrivedMs] = reading(1_010, 0, { boot: 2 });
    expect(cursors.see({ ...batch, mono: 3 }, of, arrivedMs)).toEqual(live);
    expect(cursors.see(...reading(1_020, -day, { boot: 3, tseg: 1 })).clockSetMs).toBe(-day + 10_000);
  });

  test("a disk that was wiped begins with segment 0 again, and is live", () => {
    const cursors = liveCursors();
    cursors.see(...reading(1, -day, { tseg: 3 }));
    expect(cursors.see(...reading(2, 0, { log: "00000000-0000-4000-8000-000000000002" }))).toEqual(live);
  });

  test("is saved and taken up again, also from what older versions wrote", () => {
    const cursors = liveCursors();
    cursors.see(...reading(5));
    const again = liveCursors(JSON.parse(JSON.stringify(cursors.all())));
    expect(again.see(...reading(4))).toEqual(late);
    expect(again.see(...reading(6, 60_000))).toEqual({ late: false, clockSetMs: 60_000 });

    const old = liveCursors({ "b-1/0": startMs + 900_000, "b-1/1": startMs + 5_000 });
    expect(old.see(...reading(4, 0, { tseg: 1 }))).toEqual(late);
    expect(old.see(...reading(6, 0, { tseg: 1 }))).toEqual(live);
  });
});
