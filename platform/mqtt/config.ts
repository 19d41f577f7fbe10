import { type Static, Type } from "typebox";
import { isLoopback } from "../loopback.ts";

const closed = { additionalProperties: false } as const;
const File = Type.String({ minLength: 1, description: "a file, seen from the configuration's folder" });

/** Where the embedded broker is reached from other machines: by TLS, and by whoever has a credential. */
const ListenConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, default: "0.0.0.0" }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8883 }),
    certificateFile: File,
    keyFile: File,
    /** Who may connect: made by `fluewatch mqtt credential`. */
    credentialsFile: File,
    maxConnections: Type.Integer({ minimum: 1, maximum: 100_000, default: 2_000 }),
  },
  closed,
);
export type ListenConfig = Static<typeof ListenConfig>;

export const mqttConfig = Type.Object(
  {
    /** Where the broker is. The embedded one opens this port, for this machine alone. */
    host: Type.String({ minLength: 1, default: "127.0.0.1" }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 1883 }),
    /** How a broker elsewhere is known to be the right one: by the authority that signed its certificate. */
    tls: Type.Optional(
      Type.Object(
        {
          /** The authorities of the operating system, if absent. */
          caFile: Type.Optional(File),
          /** The name in the certificate, where it is not `host`. */
          serverName: Type.Optional(Type.String({ minLength: 1 })),
        },
        closed,
      ),
    ),
    /** A folder with a file `<user>.secret` for each who speaks from here: a gateway by its id, all else as `server`. */
    secrets: Type.Optional(Type.String({ minLength: 1 })),
    listen: Type.Optional(ListenConfig),
  },
  { ...closed, default: {} },
);
export type MqttConfig = Static<typeof mqttConfig>;

/** Ingest, the API and the tools, as the broker knows them. No gateway may have this id. */
export const serverUser = "server";

/** What the configuration leaves open to others, each with the key that has to change. */
export function mqttFaults({ host, tls, secrets, listen }: MqttConfig): readonly {
  readonly key: keyof MqttConfig;
  readonly message: string;
}[] {
  const faults: { readonly key: keyof MqttConfig; readonly message: string }[] = [];
  if (!isLoopback(host)) {
    const what = `is ${host}, another machine;`;
    if (tls === undefined) faults.push({ key: "host", message: `${what} that needs mqtt.tls` });
    if (secrets === undefined)
      faults.push({ key: "host", message: `${what} that needs mqtt.secrets, a folder with credentials` });
  }
  if (listen !== undefined && tls !== undefined)
    faults.push({
      key: "listen",
      message: "is for the embedded broker, and tls for one elsewhere; leave one of them out",
    });
  return faults;
}
