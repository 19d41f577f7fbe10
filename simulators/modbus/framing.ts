import { crc16 } from "../../contracts/modbus-crc.ts";

/** A request out of its frame. RTU frames have no transaction; theirs is 0. */
export interface BusRequest {
  readonly unitId: number;
  readonly transactionId: number;
  readonly pdu: Buffer;
}

/** How frames look on the wire. */
export interface Framing {
  readonly kind: "tcp" | "rtu";
  framed(answer: BusRequest): Buffer;
  /** Where the values of an answer stand in its frame: all but addressing and checksum. */
  readonly headBytes: number;
  readonly tailBytes: number;
}

/** Cuts what arrives into requests. */
export interface RequestReader {
  /** Takes bytes in, and gives the requests that are complete. */
  take(bytes: Buffer): readonly BusRequest[];
  /** What the silence after the last byte completes: an RTU frame ends by it, and a broken one is forgotten. */
  silence(): readonly BusRequest[];
  /** Whether bytes wait for more, or for silence. */
  readonly isWaiting: boolean;
}

const mbapBytes = 7;
/** Unit id, function code and data: no frame is longer. */
const mostTcpBytes = 254;

export const tcpFraming: Framing = {
  kind: "tcp",
  headBytes: mbapBytes + 2,
  tailBytes: 0,
  framed: ({ unitId, transactionId, pdu }) => {
    const frame = Buffer.alloc(mbapBytes + pdu.length);
    frame.writeUInt16BE(transactionId, 0);
    frame.writeUInt16BE(1 + pdu.length, 4);
    frame.writeUInt8(unitId, 6);
    pdu.copy(frame, mbapBytes);
    return frame;
  },
};

/** Requests with the header of Modbus TCP; `null` says that what came is none, and nothing after it can be found. */
export function tcpRequests(): RequestReader & { readonly isLost: boolean } {
  let unread: Buffer = Buffer.alloc(0);
  let isLost = false;
  return {
    take: (bytes) => {
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      const requests: BusRequest[] = [];
      while (unread.length >= mbapBytes && !isLost) {
        const length = unread.readUInt16BE(4);
        isLost = unread.readUInt16BE(2) !== 0 || length < 2 || length > mostTcpBytes;
        if (isLost || unread.length < 6 + length) break;
        requests.push({
          transactionId: unread.readUInt16BE(0),
          unitId: unread.readUInt8(6),
          pdu: unread.subarray(mbapBytes, 6 + length),
        });
        unread = unread.subarray(6 + length);
      }
      return requests;
    },
    silence: () => [],
    get isWaiting() {
      return unread.length > 0;
    },
    get isLost() {
      return isLost;
    },
  };
}

export const rtuFraming: Framing = {
  kind: "rtu",
  headBytes: 3,
  tailBytes: 2,
  framed: ({ unitId, pdu }) => {
    const frame = Buffer.alloc(1 + pdu.length + 2);
    frame.writeUInt8(unitId, 0);
    pdu.copy(frame, 1);
    frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
    return frame;
  },
};

const readRequestBytes = 8;
/** No RTU frame is longer. */
const mostRtuBytes = 256;

/**
 * Requests in RTU frames. A reading request is known by its length and checksum as soon as its last byte is there;
 * anything else ends by silence. A frame with a wrong checksum is not answered.
 */
export function rtuRequests(): RequestReader {
  let unread: Buffer = Buffer.alloc(0);
  const requestIn = (frame: Buffer): BusRequest => ({
    unitId: frame.readUInt8(0),
    transactionId: 0,
    pdu: Buffer.from(frame.subarray(1, -2)),
  });
  return {
    take: (bytes) => {
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      const requests: BusRequest[] = [];
      for (;;) {
        const frame = unread.subarray(0, readRequestBytes);
        if (frame.length < readRequestBytes || frame.readUInt8(1) > 4 || !isIntact(frame)) break;
        requests.push(requestIn(frame));
        unread = unread.subarray(readRequestBytes);
      }
      // More than a frame without silence is no frame; its first bytes are of no use to anybody.
      if (unread.length > mostRtuBytes) unread = unread.subarray(-mostRtuBytes);
      return requests;
    },
    silence: () => {
      const frame = unread;
      unread = Buffer.alloc(0);
      return frame.length >= 4 && frame.length <= mostRtuBytes && isIntact(frame) ? [requestIn(frame)] : [];
    },
    get isWaiting() {
      return unread.length > 0;
    },
  };
}

function isIntact(frame: Buffer): boolean {
  return frame.readUInt16LE(frame.length - 2) === crc16(frame.subarray(0, -2));
}
