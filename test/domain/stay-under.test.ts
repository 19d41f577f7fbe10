import fc from "fast-check";
import { expect, test } from "vitest";
import { stayUnder } from "../../domain/emissions/stay-under.ts";

test("an hour at 55 in its 32nd minute ends within 50 if the rest stays under 44", () => {
  // The mock's own sentence: 55 so far at 14:32; 32 valid minutes, 28 to come.
  expect(stayUnder(55, 32, 31, 50)).toBeCloseTo(50 - (5 * 32) / 28, 9);
  expect(Math.floor(stayUnder(55, 32, 31, 50) ?? 0)).toBe(44);
});

test("the rest at exactly that mean gives the limit; nothing is left in the last minute", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 500, noNaN: true }),
      fc.integer({ min: 0, max: 59 }),
      fc.double({ min: 1, max: 500, noNaN: true }),
      (mean, minute, limit) => {
        const valid = minute + 1;
        const rest = stayUnder(mean, valid, minute, limit);
        if (minute === 59) expect(rest).toBeNull();
        else expect((mean * valid + (rest ?? 0) * (59 - minute)) / 60).toBeCloseTo(limit, 6);
      },
    ),
  );
});
