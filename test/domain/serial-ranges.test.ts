import fc from "fast-check";
import { expect, test } from "vitest";
import {
  contiguousUpto,
  hasSerial,
  missingIn,
  type SerialRanges,
  withoutSerial,
  withRange,
} from "../../domain/serial-ranges.ts";

test("ranges hold exactly what was put in, in the fewest words, whatever the order", () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 8 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 25 }), (added) => {
      const model = new Set<number>();
      let ranges: SerialRanges = [];
      for (const [first, more] of added) {
        ranges = withRange(ranges, first, first + more);
        for (let serial = first; serial <= first + more; serial += 1) model.add(serial);
      }
      for (let serial = 0; serial <= 70; serial += 1)
        expect(hasSerial(ranges, serial)).toBe(model.has(serial));
      for (const [index, [first, last]] of ranges.entries()) {
        expect(first).toBeLessThanOrEqual(last);
        expect(first).toBeGreaterThan((ranges[index - 1]?.[1] ?? -1) + 1);
      }
      let upto = 0;
      while (model.has(upto + 1)) upto += 1;
      expect(contiguousUpto(ranges)).toBe(upto);
      const without = withoutSerial(ranges, 20);
      for (let serial = 0; serial <= 70; serial += 1)
        expect(hasSerial(without, serial)).toBe(serial !== 20 && model.has(serial));
      const missing = missingIn(ranges, 5, 40);
      for (let serial = 0; serial <= 70; serial += 1)
        expect(hasSerial(missing, serial)).toBe(serial >= 5 && serial <= 40 && !model.has(serial));
    }),
  );
});
