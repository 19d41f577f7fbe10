import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { messageOf, OperationalError, systemCode } from "../../errors.ts";
import { isLoopback } from "../../loopback.ts";

/** A server that takes line protocol and answers InfluxQL: InfluxDB 1.x, 2.x, 3, and what speaks like them. */
export interface InfluxServer {
  /** As people call it, with where it is. */
  readonly title: string;
  /** Sends lines; what the server says to them, whatever it is. */
  post(lines: string): Promise<Answer>;
  /**
   * The rows of all series of an answer, with their tags.
   * @throws OperationalError `telemetry-unavailable`
   */
  select<T>(query: string): Promise<readonly T[]>;
  /** Makes what has to be there before the first line, where that can be done. */
  prepare(): Promise<void>;
  /** Takes out of a measurement what is older. */
  drop(measurement: string, beforeMs: number): Promise<void>;
  stop(): void;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Influx1Settings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user?: string;
  readonly password?: string;
}

export interface Influx2Settings {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly token: string;
}

const timeoutMs = 30_000;
const compressed = promisify(gzip);

/** InfluxDB 1.x: a database, made when it is not there, with name and password where the server asks for them. */
export function influx1Server({ host, port, database, user, password = "" }: Influx1Settings): InfluxServer {
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  const http = connection(`http://${host}:${port}`, user === undefined ? null : `Basic ${basic}`);
  const title = `InfluxDB at ${host}:${port}, database ${database}`;
  const asks = asking(http, title, database);
  return {
    title,
    post: (lines) => http.send("POST", `/write?db=${database}&precision=ms`, lines),
    select: asks.select,
    prepare: async () => {
      await asks.ask(`CREATE DATABASE "${database}"`);
    },
    drop: async (measurement, beforeMs) => {
      await asks.ask(`DELETE FROM ${measurement} WHERE time < ${Math.ceil(beforeMs)}ms`);
    },
    stop: http.stop,
  };
}

/** InfluxDB 2.x and 3: a bucket, written by `/api/v2/write`, and read by InfluxQL through its mapping as a database. */
export function influx2Server({ url, org, bucket, token }: Influx2Settings): InfluxServer {
  const http = connection(url, `Token ${token}`);
  const title = `InfluxDB at ${url}, bucket ${bucket}`;
  const where = new URLSearchParams({ org, bucket });
  return {
    title,
    post: (lines) => http.send("POST", `/api/v2/write?${where}&precision=ms`, lines),
    select: asking(http, title, bucket).select,
    prepare: async () => {},
    drop: async (measurement, beforeMs) => {
      const stop = new Date(Math.ceil(beforeMs)).toISOString();
      const wish = { start: "1970-01-01T00:00:00Z", stop, predicate: `_measurement="${measurement}"` };
      const { status, text } = await http.send(
        "POST",
        `/api/v2/delete?${where}`,
        JSON.stringify(wish),
        "application/json",
      );
      // InfluxDB 3 has no such door: there a bucket's own retention does it.
      if (status !== 404 && status !== 405 && status >= 300) throw refusal(title, status, text);
    },
    stop: http.stop,
  };
}

function asking({ send }: ReturnType<typeof connection>, title: string, database: string) {
  async function ask(query: string): Promise<unknown> {
    const body = new URLSearchParams({ db: database, q: query, epoch: "ms" }).toString();
    const answer = await send("POST", "/query", body, "application/x-www-form-urlencoded").catch(
      (error: unknown) => {
        throw unreachable(title, error);
      },
    );
    if (answer.status >= 300) throw refusal(title, answer.status, answer.text);
    try {
      return JSON.parse(answer.text);
    } catch (error) {
      throw new OperationalError("telemetry-unavailable", `${title} answers what is no JSON`, {
        cause: error,
      });
    }
  }
  return {
    ask: async (query: string) => rowsOf(await ask(query), title),
    select: async <T>(query: string) => rowsOf<T>(await ask(query), title),
  };
}

function connection(url: string, authorization: string | null) {
  const base = new URL(url);
  const isSecure = base.protocol === "https:";
  const options = { keepAlive: true, maxSockets: 4, noDelay: true };
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
  const request = isSecure ? httpsRequest : httpRequest;
  // Between two processes of one machine, packing costs more than it spares.
  const packs = !isLoopback(base.hostname);

  async function send(method: string, path: string, body: string, type?: string): Promise<Answer> {
    const isPacked = packs && type === undefined;
    const bytes = isPacked ? await compressed(body, { level: 1 }) : Buffer.from(body);
    const headers = {
      "content-length": bytes.length,
      "content-type": type ?? "text/plain; charset=utf-8",
      ...(isPacked && { "content-encoding": "gzip" }),
      ...(authorization !== null && { authorization }),
    };
    const at = new URL(path, base);
    return new Promise((resolve, reject) => {
      const sent = request(at, { method, agent, headers, timeout: timeoutMs }, (answer) => {
        textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
      });
      sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)));
      sent.once("error", reject);
      sent.end(bytes);
    });
  }

  return { send, stop: () => agent.destroy() };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** What a server's refusal means, and what to do about it; nothing is lost meanwhile. */
export function refusal(title: string, status: number, text: string): OperationalError {
  const said = saidIn(text);
  const what =
    status === 401 || status === 403
      ? "does not let us in: check the token, or user and password, and what they may do there"
      : status === 404
        ? "is not there: make it, or name another one in the configuration"
        : status === 429
          ? "asks for less at a time; it is tried again"
          : "cannot do it now; it is tried again";
  return new OperationalError("telemetry-unavailable", `${title} ${what} (${status}: ${said})`);
}

export function unreachable(title: string, error: unknown): OperationalError {
  if (error instanceof OperationalError) return error;
  const why = systemCode(error) ?? messageOf(error);
  return new OperationalError(
    "telemetry-unavailable",
    `${title} does not answer (${why}): is it running, and is this where it is?`,
    { cause: error },
  );
}

/** The sentence in what a server answers: both kinds put it into JSON, under names of their own. */
export function saidIn(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { readonly error?: unknown; readonly message?: unknown };
    const said = message ?? error;
    return typeof said === "string" ? said : text.slice(0, 500);
  } catch {
    return text.trim().slice(0, 500);
  }
}

function rowsOf<T>(answer: unknown, title: string): readonly T[] {
  const { results } = answer as {
    readonly results: readonly {
      readonly error?: string;
      readonly series?: readonly {
        readonly tags?: Readonly<Record<string, string>>;
        readonly columns: readonly string[];
        readonly values: readonly (readonly unknown[])[];
      }[];
    }[];
  };
  return results.flatMap(({ error, series = [] }) => {
    if (error !== undefined) throw refusal(title, /not found/.test(error) ? 404 : 500, error);
    return series.flatMap(({ tags, columns, values }) =>
      values.map(
        (row) =>
          ({ ...tags, ...Object.fromEntries(columns.map((column, index) => [column, row[index]])) }) as T,
      ),
    );
  });
}
