import type { LogFiles } from "./files.ts";
import { headerBytes, type LogRecord, nextMagic, parseRecord } from "./record.ts";
import type { DamagedRange, LogReader, LogSlice, Segment } from "./segment.ts";

const windowBytes = 1024 * 1024;
/** A place in each segment is remembered every so many bytes, so that a reader can begin near its offset. */
const markEveryBytes = 256 * 1024;

const marksOf = new WeakMap<Segment, { readonly offset: number; readonly position: number }[]>();

interface Place {
  readonly segment: Segment;
  readonly position: number;
}

/**
 * Reads records in order of their offsets, each at most once, and only what passes its checksum.
 *
 * Bytes that are no record are stepped over to the next one that is; the offsets missing between two served
 * records are reported as damaged. A record seen before (a page written twice) is passed over.
 */
export function segmentReader(
  files: LogFiles,
  segments: readonly Segment[],
  fromOffset: number,
  durableOffset: () => number,
): LogReader {
  let expected = Math.max(fromOffset, segments[0]?.baseOffset ?? fromOffset);
  let place: Place | null = null;

  async function read(): Promise<LogSlice> {
    const durable = durableOffset();
    const damaged: DamagedRange[] = [];
    const missing = (until: number) => {
      if (until > expected) damaged.push({ from: expected, to: until - 1 });
      expected = Math.max(expected, until);
    };
    while (expected <= durable) {
      place = placeFor(place, segments, expected);
      if (place === null) {
        missing(durable + 1);
        break;
      }
      const { segment } = place;
      const records: LogRecord[] = [];
      const scanned = await scan(files, segment, place.position, (record) => {
        if (record.offset > durable) return "stop-before";
        if (record.offset < expected) return "go-on";
        missing(record.offset);
        records.push(record);
        expected = record.offset + 1;
        return record.offset === durable ? "stop-after" : "go-on";
      });
      place = { segment, position: scanned.position };
      if (records.length > 0) return { records, damaged };
      if (scanned.stopped) missing(durable + 1);
      if (!scanned.atEnd) continue;
      const following = segments[segments.indexOf(segment) + 1];
      missing(Math.min(following?.baseOffset ?? durable + 1, durable + 1));
      if (following !== undefined) place = { segment: following, position: 0 };
    }
    return { records: [], damaged };
  }

  return { read };
}

function placeFor(place: Place | null, segments: readonly Segment[], offset: number): Place | null {
  if (place !== null && segments.includes(place.segment)) return place;
  // The first of the last base at or before the offset: segments of one base are read in their order.
  let found = segments[0];
  for (const segment of segments) {
    if (segment.baseOffset > offset) break;
    if (segment.baseOffset !== found?.baseOffset) found = segment;
  }
  if (found === undefined) return null;
  const before = (marksOf.get(found) ?? []).filter((mark) => mark.offset <= offset);
  return { segment: found, position: before[before.length - 1]?.position ?? 0 };
}

interface Scanned {
  /** Behind the last record that was seen whole; garbage after it is looked at again. */
  readonly position: number;
  readonly atEnd: boolean;
  readonly stopped: boolean;
}

/** Hands the records of one window to `take`, in the order in which they stand, until it says to stop. */
async function scan(
  files: LogFiles,
  segment: Segment,
  from: number,
  take: (record: LogRecord) => "go-on" | "stop-before" | "stop-after",
): Promise<Scanned> {
  for (let size = windowBytes; ; size *= 4) {
    const bytes = await files.read(segment.name, from, size);
    const atEnd = bytes.length < size;
    let seen = 0;
    for (let at = 0; at < bytes.length; ) {
      const parsed = parseRecord(bytes, at, segment.salt);
      if (parsed.kind === "record") {
        const answer = take(parsed.record);
        if (answer === "stop-before") return { position: from + at, atEnd: false, stopped: true };
        remember(segment, parsed.record.offset, from + at);
        at = seen = parsed.end;
        if (answer === "stop-after") return { position: from + seen, atEnd: false, stopped: true };
        continue;
      }
      if (parsed.kind === "cut" && !atEnd) break; // the window ends inside what may be a record
      at = nextMagic(bytes, at + 1);
      if (at < 0) break;
    }
    if (atEnd || seen > 0) return { position: from + seen, atEnd, stopped: false };
    // Not one record in the window: garbage is stepped over, a record larger than the window read whole.
    const first = nextMagic(bytes, 1);
    if (parseRecord(bytes, 0, segment.salt).kind !== "cut") {
      return {
        position: from + (first < 0 ? bytes.length - headerBytes : first),
        atEnd: false,
        stopped: false,
      };
    }
  }
}

function remember(segment: Segment, offset: number, position: number): void {
  const marks = marksOf.get(segment) ?? [];
  marksOf.set(segment, marks);
  const last = marks[marks.length - 1];
  if (last === undefined || (position >= last.position + markEveryBytes && offset > last.offset)) {
    marks.push({ offset, position });
  }
}

/**
 * The highest record of a segment, and how many bytes of garbage follow its last one. A record cut short is
 * what a crash leaves of a write that was never confirmed, and counts as nothing lost.
 */
export async function endOfSegment(
  files: LogFiles,
  segment: Segment,
): Promise<{ readonly offset: number | null; readonly lostBytes: number }> {
  let offset: number | null = null;
  let position = 0;
  for (let atEnd = false; !atEnd; ) {
    const scanned = await scan(files, segment, position, (record) => {
      offset = Math.max(offset ?? 0, record.offset);
      return "go-on";
    });
    ({ position, atEnd } = scanned);
  }
  // Of a file that another process goes on writing, more may have been seen than was there when it was listed.
  const tail = await files.read(segment.name, position, Math.max(0, segment.bytes - position));
  const cutShort = parseRecord(tail, 0, segment.salt).kind === "cut";
  return { offset, lostBytes: cutShort ? 0 : tail.length };
}
