import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { Aedes } from "aedes";
import { messageOf, OperationalError, systemCode } from "./errors.ts";
import { isLoopback } from "./loopback.ts";
import type { Grants } from "./mqtt/access.ts";
import { certificateTrouble } from "./mqtt/certificate.ts";
import type { ListenConfig, MqttConfig } from "./mqtt/config.ts";
import { readCredentials } from "./mqtt/credentials.ts";
import { type Admission, type Doorkeeper, doorkeeper, runsOver } from "./mqtt/doorkeeper.ts";
import { backgroundLoop, type Service, serviceStack } from "./service.ts";
import type { Trouble } from "./trouble.ts";
import type { World } from "./world.ts";

export interface Broker extends Service {
  /** Where it really listens: the configured port, or the free one it was given for 0. */
  readonly port: number;
  /** Where it listens for other machines, if it does. */
  readonly tlsPort: number | null;
  /** By which the roles of this process are known. */
  readonly ownSecret: string;
  /** How often whom was turned away, and why. */
  readonly counts: Doorkeeper["counts"];
  readonly connections: number;
  readonly troubles: readonly Trouble[];
  /** Hands over every message of these topics before it is acknowledged to its sender; gives the way to end that. */
  admit(filter: string, admission: Admission): () => void;
  /** Ends all connections and takes no new ones, until `false` mends it. */
  cut(isCut: boolean): void;
}

const filesEveryMs = 2_000;
const countsEveryMs = 10_000;
const countsTopic = "$SYS/fluewatch/broker";
const localConnections = 10_000;

/**
 * The broker in our own process, over real TCP. It keeps nothing on disk: delivery does not rest on it. Without
 * `listen` it is for this machine alone and trusts it; with it, everybody needs a credential, and other machines TLS.
 * @param grants what each user may do
 * @throws OperationalError `port-busy`, `listen-refused`, `certificate-unusable`, or what the credentials file's reader throws
 */
export async function startBroker(
  config: MqttConfig,
  world: World,
  grants: Grants = new Map(),
): Promise<Broker> {
  const { listen } = config;
  if (!isLoopback(config.host) || config.tls !== undefined) {
    throw new OperationalError(
      "listen-refused",
      `mqtt.host ${config.host} is a broker elsewhere: start the other roles without broker; or, for the embedded one, leave mqtt.host and mqtt.tls out and give mqtt.listen`,
    );
  }
  let credentials = listen === undefined ? {} : readCredentials(listen.credentialsFile);
  const door = doorkeeper(
    {
      grants: listen === undefined ? null : grants,
      credentials: () => credentials,
      ownSecret: world.random.secretHex(32),
      maxConnections: listen?.maxConnections ?? localConnections,
    },
    world,
  );
  const broker = await Aedes.createBroker({
    concurrency: 1_000,
    queueLimit: 1_000,
    // Ours is shorter, and begins before TLS does.
    connectTimeout: 60_000,
    maxClientsIdLength: 128,
    ...door.handlers,
  });
  broker.on("clientReady", door.ready);
  broker.on("clientDisconnect", door.left);
  broker.on("clientError", door.failed);
  broker.on("connectionError", door.failed);
  const sockets = new Set<Socket>();
  let isCut = false;

  function arrived(socket: Socket): boolean {
    if (isCut) socket.destroy();
    if (isCut || !door.arrived(socket)) return false;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    return true;
  }

  function handle(socket: Socket): void {
    door.guard(socket);
    broker.handle(socket);
  }

  const services = serviceStack(world);
  const local = createServer({ noDelay: true }, (socket) => {
    if (arrived(socket)) handle(socket);
  });
  const port = await listening(local, config, "mqtt.port", "FLUEWATCH_MQTT_PORT");
  services.add(closing("listener of the broker", local));
  let tlsPort: number | null = null;
  let certificate: Certificate | null = null;
  if (listen !== undefined) {
    try {
      certificate = readCertificate(listen);
      const server = tlsListener(certificate, arrived, handle, door);
      tlsPort = await listening(server, listen, "mqtt.listen.port", null);
      services.add(closing("TLS listener of the broker", server));
      services.add(backgroundLoop("files of the broker", (signal) => followFiles(listen, server, signal)));
    } catch (error) {
      await services.stop();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      throw error;
    }
  }
  services.add(backgroundLoop("counts of the broker", tellCounts));

  /** A changed credential or certificate counts within seconds, without a restart. */
  async function followFiles(listen: ListenConfig, server: TlsServer, signal: AbortSignal): Promise<void> {
    const files = () =>
      [listen.credentialsFile, listen.certificateFile, listen.keyFile].map(changedMs).join(" ");
    let seen = files();
    while (!signal.aborted) {
      await world.clock.sleep(filesEveryMs, signal);
      const now = files();
      if (now === seen) continue;
      try {
        const changed = readCredentials(listen.credentialsFile);
        door.credentialsChanged(credentials, changed);
        credentials = changed;
        certificate = readCertificate(listen);
        server.setSecureContext(certificate);
        seen = now;
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        world.log.warn({ code: error.code, error: error.message }, "a file of the broker cannot be used yet");
      }
    }
  }

  async function tellCounts(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.clock.sleep(countsEveryMs, signal);
      const payload = JSON.stringify({ v: 1, connections: door.connections, turnedAway: door.counts });
      broker.publish(
        { cmd: "publish", topic: countsTopic, payload, qos: 0, retain: true, dup: false },
        () => {},
      );
    }
  }

  return {
    name: "broker",
    port,
    tlsPort,
    counts: door.counts,
    get connections() {
      return door.connections;
    },
    get troubles() {
      const trouble =
        certificate === null
          ? null
          : certificateTrouble("the embedded broker", certificate.validToMs, world.clock.nowMs());
      return trouble === null ? [] : [trouble];
    },
    ownSecret: door.ownSecret,
    admit: door.admit,
    cut: (wanted) => {
      isCut = wanted;
      if (isCut) for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      const closed = services.stop();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly validToMs: number;
}

function readCertificate({ certificateFile, keyFile }: ListenConfig): Certificate {
  try {
    const cert = readFileSync(certificateFile);
    const key = readFileSync(keyFile);
    return { cert, key, validToMs: Date.parse(new X509Certificate(cert).validTo) };
  } catch (error) {
    throw new OperationalError(
      "certificate-unusable",
      `mqtt.listen: ${certificateFile} and ${keyFile} must be a certificate and its key, in PEM (${messageOf(error)})`,
      { cause: error },
    );
  }
}

function tlsListener(
  certificate: Certificate,
  arrived: (socket: Socket) => boolean,
  handle: (socket: Socket) => void,
  door: Doorkeeper,
): TlsServer {
  const connecting = new Map<string, Socket>();
  const placeOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  let server: TlsServer;
  try {
    server = createTlsServer({
      cert: certificate.cert,
      key: certificate.key,
      minVersion: "TLSv1.2",
      handshakeTimeout: 5_000,
      noDelay: true,
    });
  } catch (error) {
    throw new OperationalError(
      "certificate-unusable",
      `mqtt.listen: the certificate and its key do not go together (${messageOf(error)})`,
      { cause: error },
    );
  }
  server.on("connection", (raw: Socket) => {
    const place = placeOf(raw);
    if (!arrived(raw)) return;
    connecting.set(place, raw);
    raw.once("close", () => connecting.delete(place));
  });
  server.on("secureConnection", (secure) => {
    const raw = connecting.get(placeOf(secure));
    if (raw === undefined) {
      secure.destroy();
      return;
    }
    runsOver(secure, raw);
    handle(secure);
  });
  server.on("tlsClientError", door.handshakeFailed);
  return server;
}

function closing(name: string, server: Server): Service {
  return { name, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Listens, or says in one sentence why not and what to change. */
export function listening(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  setting: string,
  /** Another way than the configuration, where there is one. */
  otherWay: string | null,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const ways = otherWay === null ? `set ${setting}` : `set ${setting} or ${otherWay}`;
      const why =
        systemCode(error) === "EADDRINUSE"
          ? "is taken by another program"
          : `cannot be opened (${messageOf(error)})`;
      reject(
        new OperationalError(
          "port-busy",
          `Port ${port} on ${host} ${why}; stop that program, or ${ways} to another port`,
          {
            cause: error,
          },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
