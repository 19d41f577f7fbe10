import { crc16 } from "../../contracts/modbus-crc.ts";
import { messageOf } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { ReadOutcome, RegisterBlock, RegisterSource } from "../register-source.ts";
import { answerBytes, answerIn, dataBytes, functionCode, isException, requestPdu } from "./pdu.ts";
import type { OpenWire, Wire } from "./wire.ts";

/** Packets and terminals deliver with pauses that no wire has: less than this is no silence. */
const leastSilenceMs = 4;
/** A line that never falls silent is no reason to wait for ever. */
const mostDrains = 10;
/** An answer that comes so soon after another of its length may be that one again. */
const echoMs = 50;
/** An answer is looked out for so many timeouts long, once it is overdue. */
const ghostTimeouts = 10;
const leastGhostMs = 1_000;

/** An answer that may still come, and could be taken for that of another request with an answer of its shape. */
interface Ghost {
  readonly address: number;
  readonly untilMs: number;
  /** Overdue, so that even a request for the same registers could get the old answer. */
  readonly isOverdue: boolean;
}

interface InFlight {
  readonly block: RegisterBlock;
  readonly askedMs: number;
  readonly finish: (outcome: ReadOutcome) => void;
}

/**
 * Reads units by RTU frames, on a serial line or on a TCP connection, one request at a time.
 *
 * RTU answers do not say what they answer: one that comes late fits the next request of its unit, function and length,
 * and then every answer fits the request after. So
 *
 * - an answer counts when it is the only thing that came, between two silences;
 * - once an answer is overdue or broken, the line is listened to until it is silent as long as its slowest answer took,
 *   or two timeouts;
 * - until a broken or overdue answer has had its time, no other request with an answer of its shape goes out, and the
 *   first answer to a repetition is thrown away: it shows only that the line is in step.
 */
export function modbusRtuSource(
  open: OpenWire,
  { baudRate }: { readonly baudRate: number | null },
  { clock }: World,
): RegisterSource {
  /** 3.5 characters of 11 bits, as the standard has it. */
  const silenceMs = Math.max(leastSilenceMs, baudRate === null ? 0 : Math.ceil(38_500 / baudRate));
  const ghosts = new Map<string, Ghost>();
  let wire: Wire | null = null;
  let inFlight: InFlight | null = null;
  let burst: Buffer = Buffer.alloc(0);
  let lastByteMs = Number.NEGATIVE_INFINITY;
  let listening = new AbortController();
  let slowestAnswerMs = 0;
  let heardSinceAsked = false;

  async function read(block: RegisterBlock, timeoutMs: number): Promise<ReadOutcome> {
    try {
      wire ??= await connect();
    } catch (error) {
      return { kind: "line-down", why: messageOf(error) };
    }
    for (let waitMs = readyInMs(block); waitMs > 0; waitMs = readyInMs(block)) await clock.sleep(waitMs);
    await silence(silenceMs);
    if (wire === null) return { kind: "line-down", why: "the connection was closed" };

    const shape = shapeOf(block);
    const over = new AbortController();
    const askedMs = clock.monotonicMs();
    heardSinceAsked = false;
    const outcome = await new Promise<ReadOutcome>((resolve) => {
      inFlight = { block, askedMs, finish: resolve };
      wire?.write(withCrc(Buffer.concat([Buffer.from([block.unitId]), requestPdu(block)])));
      void clock.sleep(timeoutMs, over.signal).then(() => {
        if (!over.signal.aborted) resolve({ kind: "silent", why: `no answer within ${timeoutMs} ms` });
      });
    });
    over.abort();
    inFlight = null;
    const drainMs = Math.max(slowestAnswerMs, 2 * timeoutMs);
    /** What is feared already is not feared less, or for a shorter time. */
    const remember = (forMs: number, isOverdue: boolean) => {
      const nowMs = clock.monotonicMs();
      const before = ghosts.get(shape);
      const still = before !== undefined && before.untilMs > nowMs ? before : null;
      ghosts.set(shape, {
        address: block.address,
        untilMs: Math.max(nowMs + forMs, still?.untilMs ?? 0),
        isOverdue: isOverdue || (still?.isOverdue ?? false),
      });
    };

    if (outcome.kind === "words" || outcome.kind === "exception") {
      const doubtful = ghostIn(block, outcome.kind);
      slowestAnswerMs = Math.max(slowestAnswerMs, outcome.tookMs);
      if (doubtful === null) {
        remember(Math.min(echoMs, timeoutMs), false);
        return outcome;
      }
      await silence(drainMs);
      if (ghosts.get(shape) === doubtful && doubtful.isOverdue && doubtful.address === block.address)
        ghosts.set(shape, { ...doubtful, isOverdue: false });
      return { kind: "garbled", why: "the first answer after one that was overdue is not trusted" };
    }
    if (outcome.kind === "garbled") {
      remember(drainMs, false);
      await silence(drainMs);
    } else if (outcome.kind === "silent") {
      remember(Math.max(ghostTimeouts * timeoutMs, 2 * slowestAnswerMs, leastGhostMs), true);
      await silence(drainMs);
      // Not a sound: the connection itself may be dead, which only a new one can tell.
      if (!heardSinceAsked) drop();
    }
    return outcome;
  }

  async function connect(): Promise<Wire> {
    burst = Buffer.alloc(0);
    const opened = await open({
      bytes: heard,
      gone: () => {
        wire = null;
        inFlight?.finish({ kind: "silent", why: "the connection was closed" });
      },
    });
    lastByteMs = clock.monotonicMs();
    return opened;
  }

  function readyInMs(block: RegisterBlock): number {
    const ghost = ghosts.get(shapeOf(block));
    if (ghost === undefined || ghost.address === block.address) return 0;
    const leftMs = ghost.untilMs - clock.monotonicMs();
    if (leftMs <= 0) ghosts.delete(shapeOf(block));
    return Math.max(0, leftMs);
  }

  /** The overdue answer that this one could be, if there is one: an exception fits every request of its function. */
  function ghostIn(block: RegisterBlock, kind: "words" | "exception"): Ghost | null {
    const nowMs = clock.monotonicMs();
    for (const [shape, ghost] of ghosts) {
      if (!ghost.isOverdue || ghost.untilMs <= nowMs) continue;
      const fits = kind === "words" ? shape === shapeOf(block) : shape.startsWith(functionOf(block));
      if (fits) return ghost;
    }
    return null;
  }

  /** Waits until nothing has come for so long; what comes meanwhile answers no request. */
  async function silence(ms: number): Promise<void> {
    const endMs = clock.monotonicMs() + mostDrains * ms;
    // What came before is silence already counted; a full wait begins at an overdue answer.
    const fromMs = ms > silenceMs ? clock.monotonicMs() : lastByteMs;
    for (;;) {
      const nowMs = clock.monotonicMs();
      const leftMs = Math.max(fromMs, lastByteMs) + ms - nowMs;
      if (leftMs <= 0 || nowMs >= endMs) break;
      await clock.sleep(leftMs);
    }
    burst = Buffer.alloc(0);
  }

  function heard(bytes: Buffer): void {
    lastByteMs = clock.monotonicMs();
    heardSinceAsked = true;
    burst = burst.length === 0 ? bytes : Buffer.concat([burst, bytes]);
    listening.abort();
    const listened = new AbortController();
    listening = listened;
    void clock.sleep(silenceMs, listened.signal).then(() => {
      if (!listened.signal.aborted) fellSilent();
    });
  }

  /** A burst has ended: is it the answer, a part of it, that of another unit, or noise? */
  function fellSilent(): void {
    if (burst.length === 0) return;
    if (inFlight === null) {
      burst = Buffer.alloc(0);
      return;
    }
    const { block, askedMs, finish } = inFlight;
    if (isBeginningOf(burst, block)) return;
    const frame = burst;
    burst = Buffer.alloc(0);
    if (!isIntact(frame)) {
      inFlight = null;
      finish({ kind: "garbled", why: "a frame arrived broken" });
      return;
    }
    const answer = frame[0] === block.unitId ? answerIn(frame.subarray(1, -2), block) : null;
    // A whole frame that answers something else, late perhaps: ours may still come.
    if (answer === null) return;
    inFlight = null;
    finish({ ...answer, tookMs: lastByteMs - askedMs });
  }

  function drop(): void {
    wire?.close();
    wire = null;
  }

  return {
    read,
    readyInMs,
    close: async () => {
      drop();
      inFlight?.finish({ kind: "line-down", why: "the line is closed" });
    },
  };
}

function functionOf(block: RegisterBlock): string {
  return `${block.unitId}/${functionCode(block)}/`;
}

/** All that an RTU answer tells of its request. */
function shapeOf(block: RegisterBlock): string {
  return `${functionOf(block)}${dataBytes(block)}`;
}

function isIntact(frame: Buffer): boolean {
  return frame.length >= 5 && frame.readUInt16LE(frame.length - 2) === crc16(frame.subarray(0, -2));
}

/** Whether more bytes can make of this the answer to the block's request. */
function isBeginningOf(bytes: Buffer, block: RegisterBlock): boolean {
  if (bytes[0] !== block.unitId) return false;
  const code = bytes[1] ?? functionCode(block);
  if ((code & 0x7f) !== functionCode(block)) return false;
  if (!isException(code) && bytes.length > 2 && bytes[2] !== dataBytes(block)) return false;
  return bytes.length < 1 + answerBytes(block, isException(code)) + 2;
}

function withCrc(body: Buffer): Buffer {
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
}
