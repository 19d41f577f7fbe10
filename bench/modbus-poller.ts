// The client of the simulators' benchmark, in a process of its own: polls Modbus TCP servers over real sockets.
import { connect, type Socket } from "node:net";

/** What the benchmark asks of its poller, and what it is told. */
export type PollerOrder =
  | {
      readonly kind: "connect";
      readonly ports: readonly number[];
      readonly unitIds: readonly number[];
      readonly reads: readonly Read[];
    }
  | { readonly kind: "count" }
  | { readonly kind: "tell" };
export type PollerReport = { readonly kind: "connected" } | ({ readonly kind: "told" } & Counts);

export interface Read {
  readonly functionCode: 3 | 4;
  readonly address: number;
  readonly count: number;
}

export interface Counts {
  /** With the transaction, the unit and the number of bytes that were asked for. */
  readonly answered: number;
  readonly wrong: number;
  /** Seconds in which a line was still busy with the one before. */
  readonly late: number;
  readonly slowestMs: number;
}

const everyMs = 1_000;
const headBytes = 9;
let counts = { answered: 0, wrong: 0, late: 0, slowestMs: 0 };

process.on("message", (order: PollerOrder) => {
  if (order.kind === "connect") void connectAll(order);
  else if (order.kind === "count") counts = { answered: 0, wrong: 0, late: 0, slowestMs: 0 };
  else report({ kind: "told", ...counts });
});

function report(told: PollerReport): void {
  process.send?.(told);
}

async function connectAll({ ports, unitIds, reads }: PollerOrder & { readonly kind: "connect" }) {
  const sockets = await Promise.all(ports.map(opened));
  for (const [index, socket] of sockets.entries()) {
    const poll = polling(socket, unitIds, reads);
    // Spread over the second, as gateways that know nothing of each other are.
    setTimeout(() => setInterval(poll, everyMs), (index * everyMs) / sockets.length);
  }
  report({ kind: "connected" });
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Reads every unit of a line, one request at a time. */
function polling(socket: Socket, unitIds: readonly number[], reads: readonly Read[]): () => void {
  const round = unitIds.flatMap((unitId) => reads.map((read) => ({ unitId, ...read })));
  let next = round.length;
  let transaction = 0;
  let askedMs = 0;
  let unread: Buffer = Buffer.alloc(0);

  function ask(): void {
    const request = round[next];
    if (request === undefined) return;
    const { unitId, functionCode, address, count } = request;
    transaction = (transaction + 1) % 0x10000;
    const frame = Buffer.alloc(12);
    frame.writeUInt16BE(transaction, 0);
    frame.writeUInt16BE(6, 4);
    frame.writeUInt8(unitId, 6);
    frame.writeUInt8(functionCode, 7);
    frame.writeUInt16BE(address, 8);
    frame.writeUInt16BE(count, 10);
    askedMs = performance.now();
    socket.write(frame);
  }

  socket.on("data", (bytes) => {
    unread = Buffer.concat([unread, bytes]);
    if (unread.length < 6 || unread.length < 6 + unread.readUInt16BE(4)) return;
    const request = round[next];
    const isRight =
      request !== undefined &&
      unread.length === headBytes + 2 * request.count &&
      unread.readUInt16BE(0) === transaction &&
      unread.readUInt8(6) === request.unitId &&
      unread.readUInt8(7) === request.functionCode;
    counts[isRight ? "answered" : "wrong"] += 1;
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - askedMs);
    unread = Buffer.alloc(0);
    next += 1;
    ask();
  });

  return () => {
    if (next < round.length) {
      counts.late += 1;
      return;
    }
    next = 0;
    ask();
  };
}
