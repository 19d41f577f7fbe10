import { type Static, Type } from "typebox";
import { clockSources } from "../domain/clock.ts";
import { flawReasons } from "../domain/reading.ts";
import { ReportedDocument } from "./gateway-document.ts";
import { Id, Instant, PointNameText, Serial } from "./ids.ts";

/** Why scans are missing: losses are data too. With `clock` none is: the clock was set, and times jump. */
export const gapReasons = ["restart", "overrun", "disk-full", "quota", "log-damage", "clock"] as const;

/**
 * Values of one boiler: `rows` hold `[ms after t0, value …]` in the order of `points`; one row is one reading. `=`
 * stands for the value sent last of that point: it has moved less than its deadband since.
 */
export const BoilerRows = Type.Object({
  boiler: Id,
  /** None of them twice: whoever takes them in looks that up as it looks up the points. */
  points: Type.Array(PointNameText, { minItems: 1, maxItems: 256 }),
  rows: Type.Array(
    Type.Array(Type.Union([Type.Number(), Type.Null(), Type.Literal("=")]), { minItems: 2, maxItems: 257 }),
    { minItems: 1, maxItems: 500 },
  ),
  /** `[row, point, reason]`, both counted from 0. What is not listed is good; every `null` is listed. */
  flaws: Type.Array(
    Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 }), Type.Enum(flawReasons)]),
    { maxItems: 128_000 },
  ),
});
export type BoilerRows = Static<typeof BoilerRows>;

/**
 * What a gateway sends, about once a second. Its identity is `gw, sid, seq`: contiguous, never used twice. The
 * last member of its text is `h`, the SHA-256 of all bytes before `,"h":`, closed with `}`: what was hashed is
 * what was sent, so nothing has to be written out again to check it.
 */
export const Batch = Type.Object({
  v: Type.Literal(1),
  site: Id,
  gw: Id,
  /** Made when the gateway's log is made: a wiped disk never repeats an identity. */
  sid: Type.String({ pattern: "^[0-9a-f-]{36}$" }),
  seq: Serial,
  /** Counts the starts of the gateway's process. */
  boot: Serial,
  /** Time segment: one more at every step back of the clock by over a second. */
  tseg: Type.Integer({ minimum: 0 }),
  t0: Instant,
  /** Monotonic ms of the gateway at `t0`. */
  mono: Type.Number({ minimum: 0 }),
  /**
   * What keeps the clock, by how many ms it is ahead of ingest's, and how sure that is. As sure as nothing (a day) where
   * nobody has compared the two; older gateways say 0 and 0.
   */
  clk: Type.Object({ src: Type.Enum(clockSources), off: Type.Number(), unc: Type.Number({ minimum: 0 }) }),
  b: Type.Array(BoilerRows, { maxItems: 500 }),
  /** `[point or *, from, to, scans, reason]`: scans not done, or dropped by policy. */
  gap: Type.Array(
    Type.Tuple([
      Type.String({ maxLength: 64 }),
      Instant,
      Instant,
      Type.Integer({ minimum: 0 }),
      Type.Enum(gapReasons),
    ]),
    { maxItems: 1_000 },
  ),
  /** `[first seq, last seq, reason]`: batches that were captured and can never be sent. */
  lost: Type.Optional(Type.Array(Type.Tuple([Serial, Serial, Type.Enum(gapReasons)]), { maxItems: 1_000 })),
  /**
   * Of a gateway that reports by exception: the oldest batch that a `=` of this one stands for, itself where it has
   * none. All from there on come before this one.
   */
  lean: Type.Optional(Serial),
  /** `[start of the UTC hour, readings]` of what `lost` names, as far as they could still be counted. */
  dropped: Type.Optional(
    Type.Array(Type.Tuple([Instant, Type.Integer({ minimum: 0 })]), { maxItems: 1_000 }),
  ),
  /** Readings in `b`. */
  n: Type.Integer({ minimum: 0, maximum: 500 }),
  /** `h` of the batch before, 64 zeros for the first. */
  prev: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  h: Type.String({ pattern: "^[0-9a-f]{64}$" }),
});
export type Batch = Static<typeof Batch>;

/** Whose batches hold a history that was imported: no gateway may have this id. */
export const importedBy = "import";

export const noHash = "0".repeat(64);
export const largestBatchBytes = 256 * 1024;

const tailBytes = `,"h":"${noHash}"}`.length;

/** The text of a batch with its hash; `sha256Hex` is handed in, since contracts touch nothing of the platform. */
export function sealBatch(
  body: Omit<Batch, "h">,
  sha256Hex: (bytes: Uint8Array) => string,
): { readonly text: string; readonly hash: string } {
  const unsealed = JSON.stringify(body);
  const hash = sha256Hex(new TextEncoder().encode(unsealed));
  return { text: `${unsealed.slice(0, -1)},"h":"${hash}"}`, hash };
}

/** The bytes that the hash of a sealed text covers, or `null` when it does not end as it must. */
export function hashedBytes(sealed: Uint8Array): Uint8Array | null {
  const body = sealed.length - tailBytes;
  const tail = new TextDecoder().decode(sealed.subarray(Math.max(0, body)));
  if (body < 1 || !/^,"h":"[0-9a-f]{64}"\}$/.test(tail)) return null;
  // A true copy: `slice` of a Buffer would be a view, and what was sent must stay as it is.
  const bytes = Uint8Array.from(sealed.subarray(0, body + 1));
  bytes[body] = "}".charCodeAt(0);
  return bytes;
}

/**
 * Ingest's answer: what is durable with it, so that the gateway may let it go. It is also how ingest says that it
 * is there: one that has just started greets every gateway, and a new `by` means that what was in flight is lost.
 */
export const Ack = Type.Object({
  v: Type.Literal(1),
  /** The link of ingest that speaks: a start, or a connection, has a name of its own. */
  by: Type.String({ maxLength: 64 }),
  /** When it says so, by its own clock: what a gateway holds its clock against. */
  atMs: Type.Optional(Instant),
  /** Empty where ingest has nothing of this gateway yet. */
  sid: Type.String({ maxLength: 36 }),
  /** Everything from seq 1 up to here. */
  upto: Type.Integer({ minimum: 0 }),
  /** All the rest that is there, both ends included. */
  ranges: Type.Array(Type.Tuple([Serial, Serial])),
  /** Durable as well, but not as readings: quarantined, with the reason. */
  dead: Type.Array(Type.Object({ seq: Serial, code: Type.String() })),
  /** Ingest has no room: a batch now and then tells when it has again. */
  wait: Type.Optional(Type.Boolean()),
});
export type Ack = Static<typeof Ack>;

/** `acknowledged`: a gateway keeps it until ingest has it. `broker`: what does not reach the broker is lost, unseen. */
export const deliveries = ["acknowledged", "broker"] as const;
export type Delivery = (typeof deliveries)[number];

const Tally = Type.Integer({ minimum: 0 });

/** How the units of one line of the field bus have answered. */
export const LineStatistics = Type.Object({
  id: Type.String(),
  isUp: Type.Boolean(),
  busyMs: Type.Number({ minimum: 0 }),
  units: Type.Array(
    Type.Object({
      unitId: Type.Integer({ minimum: 0, maximum: 255 }),
      state: Type.Enum(["ok", "suspect", "open", "half-open"] as const),
      requests: Tally,
      answers: Tally,
      exceptions: Tally,
      silences: Tally,
      garbled: Tally,
      /** Requests that were not made: the unit was left alone, or their time was over. */
      skipped: Tally,
      /** Of the answers, in the mean. */
      answerMs: Type.Number({ minimum: 0 }),
      /** What it has refused, in sentences. */
      learned: Type.Array(Type.String(), { maxItems: 2_000 }),
    }),
    { maxItems: 256 },
  ),
});
export type LineStatistics = Static<typeof LineStatistics>;

/** A gateway's own account of itself, retained by the broker; the last will says `online: false`. */
export const GatewayStatus = Type.Object({
  v: Type.Literal(1),
  site: Id,
  gw: Id,
  online: Type.Boolean(),
  atMs: Instant,
  /** Up to where delivery is vouched for: by acknowledgement from the sensor on, or from the broker on. */
  delivery: Type.Optional(Type.Enum([...deliveries])),
  sid: Type.Optional(Type.String({ maxLength: 36 })),
  boot: Type.Optional(Serial),
  /** The highest seq captured, and the highest up to which all is acknowledged. */
  capturedUpto: Type.Optional(Type.Integer({ minimum: 0 })),
  ackedUpto: Type.Optional(Type.Integer({ minimum: 0 })),
  bufferedBatches: Type.Optional(Type.Integer({ minimum: 0 })),
  oldestBufferedAtMs: Type.Optional(Type.Union([Instant, Type.Null()])),
  bufferBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  /** What the outbox may hold; beyond it the oldest batches are dropped, and declared. */
  quotaBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Batches dropped since its log was made. */
  droppedBatches: Type.Optional(Type.Integer({ minimum: 0 })),
  scanMs: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Since the gateway's start: how well the grid of scans is kept. */
  scanning: Type.Optional(
    Type.Object({
      scans: Tally,
      /** Begun over a tenth of their period late. */
      late: Tally,
      /** Not done, since the one before took too long. */
      skipped: Tally,
      /** What scans took altogether. */
      busyMs: Type.Number({ minimum: 0 }),
      longestMs: Type.Number({ minimum: 0 }),
    }),
  ),
  /** What it was sent to run last, and what became of it. */
  document: Type.Optional(ReportedDocument),
  /** Since the gateway's start: for people who look for what is wrong with the wiring. */
  lines: Type.Optional(Type.Array(LineStatistics, { maxItems: 256 })),
  /** `[start of the UTC hour, readings captured in it, scans declared missing in it]`, newest last. */
  hours: Type.Optional(
    Type.Array(Type.Tuple([Instant, Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })])),
  ),
  trouble: Type.Optional(
    Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  ),
});
export type GatewayStatus = Static<typeof GatewayStatus>;
