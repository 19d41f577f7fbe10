import type { Socket } from "node:net";
import type { AedesOptions, Client } from "aedes";
import { largestBatchBytes } from "../../contracts/batch.ts";
import { messageOf, OperationalError } from "../errors.ts";
import type { World } from "../world.ts";
import { type Grant, type Grants, matches, mayPublish, maySubscribe } from "./access.ts";
import { serverUser } from "./config.ts";
import { type Credentials, verifier } from "./credentials.ts";
import { packetMeter } from "./packet-meter.ts";

export const refusals = [
  "too-many-connections",
  "too-many-pending",
  "connect-too-slow",
  "connect-too-large",
  "packet-too-large",
  "credentials-wrong",
  "client-id-foreign",
  "will-refused",
  "publish-refused",
  "subscribe-refused",
  "taken-over",
  "revoked",
  "tls-failed",
  "not-mqtt",
] as const;
export type RefusalAtBroker = (typeof refusals)[number];

/** Takes a message before it is acknowledged; what it throws keeps the acknowledgement back. */
export type Admission = (topic: string, payload: Buffer) => Promise<void>;

/** Decides who comes in, how much at once, and what each may say and hear; counts what it turned away. */
export interface Doorkeeper {
  readonly counts: Readonly<Record<RefusalAtBroker, number>>;
  readonly connections: number;
  readonly ownSecret: string;
  readonly handlers: Required<
    Pick<AedesOptions, "preConnect" | "authenticate" | "authorizePublish" | "authorizeSubscribe">
  >;
  /** Counts a connection before anything of it is read; `false`: there is no room, and it is gone. */
  arrived(socket: Socket): boolean;
  /** Follows the bytes of an accepted connection from its first one on. */
  guard(socket: Socket): void;
  ready(client: Client): void;
  left(client: Client): void;
  failed(client: Client, error: Error): void;
  handshakeFailed(error: Error): void;
  /** Ends the connections of users whose credential was changed or taken away. */
  credentialsChanged(before: Credentials, now: Credentials): void;
  /** Gives the way to take it back. */
  admit(filter: string, admission: Admission): () => void;
}

export interface DoorRules {
  /** `null`: whoever reaches us may do anything; we listen on this machine alone. */
  readonly grants: Grants | null;
  readonly credentials: () => Credentials;
  /** Of the roles in this process; it is never written down. */
  readonly ownSecret: string;
  readonly maxConnections: number;
}

/** With which every conversation begins. */
const connectByte = 0x10;
const mostConnectBytes = 4 * 1024;
/** A batch, with its topic and header. */
export const batchPacketBytes = largestBatchBytes + 1_024;
const serverPacketBytes = 16 * 1024 * 1024;
const connectWithinMs = 5_000;
const mostPendingPerAddress = 20;
/** A flood is counted whole, and told once a second. */
const tellEveryMs = 1_000;
const server: Grant = {
  publish: ["#"],
  subscribe: ["#", "$SYS/#"],
  retain: true,
  clientId: null,
  maxPacketBytes: serverPacketBytes,
};

interface Guest {
  readonly user: string;
  readonly grant: Grant;
}

export function doorkeeper(
  { grants, credentials, ownSecret, maxConnections }: DoorRules,
  world: World,
): Doorkeeper {
  const counts = Object.fromEntries(refusals.map((reason) => [reason, 0])) as Record<RefusalAtBroker, number>;
  const verify = verifier();
  const guests = new WeakMap<object, Guest>();
  const online = new Map<string, { readonly client: Client; readonly user: string }>();
  const pending = new Map<Socket, { readonly address: string; readonly over: AbortController }>();
  const admissions: { readonly filter: string; readonly admission: Admission }[] = [];
  const wills = new WeakMap<object, { readonly topic: string }>();
  const sockets = new Set<Socket>();
  /** When each reason was last a line of the log. */
  const toldMs = new Map<RefusalAtBroker, number>();
  const turned = new WeakSet<object>();
  /** Who was told no by name: that is counted already. */
  const isTurnedAway = new WeakSet<object>();
  /** Grants come and go with the configuration. */
  const isOwnId = (id: string) => [...(grants?.values() ?? [])].some(({ clientId }) => clientId === id);

  function refused(reason: RefusalAtBroker, about: object): void {
    counts[reason] += 1;
    const nowMs = world.clock.monotonicMs();
    if (nowMs - (toldMs.get(reason) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return;
    toldMs.set(reason, nowMs);
    world.log.warn({ reason, count: counts[reason], ...about }, "the broker turned somebody away");
  }

  function turnedAway(socket: Socket, reason: RefusalAtBroker, about: object = {}): void {
    if (!turned.has(socket)) refused(reason, { address: addressOf(socket), ...about });
    turned.add(socket);
    socket.destroy();
  }

  async function guestOf(user: string | undefined, secret: Buffer | undefined): Promise<Guest | null> {
    if (grants === null) return { user: serverUser, grant: server };
    if (user === undefined || secret === undefined) return null;
    const text = secret.toString();
    const grant = user === serverUser ? server : grants.get(user);
    if (user === serverUser && text === ownSecret) return { user, grant: server };
    const right = await verify.isRight(user, text, credentials());
    return right && grant !== undefined ? { user, grant } : null;
  }

  /** A client id ends the connection that had it before: nobody may take somebody else's. */
  function mayBeCalled(clientId: string, { user, grant }: Guest): boolean {
    if (grants === null) return true;
    if (grant.clientId !== null) return clientId === grant.clientId;
    if (user !== serverUser && (isOwnId(clientId) || clientId.startsWith("fluewatch-"))) return false;
    const before = online.get(clientId);
    return before === undefined || before.user === user;
  }

  async function authenticated(
    client: Client,
    user: string | undefined,
    secret: Buffer | undefined,
  ): Promise<boolean> {
    const guest = await guestOf(user, secret);
    const about = { user, clientId: client.id, address: addressOf(client.conn as Socket) };
    if (guest === null) {
      refused("credentials-wrong", about);
      return false;
    }
    if (!mayBeCalled(client.id, guest)) {
      refused("client-id-foreign", about);
      return false;
    }
    const will = wills.get(client);
    if (will !== undefined && !mayPublish(guest.grant, will.topic)) {
      refused("will-refused", { ...about, topic: will.topic });
      return false;
    }
    guests.set(client, guest);
    guests.set(client.conn, guest);
    return true;
  }

  async function published(topic: string, payload: Buffer): Promise<void> {
    for (const { filter, admission } of admissions)
      if (matches(filter, topic)) await admission(topic, payload);
  }

  return {
    counts,
    ownSecret,
    get connections() {
      return sockets.size;
    },
    handlers: {
      preConnect: (client, packet, done) => {
        // Nothing is kept for those who are away: what they miss, the outbox or a rebirth makes good.
        if (grants !== null) packet.clean = true;
        if (packet.will !== undefined) {
          wills.set(client, packet.will);
        }
        done(null, true);
      },
      authenticate: (client, user, secret, done) => {
        authenticated(client, user, secret).then(
          (isIn) => {
            if (!isIn) isTurnedAway.add(client);
            done(null, isIn);
          },
          (error: unknown) => {
            // A credentials file that cannot be read lets nobody in.
            world.log.error({ error: messageOf(error) }, "credentials cannot be checked");
            done(null, false);
          },
        );
      },
      authorizePublish: (client, packet, done) => {
        const guest = client === null ? undefined : guests.get(client);
        if (guest === undefined || !mayPublish(guest.grant, packet.topic)) {
          refused("publish-refused", { user: guest?.user, topic: packet.topic });
          done(new Error(`${guest?.user ?? "nobody"} may not publish to ${packet.topic}`));
          return;
        }
        if (!guest.grant.retain) packet.retain = false;
        if (admissions.length === 0) {
          done(null);
          return;
        }
        published(packet.topic, Buffer.from(packet.payload)).then(
          () => done(null),
          (error: unknown) => {
            if (!(error instanceof OperationalError)) throw error;
            done(error); // no acknowledgement: it will be sent again
          },
        );
      },
      authorizeSubscribe: (client, subscription, done) => {
        const guest = guests.get(client);
        if (guest !== undefined && maySubscribe(guest.grant, subscription.topic)) {
          done(null, subscription);
          return;
        }
        refused("subscribe-refused", { user: guest?.user, filter: subscription.topic });
        done(null, null);
      },
    },
    arrived: (socket) => {
      const address = addressOf(socket);
      const waiting = [...pending.values()].filter((each) => each.address === address).length;
      if (sockets.size >= maxConnections) {
        turnedAway(socket, "too-many-connections");
        return false;
      }
      if (waiting >= mostPendingPerAddress) {
        turnedAway(socket, "too-many-pending");
        return false;
      }
      const over = new AbortController();
      sockets.add(socket);
      pending.set(socket, { address, over });
      socket.once("close", () => {
        over.abort();
        sockets.delete(socket);
        pending.delete(socket);
      });
      void world.clock.sleep(connectWithinMs, over.signal).then(() => {
        if (!over.signal.aborted) turnedAway(socket, "connect-too-slow");
      });
      return true;
    },
    guard: (socket) => {
      let beforeBytes = 0;
      const fits = packetMeter(() => guests.get(socket)?.grant.maxPacketBytes ?? mostConnectBytes);
      const read = socket.read.bind(socket);
      // The broker reads; it is given only what may pass.
      socket.read = (size?: number) => {
        const bytes: Buffer | null = read(size);
        if (bytes === null) return null;
        const isIn = guests.has(socket);
        if (beforeBytes === 0 && !isIn && bytes[0] !== connectByte) {
          turnedAway(socket, "not-mqtt");
          return null;
        }
        if (!isIn) beforeBytes += bytes.length;
        if ((isIn || beforeBytes <= mostConnectBytes) && fits(bytes)) return bytes;
        turnedAway(socket, isIn ? "packet-too-large" : "connect-too-large", {
          user: guests.get(socket)?.user,
        });
        return null;
      };
    },
    ready: (client) => {
      const guest = guests.get(client);
      const raw = rawSocketOf(client);
      pending.get(raw)?.over.abort();
      pending.delete(raw);
      if (guest === undefined) return;
      const before = online.get(client.id);
      if (before !== undefined && !before.client.closed && guest.user !== serverUser)
        refused("taken-over", { user: guest.user, clientId: client.id });
      online.set(client.id, { client, user: guest.user });
    },
    left: (client) => {
      if (online.get(client.id)?.client === client) online.delete(client.id);
    },
    failed: (client, error) => {
      if (guests.has(client))
        world.log.debug({ clientId: client.id, error: messageOf(error) }, "an MQTT client failed");
      else if (!turned.has(client.conn) && !isTurnedAway.has(client)) counts["not-mqtt"] += 1;
    },
    handshakeFailed: (error) => {
      counts["tls-failed"] += 1;
      world.log.debug({ error: messageOf(error) }, "no TLS connection came about");
    },
    credentialsChanged: (before, now) => {
      for (const { client, user } of online.values()) {
        if (before[user] === undefined || before[user].hash === now[user]?.hash) continue;
        refused("revoked", { user, clientId: client.id });
        (client.conn as Socket).destroy();
      }
    },
    admit: (filter, admission) => {
      const admitted = { filter, admission };
      admissions.push(admitted);
      return () => {
        admissions.splice(admissions.indexOf(admitted), 1);
      };
    },
  };
}

/** TLS sits on the socket that arrived. */
const beneath = new WeakMap<object, Socket>();

export function runsOver(secure: Socket, raw: Socket): void {
  beneath.set(secure, raw);
}

function rawSocketOf({ conn }: Client): Socket {
  return beneath.get(conn) ?? (conn as Socket);
}

function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? "";
}
