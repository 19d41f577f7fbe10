import { beforeEach, expect, test } from "vitest";
import { viewers } from "../../api/viewers.ts";

let nowMs = 0;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => {} };
let seeing: ReturnType<typeof viewers<ReturnType<typeof viewer>>>;

/** A browser that takes what it is sent, until it stops to. */
function viewer() {
  const transport = { writable: true };
  const rooms = new Set<string>();
  let isCut = false;
  return {
    conn: { transport },
    rooms,
    stall: (isStalled: boolean) => {
      transport.writable = !isStalled;
    },
    get isCut() {
      return isCut;
    },
    join: (room: string) => rooms.add(room),
    leave: (room: string) => rooms.delete(room),
    disconnect: () => {
      isCut = true;
    },
  };
}
type Browser = ReturnType<typeof viewer>;

/** What a tick brings one browser: its room's frame, and its own. */
function tick(of: Browser): readonly (readonly string[])[] {
  nowMs += 1_000;
  const { together, single } = seeing.tick();
  return [
    ...together.filter(({ room }) => of.rooms.has(room)).map(({ boilerIds }) => boilerIds),
    ...single.filter(({ viewer }) => viewer === of).map(({ boilerIds }) => boilerIds),
  ];
}

beforeEach(() => {
  nowMs = 0;
  seeing = viewers(clock);
});

test("browsers that see the same sites share one frame, with the boilers that changed there", () => {
  const [all, south, south2] = [viewer(), viewer(), viewer()];
  seeing.add(all, null);
  seeing.add(south, ["south"]);
  seeing.add(south2, ["south"]);
  seeing.changed("n-1", "north");
  seeing.changed("s-1", "south");
  nowMs += 1_000;
  const { together, single } = seeing.tick();
  expect(single).toEqual([]);
  expect(together).toEqual([
    { room: "all sites", boilerIds: ["n-1", "s-1"] },
    { room: "sites:south", boilerIds: ["s-1"] },
  ]);
  expect(tick(all)).toEqual([[]]);
  expect(seeing.roomsOf("north")).toEqual(["all sites"]);
});

test("one that could not take frames gets all that it missed in one, once, and goes on with the others", () => {
  const slow = viewer();
  seeing.add(slow, null);
  seeing.changed("a", "north");
  expect(tick(slow)).toEqual([["a"]]);
  slow.stall(true);
  seeing.changed("b", "north");
  expect(tick(slow)).toEqual([]);
  seeing.changed("b", "north");
  seeing.changed("c", "north");
  expect(tick(slow)).toEqual([]);
  slow.stall(false);
  seeing.changed("d", "north");
  expect(tick(slow)).toEqual([["b", "c", "d"]]);
  seeing.changed("e", "north");
  expect(tick(slow)).toEqual([["e"]]);
  expect(slow.rooms).toEqual(new Set(["all sites"]));
});

test("one that stalls again right after its own frame still misses nothing", () => {
  const slow = viewer();
  seeing.add(slow, null);
  tick(slow);
  const seen: string[] = [];
  const pattern = [true, false, true, true, false, false, true, false];
  for (const [index, isStalled] of pattern.entries()) {
    slow.stall(isStalled);
    seeing.changed(`b-${index}`, "north");
    const frames = tick(slow);
    expect(frames.length).toBe(isStalled ? 0 : 1);
    seen.push(...frames.flat());
  }
  expect(seen.sort()).toEqual(pattern.map((_, index) => `b-${index}`));
});

test("one that takes nothing for half a minute is cut, and nobody else", () => {
  const [stalled, fine] = [viewer(), viewer()];
  seeing.add(stalled, null);
  seeing.add(fine, null);
  stalled.stall(true);
  for (let second = 0; second < 30; second += 1) tick(fine);
  expect(stalled.isCut).toBe(false);
  tick(fine);
  expect([stalled.isCut, fine.isCut, seeing.stalledCut, seeing.count]).toEqual([true, false, 1, 1]);
});
