import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join, resolve } from "node:path";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { parse, stringify } from "yaml";
import { type Api, startApi } from "../../api/api.ts";
import type { ApiConfig } from "../../api/config.ts";
import { projects } from "../../api/retrofits/projects.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { startIngest } from "../../ingest/ingest.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { addUser, type Role, type SiteScope } from "../../platform/records/user-records.ts";
import { serviceStack } from "../../platform/service.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import type { Telemetry } from "../../platform/telemetry/telemetry.ts";
import { realWorld, type World } from "../../platform/world.ts";
import { openConfiguration } from "../../settings/configuration.ts";
import { catalogueOf, plantOf, registryOf } from "../../settings/registry.ts";
import { savingsRulesOf } from "../../settings/savings-rules.ts";
import { loadSettings, type Settings } from "../../settings/settings.ts";
import { batchBody, rowsOf, sealed } from "./batches.ts";
import { memoryBroker } from "./memory-bus.ts";
import { neededProgram, temporaryFolder } from "./servers.ts";

const root = resolve(import.meta.dirname, "../..");
const own = { "x-requested-with": "fluewatch", "content-type": "application/json" };

/** The demo's boilers at two sites: `north` has the heaters, `south` the coal boiler. */
export function twoSites(folder = temporaryFolder()): string {
  const demo = parse(readFileSync(join(root, "config", "demo.yaml"), "utf8")) as {
    sites: { id: string; boilers: { id: string }[] }[];
    gateways: { id: string; site: string; lines: object[]; devices: { boiler: string }[] }[];
    simulators?: unknown;
  };
  const [site] = demo.sites;
  const [gateway] = demo.gateways;
  if (site === undefined || gateway === undefined) throw new Error("the demo has a site and a gateway");
  const coal = ({ id }: { readonly id: string }) => id === "cfb-01";
  const ofCoal = ({ boiler }: { readonly boiler: string }) => boiler === "cfb-01";
  const { simulators: _none, ...rest } = demo;
  const config = {
    ...rest,
    sites: [
      { ...site, id: "north", boilers: site.boilers.filter((boiler) => !coal(boiler)) },
      { ...site, id: "south", boilers: site.boilers.filter(coal) },
    ],
    gateways: [
      {
        ...gateway,
        id: "north-house",
        site: "north",
        lines: gateway.lines.slice(0, 1),
        devices: gateway.devices.filter((device) => !ofCoal(device)),
      },
      {
        ...gateway,
        id: "south-house",
        site: "south",
        lines: gateway.lines.slice(1),
        devices: gateway.devices.filter(ofCoal),
      },
    ],
  };
  const file = join(folder, "two-sites.yaml");
  writeFileSync(file, stringify(config, { aliasDuplicateObjects: false }));
  return file;
}

/** A certificate for this machine, signed by itself; `null` where there is no openssl. */
export function certificate(folder = temporaryFolder()) {
  const openssl = neededProgram("openssl");
  if (openssl === null) return null;
  const [certificateFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
  execFileSync(openssl, ["req", "-x509", ...kind, ...subject, "-keyout", keyFile, "-out", certificateFile], {
    stdio: "ignore",
  });
  return { certificateFile, keyFile };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body of JSON; `null` for anything else. */
  readonly body: never;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The text of the body as it is. */
  readonly raw?: string;
}

/** The real API over real stores, with ingest, in this process; two sites, and a broker in memory. */
export async function startTestApi(
  options: {
    readonly api?: Partial<ApiConfig>;
    readonly world?: World;
    readonly adminPassword?: string | null;
    readonly dashboardFolder?: string;
    readonly configFile?: string;
    /** Another store than an empty DuckDB file. */
    readonly openStore?: (settings: Settings, world: World) => Promise<Telemetry>;
  } = {},
) {
  const world = options.world ?? realWorld("silent");
  const folder = temporaryFolder();
  const file = options.configFile ?? twoSites(folder);
  const settings = loadSettings(file, root, readEnvironment({}));
  const stack = serviceStack(world);
  const broker = memoryBroker();
  const records = stack.add(await sqliteRecords(folder));
  const openStore = options.openStore ?? (() => duckdbTelemetry(folder, catalogueOf(settings)));
  const telemetry = stack.add(await openStore(settings, world));
  mkdirSync(join(folder, "journal"));
  const ingest = stack.add(
    await startIngest(settings.config.ingest, {
      plant: plantOf(settings),
      folder: join(folder, "journal"),
      telemetry,
      keep: settings.config.telemetry.keep,
      records: records.db,
      bus: broker.connect(),
      world,
    }),
  );
  const configuration = await openConfiguration(settings, {
    ...{ db: records.db, world, readOnly: null },
    probe: async () => ({ refusal: "nobody is there", words: [], candidates: [] }),
    tryOut: () => Promise.reject(new Error("no rules are tried out here")),
  });
  const savings = savingsRulesOf(settings, []);
  const api: Api = stack.add(
    await startApi(
      { ...settings.config.api, port: 0, ...options.api },
      {
        registry: registryOf(settings),
        savings,
        retrofits: projects({ rules: savings, store: telemetry, db: records.db, world, software: "test" }),
        catalogue: catalogueOf(settings),
        telemetry,
        keep: settings.config.telemetry.keep,
        records: records.db,
        deadLetter: ingest.deadLetter,
        bus: broker.connect(),
        world,
        version: "0.0.0-test",
        dashboardFolder: options.dashboardFolder ?? join(folder, "no-dashboard"),
        adminPassword: options.adminPassword ?? null,
        fileAt: (name) => resolve(folder, name),
        tryRules: () => Promise.reject(new Error("no rules are tried out here")),
        configuration: configuration.forPeople,
        trainer: null,
      },
    ),
  );
  const gateway = broker.connect();
  const seqs = new Map<string, number>();

  /** A request as a stranger makes it. */
  async function ask(
    path: string,
    { method = "GET", headers = {}, body, raw }: Asking = {},
  ): Promise<Answer> {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const url = new URL(path.startsWith("/") ? path : `/api/v1/${path}`, api.url);
    const { "content-type": type, ...bare } = headers;
    const typed = text === undefined ? bare : { ...bare, "content-type": type ?? "application/json" };
    const sized = text === undefined ? typed : { ...typed, "content-length": `${Buffer.byteLength(text)}` };
    return url.protocol === "https:" ? overTls(url, method, sized, text) : plain(url, method, typed, text);
  }

  const signIn = async (credentials: object): Promise<Answer & { readonly cookie: string }> => {
    const answer = await ask("session", { method: "POST", headers: own, body: credentials });
    const [set = ""] = [answer.headers["set-cookie"] ?? ""].flat();
    return { ...answer, cookie: set.split(";")[0] ?? "" };
  };

  return {
    url: api.url,
    api,
    db: records.db,
    telemetry,
    settings,
    ask,
    signIn,
    /** What a page of ours sends with a cookie. */
    as: (cookie: string) => ({ ...own, cookie }),
    /** Signs in by a ticket of the one who started us. */
    ticketCookie: async () => {
      const ticket = new URL(await api.signInLink()).searchParams.get("ticket");
      return (await signIn({ ticket })).cookie;
    },
    addUser: (name: string, role: Role, sites: SiteScope, password: string | null) =>
      addUser(records.db, { name, role, sites, password }, { by: "console", atMs: world.clock.nowMs() }),
    socket: (
      headers: Readonly<Record<string, string>>,
      more: Partial<ManagerOptions & SocketOptions> = {},
    ): Socket =>
      io(api.url, {
        path: "/live",
        transports: ["websocket"],
        extraHeaders: headers,
        reconnection: false,
        forceNew: true,
        ...more,
        ...{ rejectUnauthorized: false },
      }),
    /** One reading of a boiler, through ingest. */
    send: async (boilerId: string, values: Readonly<Record<string, number | null>>, atMs: number) => {
      const south = boilerId === "cfb-01";
      const [site, gw] = south ? ["south", "south-house"] : ["north", "north-house"];
      const seq = (seqs.get(gw) ?? 0) + 1;
      seqs.set(gw, seq);
      const body = batchBody(seq, {
        site,
        gw,
        sid: `00000000-0000-4000-8000-00000000000${south ? 2 : 1}`,
        t0: atMs,
        b: [rowsOf(values, boilerId)],
      });
      await gateway.publish(gatewayTopic(site, gw, "data"), sealed(body), { qos: 1 });
    },
    /** Anything at all, as a gateway or a broker would say it; an object as JSON. */
    publish: (topic: string, message: string | Buffer | object, retain = false) => {
      const asItIs = typeof message === "string" || Buffer.isBuffer(message);
      return gateway.publish(topic, asItIs ? message : JSON.stringify(message), { qos: 1, retain });
    },
    stop: () => stack.stop(),
  };
}
export type TestApi = Awaited<ReturnType<typeof startTestApi>>;

async function plain(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(body !== undefined && { body }),
  });
  const cookies = answer.headers.getSetCookie();
  const all = Object.fromEntries(answer.headers);
  return answered(
    answer.status,
    { ...all, ...(cookies.length > 0 && { "set-cookie": cookies }) },
    await answer.text(),
  );
}

function overTls(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((done, failed) => {
    // Signed by itself: whether it is trusted is the browser's business, not the API's.
    const asked = request(url, { method, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        done(answered(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks).toString())),
      );
    });
    asked.on("error", failed);
    asked.end(body);
  });
}

function answered(status: number, headers: Answer["headers"], text: string): Answer {
  const isJson =
    /json/.test(String(headers["content-type"] ?? "")) && !/ndjson/.test(String(headers["content-type"]));
  return { status, headers, text, body: (isJson && text !== "" ? JSON.parse(text) : null) as never };
}
