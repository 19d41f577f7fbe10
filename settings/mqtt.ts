import { gatewayTopic } from "../contracts/topics.ts";
import type { Grant, Grants } from "../platform/mqtt/access.ts";
import type { MqttConfig } from "../platform/mqtt/config.ts";
import { batchPacketBytes } from "../platform/mqtt/doorkeeper.ts";
import type { Config } from "./config.ts";

/** What each user of the broker may do: a gateway says only what is its own, and hears only what is for it. */
export function grantsOf({ gateways }: Pick<Config, "gateways">): Grants {
  return new Map(
    gateways.map(({ id, site }): [string, Grant] => [
      id,
      {
        publish: [gatewayTopic(site, id, "data"), gatewayTopic(site, id, "status")],
        subscribe: [gatewayTopic(site, id, "ack"), gatewayTopic(site, id, "cmd")],
        retain: true,
        clientId: id,
        maxPacketBytes: batchPacketBytes,
      },
    ]),
  );
}

/** The MQTT part with its files where they really are. */
export function mqttOf(mqtt: MqttConfig, fileAt: (name: string) => string): MqttConfig {
  const { tls, secrets, listen } = mqtt;
  return {
    ...mqtt,
    ...(tls?.caFile !== undefined && { tls: { ...tls, caFile: fileAt(tls.caFile) } }),
    ...(secrets !== undefined && { secrets: fileAt(secrets) }),
    ...(listen !== undefined && {
      listen: {
        ...listen,
        certificateFile: fileAt(listen.certificateFile),
        keyFile: fileAt(listen.keyFile),
        credentialsFile: fileAt(listen.credentialsFile),
      },
    }),
  };
}
