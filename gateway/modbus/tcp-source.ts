import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import modbusSerial from "modbus-serial";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { LineConfig } from "../config.ts";
import type { RegisterBlock, RegisterSource } from "../register-source.ts";

type Client = InstanceType<typeof modbusSerial.default>;

/** Only reads exist here: function codes 1 to 4. */
const readerOf = {
  coil: "readCoils",
  discrete: "readDiscreteInputs",
  holding: "readHoldingRegisters",
  input: "readInputRegisters",
} as const;

/**
 * Reads units behind one Modbus TCP endpoint, one request at a time; connects on the first read after a loss.
 *
 * A connection on which an answer is overdue is closed: the library numbers its requests modulo 256, so that a
 * late answer could pass for that of a later request.
 */
export function modbusTcpSource(line: LineConfig, world: World): RegisterSource {
  let link: { readonly client: Client; readonly socket: Socket } | null = null;

  async function read({ unitId, table, address, count }: RegisterBlock): Promise<readonly number[]> {
    const what = `${line.id}, unit ${unitId}: ${count} ${table} from ${address}`;
    link ??= await connect();
    try {
      link.client.setID(unitId);
      const { data } = await link.client[readerOf[table]](address, count);
      return Array.from(data, Number).slice(0, count);
    } catch (cause) {
      const exception = (cause as { readonly modbusCode?: unknown }).modbusCode;
      if (typeof exception === "number") {
        throw new OperationalError("device-refused", `${what}: exception ${exception}`, { cause });
      }
      drop();
      throw new OperationalError("device-silent", `${what}: ${messageOf(cause)}`, { cause });
    }
  }

  async function connect(): Promise<{ client: Client; socket: Socket }> {
    const socket = createConnection({ host: line.host, port: line.port, noDelay: true });
    socket.setKeepAlive(true, 15_000);
    const over = new AbortController();
    void world.clock.sleep(line.connectTimeoutMs, over.signal).then(() => {
      if (socket.connecting) socket.destroy(new Error(`no answer within ${line.connectTimeoutMs} ms`));
    });
    try {
      await once(socket, "connect");
    } catch (cause) {
      const message = `${line.id}: no connection to ${line.host}:${line.port} (${messageOf(cause)})`;
      throw new OperationalError("line-down", message, { cause });
    } finally {
      over.abort();
    }
    const client = new modbusSerial.default();
    await client.linkTCP(socket, { port: line.port });
    client.setTimeout(line.timeoutMs);
    // Any end of the socket means a new connection for the next read; the library never reconnects by itself.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      if (link?.socket === socket) link = null;
    });
    return { client, socket };
  }

  function drop(): void {
    link?.socket.destroy();
    link = null;
  }

  return {
    read,
    close: async () => drop(),
  };
}
