/** Whole numbers as ranges, both ends included, ascending, never touching: what was accepted, in few words. */
export type SerialRanges = readonly (readonly [first: number, last: number])[];

export function hasSerial(ranges: SerialRanges, serial: number): boolean {
  return ranges.some(([first, last]) => first <= serial && serial <= last);
}

/** The ranges with `[first, last]` added; neighbours grow together. */
export function withRange(ranges: SerialRanges, first: number, last: number): SerialRanges {
  const before = ranges.filter(([, end]) => end < first - 1);
  const after = ranges.filter(([begin]) => begin > last + 1);
  const touching = ranges.filter(([begin, end]) => end >= first - 1 && begin <= last + 1);
  const joined: readonly [number, number] = [
    Math.min(first, touching[0]?.[0] ?? first),
    Math.max(last, touching.at(-1)?.[1] ?? last),
  ];
  return [...before, joined, ...after];
}

/** The end of the range that begins with 1: everything up to here is there. 0 when the first is not. */
export function contiguousUpto(ranges: SerialRanges): number {
  const [first = 0, last = 0] = ranges[0] ?? [];
  return first === 1 ? last : 0;
}

/** What of `[first, last]` the ranges do not hold. */
export function missingIn(ranges: SerialRanges, first: number, last: number): SerialRanges {
  const missing: [number, number][] = [];
  let next = first;
  for (const [begin, end] of ranges) {
    if (begin > last) break;
    if (begin > next) missing.push([next, begin - 1]);
    next = Math.max(next, end + 1);
  }
  if (next <= last) missing.push([next, last]);
  return missing;
}

/** The ranges without one number. */
export function withoutSerial(ranges: SerialRanges, serial: number): SerialRanges {
  return ranges.flatMap(([first, last]): SerialRanges => {
    if (serial < first || serial > last) return [[first, last]];
    const before: SerialRanges = serial > first ? [[first, serial - 1]] : [];
    return serial < last ? [...before, [serial + 1, last]] : before;
  });
}
