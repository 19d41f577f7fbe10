// Gateways as load, in a process of their own: ready-made packets on bare sockets, so that the machine's time goes to
// whoever takes them. They wait for ingest's acknowledgements as gateways do.
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { type Ack, type Batch, noHash, sealBatch } from "../contracts/batch.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import { scannedPoints, scans } from "./plant.ts";

/** What is to be sent, in rounds: the next one goes out when it is asked for. */
export interface LoadOrder {
  readonly mqttPort: number;
  readonly gateways: readonly { readonly id: string; readonly boilerIds: readonly string[] }[];
  /** Scans of a boiler in one batch. */
  readonly rowsPerBatch: number;
  /** Batches of each gateway, by rounds. */
  readonly rounds: readonly number[];
  readonly fromMs: number;
}
export type LoadReport = "ready" | { readonly acknowledged: number };

interface Sender {
  readonly socket: Socket;
  readonly packets: readonly Buffer[];
  sent: number;
  acked: number;
  upto: number;
}

const window = 256;
const table = scans(1_000);
let senders: readonly Sender[] = [];
let round = 0;

process.on("message", (order: LoadOrder | "next") => {
  if (order === "next") {
    const { rounds } = given as LoadOrder;
    round += 1;
    const upto = rounds.slice(0, round).reduce((sum, each) => sum + each, 0);
    for (const sender of senders) {
      sender.upto = upto;
      push(sender);
    }
  } else void prepare(order);
});
let given: LoadOrder | null = null;

async function prepare(order: LoadOrder): Promise<void> {
  given = order;
  senders = await Promise.all(order.gateways.map((gateway, index) => sender(order, gateway, index)));
  process.send?.("ready" satisfies LoadReport);
  let told = 0;
  setInterval(() => {
    const batches = senders.reduce((sum, { acked }) => sum + acked, 0);
    const readings = batches * order.rowsPerBatch * (order.gateways[0]?.boilerIds.length ?? 0);
    if (readings !== told) process.send?.({ acknowledged: readings } satisfies LoadReport);
    told = readings;
  }, 20);
}

function push(to: Sender): void {
  const until = Math.min(to.upto, to.acked + window);
  if (to.sent >= until) return;
  to.socket.cork();
  for (; to.sent < until; to.sent += 1) to.socket.write(to.packets[to.sent] as Buffer);
  to.socket.uncork();
}

function sender(
  { mqttPort, rowsPerBatch, rounds, fromMs }: LoadOrder,
  { id, boilerIds }: LoadOrder["gateways"][number],
  index: number,
): Promise<Sender> {
  const sid = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const batches = rounds.reduce((sum, each) => sum + each, 0);
  const topic = gatewayTopic("works", id, "data");
  let prev = noHash;
  const packets = Array.from({ length: batches }, (_, batch) => {
    const body: Omit<Batch, "h"> = {
      v: 1,
      site: "works",
      gw: id,
      sid,
      seq: batch + 1,
      boot: 1,
      tseg: 0,
      // Their minutes end at different moments, as those of plants do.
      t0: fromMs + 1_000 * ((7 * index) % 60) + batch * rowsPerBatch * 1_000,
      mono: batch * rowsPerBatch * 1_000,
      clk: { src: "ntp", off: 0, unc: 0 },
      b: boilerIds.map((boiler, place) => ({
        boiler,
        points: [...scannedPoints],
        rows: Array.from({ length: rowsPerBatch }, (_row, row) => [
          row * 1_000,
          ...(table[(place * 31 + batch * rowsPerBatch + row) % table.length] as readonly number[]).map(
            (value) => Math.round(value * 10) / 10,
          ),
        ]),
        flaws: [],
      })),
      gap: [],
      n: boilerIds.length * rowsPerBatch,
      prev,
    };
    const { text, hash } = sealBatch(body, (bytes) => createHash("sha256").update(bytes).digest("hex"));
    prev = hash;
    return publishPacket(topic, 1 + (batch % 65_535), text);
  });
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: mqttPort, noDelay: true });
    const made: Sender = { socket, packets, sent: 0, acked: 0, upto: 0 };
    let unread: Buffer = Buffer.alloc(0);
    socket.once("error", reject);
    socket.on("connect", () => {
      const connecting = Buffer.concat([text("MQTT"), Buffer.from([4, 2, 0, 0]), text(`load-${id}`)]);
      socket.write(packet(0x10, connecting));
      const subscribing = [
        Buffer.from([0xff, 0xff]),
        text(gatewayTopic("works", id, "ack")),
        Buffer.from([0]),
      ];
      socket.write(packet(0x82, Buffer.concat(subscribing)));
    });
    socket.on("data", (bytes) => {
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
      for (let next = packetIn(unread); next !== null; next = packetIn(unread)) {
        unread = unread.subarray(next.end);
        if (next.kind === 9) resolve(made);
        if (next.kind !== 3) continue;
        const { sid: of, upto } = JSON.parse(
          next.body.subarray(2 + next.body.readUInt16BE(0)).toString(),
        ) as Ack;
        if (of !== sid) continue;
        made.acked = Math.max(made.acked, upto);
        push(made);
      }
    });
  });
}

function publishPacket(topic: string, id: number, payload: string): Buffer {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(id);
  return packet(0x32, Buffer.concat([text(topic), number, Buffer.from(payload)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function packet(first: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let left = body.length; length.length === 0 || left > 0; left = Math.floor(left / 128))
    length.push((left % 128) + (left >= 128 ? 128 : 0));
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** The first packet in these bytes, if it is whole. */
function packetIn(
  bytes: Buffer,
): { readonly kind: number; readonly body: Buffer; readonly end: number } | null {
  let length = 0;
  for (let at = 1, scale = 1; at < bytes.length && at < 5; at += 1, scale *= 128) {
    const digit = bytes[at] as number;
    length += (digit & 127) * scale;
    if (digit >= 128) continue;
    const end = at + 1 + length;
    return end > bytes.length
      ? null
      : { kind: (bytes[0] as number) >> 4, body: bytes.subarray(at + 1, end), end };
  }
  return null;
}
