import { messageOf } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { ReadOutcome, RegisterBlock, RegisterSource } from "../register-source.ts";
import { answerIn, requestPdu } from "./pdu.ts";
import type { OpenWire, Wire } from "./wire.ts";

const headerBytes = 7;
/** Unit id, function code and data: no frame is longer. */
const mostLengthBytes = 254;
const mostTransactionId = 0xffff;
/** One unit that is dead behind a gateway must not cost the others their connection; nobody at all answers on a dead one. */
const mostSilences = 2;

interface InFlight {
  readonly block: RegisterBlock;
  readonly transactionId: number;
  readonly askedMs: number;
  readonly finish: (outcome: ReadOutcome) => void;
}

/**
 * Reads units behind one Modbus TCP endpoint, one request at a time; connects on the first read after a loss.
 *
 * A transaction id is used once on a connection, and a new connection counts on, should the device send there what it
 * owed on the old one: a late answer can be taken for no other. Answers with an id of the past (late, or sent twice) are
 * passed over. A connection is closed when what came on it is no answer, breaks off, or when nothing came of two
 * requests in a row. While an answer is still owed, what comes must be whole frames: the beginning of a late one would
 * complete an answer that was cut off, and stand in its last registers.
 */
export function modbusTcpSource(open: OpenWire, { clock }: World): RegisterSource {
  let wire: Wire | null = null;
  let inFlight: InFlight | null = null;
  let unread: Buffer = Buffer.alloc(0);
  let transactionId = 0;
  let silences = 0;
  /** Transaction ids of this connection that were given up, and may be answered yet. */
  const owed = new Set<number>();

  async function read(block: RegisterBlock, timeoutMs: number): Promise<ReadOutcome> {
    if (transactionId === mostTransactionId) {
      drop();
      transactionId = 0;
    }
    try {
      wire ??= await connect();
    } catch (error) {
      return { kind: "line-down", why: messageOf(error) };
    }
    transactionId += 1;
    const over = new AbortController();
    const outcome = await new Promise<ReadOutcome>((resolve) => {
      inFlight = { block, transactionId, askedMs: clock.monotonicMs(), finish: resolve };
      wire?.write(framed(block, transactionId));
      void clock.sleep(timeoutMs, over.signal).then(() => {
        if (!over.signal.aborted) resolve({ kind: "silent", why: `no answer within ${timeoutMs} ms` });
      });
    });
    over.abort();
    inFlight = null;
    if (outcome.kind === "silent") {
      silences += 1;
      owed.add(transactionId);
    }
    if (outcome.kind === "garbled" || silences >= mostSilences || unread.length > 0) drop();
    return outcome;
  }

  async function connect(): Promise<Wire> {
    unread = Buffer.alloc(0);
    silences = 0;
    owed.clear();
    return open({
      bytes: heard,
      gone: () => {
        wire = null;
        inFlight?.finish({ kind: "silent", why: "the connection was closed" });
      },
    });
  }

  function heard(bytes: Buffer): void {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    const frames: Buffer[] = [];
    while (unread.length >= headerBytes) {
      const length = unread.readUInt16BE(4);
      // Where the next frame begins cannot be known any more.
      if (unread.readUInt16BE(2) !== 0 || length < 3 || length > mostLengthBytes) {
        breakOff("what came is not Modbus TCP");
        return;
      }
      if (unread.length < 6 + length) break;
      frames.push(unread.subarray(0, 6 + length));
      unread = unread.subarray(6 + length);
    }
    if (owed.size > 0 && unread.length > 0) {
      breakOff("an answer came in pieces while another was owed");
      return;
    }
    for (const frame of frames) {
      silences = 0;
      owed.delete(frame.readUInt16BE(0));
      if (inFlight !== null && frame.readUInt16BE(0) === inFlight.transactionId) answered(frame, inFlight);
    }
  }

  function breakOff(why: string): void {
    inFlight?.finish({ kind: "garbled", why });
    drop();
  }

  function answered(frame: Buffer, { block, askedMs, finish }: InFlight): void {
    inFlight = null;
    if (frame.readUInt8(6) !== block.unitId) {
      finish({ kind: "garbled", why: `unit ${frame.readUInt8(6)} answered for unit ${block.unitId}` });
      return;
    }
    const answer = answerIn(frame.subarray(headerBytes), block);
    if (answer === null) finish({ kind: "garbled", why: "the answer is not what was asked for" });
    else finish({ ...answer, tookMs: clock.monotonicMs() - askedMs });
  }

  function drop(): void {
    wire?.close();
    wire = null;
  }

  return {
    read,
    readyInMs: () => 0,
    close: async () => {
      drop();
      inFlight?.finish({ kind: "line-down", why: "the line is closed" });
    },
  };
}

function framed(block: RegisterBlock, transactionId: number): Buffer {
  const pdu = requestPdu(block);
  const frame = Buffer.alloc(headerBytes + pdu.length);
  frame.writeUInt16BE(transactionId, 0);
  frame.writeUInt16BE(1 + pdu.length, 4);
  frame.writeUInt8(block.unitId, 6);
  pdu.copy(frame, headerBytes);
  return frame;
}
