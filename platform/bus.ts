import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { messageOf, OperationalError } from "./errors.ts";
import { matches } from "./mqtt/access.ts";
import { certificateTrouble } from "./mqtt/certificate.ts";
import { type MqttConfig, serverUser } from "./mqtt/config.ts";
import { readSecret } from "./mqtt/credentials.ts";
import { backgroundLoop, type Service } from "./service.ts";
import type { Trouble } from "./trouble.ts";
import type { World } from "./world.ts";

export interface Will {
  readonly topic: string;
  readonly payload: string;
}

/** Who a connection is. Its client id is its user's where only one connection may be that. */
export interface Identity {
  readonly user: string;
  /** Instead of the one in the folder of secrets: of the embedded broker in the same process. */
  readonly secret?: string;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain?: boolean;
}

/** What a handler says of a message: it has it, or it has no room for it now. */
export type Taken = "taken" | "full";

/**
 * Messages between rooms. It keeps nothing: what is published while the link is down is refused, and whoever must
 * not lose anything keeps it and sends again.
 */
export interface Bus extends Service {
  readonly up: boolean;
  /** Messages let go because their handler had no room for too long; their sender sends them again. */
  readonly shed: number;
  /** What keeps it from the broker, or soon will. */
  readonly troubles: readonly Trouble[];
  /**
   * Resolves when the broker has the message, which proves nothing about anybody else.
   * @throws OperationalError `bus-down`
   */
  publish(topic: string, payload: string | Buffer, options: PublishOptions): Promise<void>;
  /** Stands through reconnections; `take` must not wait. */
  subscribe(filter: string, take: (topic: string, payload: Buffer) => Taken): void;
  /** Told each time the link has come up and every subscription stands. */
  onUp(listener: () => void): void;
}

const keepaliveSeconds = 20;
const connectTimeoutMs = 5_000;
const longestPauseMs = 5_000;
/** One who is turned away is not let in by asking more often. */
const refusedPauseMs = 30_000;
/** Of CONNACK: user or password wrong, not authorised. */
const refusedCodes: readonly unknown[] = [4, 5];

/**
 * A bus over MQTT 3.1.1. Each connection is a fresh client with a clean session, because the library's own queue
 * drops silently beyond 65,535 packets and resends what we have sent again ourselves. Reconnects with full jitter.
 */
export function connectBus(
  config: MqttConfig,
  clientId: string,
  world: World,
  will?: Will,
  identity: Identity = { user: serverUser },
): Bus {
  const subscriptions: {
    readonly filter: string;
    readonly take: (topic: string, payload: Buffer) => Taken;
  }[] = [];
  const listeners: (() => void)[] = [];
  let client: MqttClient | null = null;
  let shed = 0;
  let refusal: Trouble | null = null;
  let certificateEndsMs: number | null = null;
  const broker = `${config.host}:${config.port}`;

  const options: IClientOptions = {
    host: config.host,
    port: config.port,
    protocol: config.tls === undefined ? "mqtt" : "mqtts",
    protocolVersion: 4,
    clientId,
    clean: true,
    reconnectPeriod: 0,
    keepalive: keepaliveSeconds,
    connectTimeout: connectTimeoutMs,
    queueQoSZero: false,
    resubscribe: false,
    ...(will && {
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true },
    }),
  };

  /** Secrets and authorities are read for each connection, so that a new one counts without a restart. */
  function proofs(): IClientOptions {
    const { tls, secrets } = config;
    const secret = identity.secret ?? (secrets === undefined ? null : readSecret(secrets, identity.user));
    return {
      ...(secret !== null && { username: identity.user, password: secret }),
      ...(tls !== undefined && {
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
        ...(tls.caFile !== undefined && { ca: readFileSync(tls.caFile) }),
        ...(tls.serverName !== undefined && { servername: tls.serverName }),
      }),
    };
  }

  function refused(code: string, message: string): void {
    if (refusal?.message !== message) world.log.error({ clientId, code }, message);
    refusal = { code, message };
  }

  function noteFailure(error: unknown): void {
    const { code } = error as { readonly code?: unknown };
    if (refusedCodes.includes(code)) {
      refused(
        "broker-refused",
        `The broker at ${broker} does not take ${identity.user} with this secret (${messageOf(error)}); make a new one with: fluewatch mqtt credential ${identity.user}`,
      );
    } else if (config.tls !== undefined && typeof code === "string" && isCertificateCode(code)) {
      refused(
        "broker-untrusted",
        `The certificate of the broker at ${broker} is not to be trusted (${messageOf(error)}); check mqtt.tls.caFile and mqtt.tls.serverName`,
      );
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    let pauseMs = 250;
    while (!signal.aborted) {
      let given: IClientOptions;
      try {
        given = { ...options, ...proofs() };
      } catch (error) {
        refused("secret-unusable", messageOf(error));
        await world.clock.sleep(longestPauseMs, signal);
        continue;
      }
      const attempt = mqtt.connect(given);
      takeMessages(attempt);
      // The library reports the same failure as an event after each rejection; one line of ours is enough.
      attempt.on("error", noteFailure);
      const lost = new Promise<void>((resolve) => attempt.once("close", () => resolve()));
      const connected = await Promise.race([
        new Promise<boolean>((resolve) => attempt.once("connect", () => resolve(true))),
        lost.then(() => false),
        aborted(signal).then(() => false),
      ]);
      if (connected && (await subscribeAll(attempt))) {
        const stream = attempt.stream as Socket;
        stream.setNoDelay(true);
        if (stream instanceof TLSSocket) certificateEndsMs = Date.parse(stream.getPeerCertificate().valid_to);
        client = attempt;
        refusal = null;
        pauseMs = 250;
        world.log.info({ clientId }, "connected to the broker");
        for (const listener of listeners) listener();
        await Promise.race([lost, aborted(signal)]);
        client = null;
        if (!signal.aborted) world.log.warn({ clientId }, "lost the broker");
      }
      await ended(attempt, signal.aborted && connected);
      if (signal.aborted) break;
      await world.clock.sleep(world.random.next() * (refusal === null ? pauseMs : refusedPauseMs), signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }

  async function subscribeAll(attempt: MqttClient): Promise<boolean> {
    try {
      for (const { filter } of subscriptions) await attempt.subscribeAsync(filter, { qos: 1 });
      return true;
    } catch (error) {
      world.log.warn({ clientId, error: messageOf(error) }, "the broker refused a subscription");
      return false;
    }
  }

  /** Holds a message's answer only as long as the connection can bear it, then lets the message go unanswered. */
  function takeMessages(attempt: MqttClient): void {
    attempt.handleMessage = (packet, answered) => {
      const topic = packet.topic;
      const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
      const matching = subscriptions.find(({ filter }) => matches(filter, topic));
      if (matching === undefined || matching.take(topic, payload) === "taken") {
        answered();
        return;
      }
      void retaken(() => matching.take(topic, payload)).then((taken) => {
        if (!taken) shed += 1;
        answered();
      });
    };
  }

  async function retaken(take: () => Taken): Promise<boolean> {
    const stepMs = 50;
    for (let waitedMs = 0; waitedMs < (keepaliveSeconds * 1_000) / 4; waitedMs += stepMs) {
      await world.clock.sleep(stepMs);
      if (take() === "taken") return true;
    }
    return false;
  }

  let running: ReturnType<typeof backgroundLoop> | null = null;
  // Subscriptions made right after the construction belong to the first connection already.
  queueMicrotask(() => {
    running = backgroundLoop(`bus ${clientId}`, run);
  });

  return {
    name: `bus ${clientId}`,
    get up() {
      return client !== null;
    },
    get shed() {
      return shed;
    },
    get troubles() {
      const ending =
        certificateEndsMs === null
          ? null
          : certificateTrouble(`the broker at ${broker}`, certificateEndsMs, world.clock.nowMs());
      return [refusal, ending].filter((trouble) => trouble !== null);
    },
    publish: async (topic, payload, { qos, retain = false }) => {
      const link = client;
      if (link === null) throw new OperationalError("bus-down", `No broker at ${broker}`);
      try {
        await link.publishAsync(topic, payload, { qos, retain });
      } catch (error) {
        throw new OperationalError("bus-down", `The broker did not take a message: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    subscribe: (filter, take) => {
      subscriptions.push({ filter, take });
      client?.subscribe(filter, { qos: 1 });
    },
    onUp: (listener) => {
      listeners.push(listener);
      if (client !== null) listener();
    },
    stop: async () => {
      await running?.stop();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Ends a client; politely (the broker then keeps the will to itself) when the link is good and we mean it. */
function ended(client: MqttClient, politely: boolean): Promise<void> {
  return new Promise((resolve) => {
    client.end(!politely, {}, () => resolve());
  });
}

/** As OpenSSL and Node name what is wrong with a certificate. */
function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code);
}
