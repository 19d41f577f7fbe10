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

/** The end of the first range: everything known to be there without a hole. 0 when there is none. */
export function contiguousUpto(ranges: SerialRanges): number {
  return ranges[0]?.[1] ?? 0;
}
