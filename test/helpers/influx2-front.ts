import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** How the front answers to a write instead of passing it on: status and body as InfluxDB 2.x and 3 send them. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface Influx2Front {
  readonly url: string;
  readonly writes: { readonly lines: number; readonly packed: boolean }[];
  /** Asked before each write; `null`: it is passed on. `"hang"`: nothing is ever answered, and the socket is cut. */
  misbehave: (lines: readonly string[]) => Reply | "hang" | null;
  stop(): Promise<void>;
}

export const org = "works";
export const bucket = "flue";
export const token = "token-of-the-test";

/**
 * InfluxDB 2.x as far as our adapter meets it, before the storage of a real 1.x: `/api/v2/write` with token, org and
 * bucket, `/query` by the bucket's mapping as a database, `/api/v2/delete` with a predicate.
 * @source InfluxData, InfluxDB v2 API reference: statuses 204, 400, 401, 404, 413, 429, 503 and their JSON bodies
 */
export async function influx2Front(influx1Port: number): Promise<Influx2Front> {
  const behind = `http://127.0.0.1:${influx1Port}`;
  await fetch(`${behind}/query`, {
    method: "POST",
    body: new URLSearchParams({ q: `CREATE DATABASE "${bucket}"` }),
  });
  const said = (code: string, message: string) => JSON.stringify({ code, message });
  const writes: Influx2Front["writes"] = [];
  const front = {
    misbehave: (() => null) as Influx2Front["misbehave"],
  };

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const packed = request.headers["content-encoding"] === "gzip";
    const body = packed ? gunzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks);
    const url = new URL(request.url ?? "", behind);
    const send = (status: number, text: string) => {
      reply.writeHead(status, { "content-type": "application/json" });
      reply.end(text);
    };
    if (request.headers.authorization !== `Token ${token}`)
      return send(401, said("unauthorized", "unauthorized access"));
    if (url.pathname === "/query") {
      const asked = new URLSearchParams(body.toString());
      if (asked.get("db") !== bucket) return send(404, said("not found", "no dbrp mapping found"));
      const inner = await fetch(`${behind}/query`, { method: "POST", body: asked });
      return send(inner.status, await inner.text());
    }
    if (url.searchParams.get("org") !== org)
      return send(404, said("not found", `organization name "${url.searchParams.get("org")}" not found`));
    if (url.searchParams.get("bucket") !== bucket)
      return send(404, said("not found", `bucket "${url.searchParams.get("bucket")}" not found`));
    if (url.pathname === "/api/v2/delete") {
      const { stop, predicate } = JSON.parse(body.toString()) as { stop: string; predicate: string };
      const measurement = /^_measurement="(\w+)"$/.exec(predicate)?.[1];
      const q = `DELETE FROM ${measurement} WHERE time < '${stop}'`;
      await fetch(`${behind}/query`, { method: "POST", body: new URLSearchParams({ db: bucket, q }) });
      reply.writeHead(204);
      reply.end();
      return;
    }
    const lines = body.toString().split("\n");
    writes.push({ lines: lines.length, packed });
    const other = front.misbehave(lines);
    if (other === "hang") {
      request.socket.destroy();
      return;
    }
    if (other !== null) return send(other.status, other.body);
    const precision = url.searchParams.get("precision");
    const inner = await fetch(`${behind}/write?db=${bucket}&precision=${precision}`, {
      method: "POST",
      body,
    });
    const text = await inner.text();
    if (inner.status === 204) {
      reply.writeHead(204);
      reply.end();
    } else send(inner.status, said("invalid", (JSON.parse(text) as { error: string }).error));
  }

  const server = createServer((request, reply) => void answer(request, reply));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(front, {
    url: `http://127.0.0.1:${port}`,
    writes,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
