import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";
import type { MqttConfig } from "./bus.ts";
import { messageOf, OperationalError, systemCode } from "./errors.ts";
import type { Service } from "./service.ts";
import type { World } from "./world.ts";

export interface Broker extends Service {
  /** Where it really listens: the configured port, or the free one it was given for 0. */
  readonly port: number;
  /** Ends all connections and takes no new ones, until `false` mends it. */
  cut(isCut: boolean): void;
}

/**
 * The broker in our own process, over real TCP. It keeps nothing on disk: delivery does not rest on it.
 * @throws OperationalError `port-busy`
 */
export async function startBroker(config: MqttConfig, world: World): Promise<Broker> {
  const broker = await Aedes.createBroker({
    concurrency: 1_000,
    queueLimit: 1_000,
    connectTimeout: 5_000,
    maxClientsIdLength: 128,
  });
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer({ noDelay: true }, (socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    broker.handle(socket);
  });
  broker.on("clientError", (client, error) => {
    world.log.debug({ clientId: client.id, error: messageOf(error) }, "an MQTT client failed");
  });
  const port = await listening(server, config, "mqtt.port", "FLUEWATCH_MQTT_PORT");
  return {
    name: "broker",
    port,
    cut: (wanted) => {
      isCut = wanted;
      if (isCut) for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Listens, or says in one sentence why not and what to change. */
export function listening(
  server: ReturnType<typeof createServer>,
  { host, port }: { readonly host: string; readonly port: number },
  setting: string,
  variable: string | null,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const ways = variable === null ? `set ${setting}` : `set ${setting} or ${variable}`;
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
