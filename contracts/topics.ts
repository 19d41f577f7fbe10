/** What a gateway publishes or hears, and what ingest tells the rest of a site. */
export const gatewayChannels = ["data", "status", "ack", "cmd"] as const;
export type GatewayChannel = (typeof gatewayChannels)[number];

export const liveChannels = ["frame", "alarms", "cmd", "reply", "status", "notification"] as const;
export type LiveChannel = (typeof liveChannels)[number];

const prefix = "fluewatch/v1";

export function gatewayTopic(siteId: string, gatewayId: string, channel: GatewayChannel): string {
  return `${prefix}/${siteId}/${gatewayId}/${channel}`;
}

/** `live` stands where a gateway's id would: no gateway may have it. */
export function liveTopic(siteId: string, channel: LiveChannel): string {
  return `${prefix}/${siteId}/live/${channel}`;
}

/** One channel of all gateways of all sites. */
export function everyGatewayTopic(channel: GatewayChannel): string {
  return `${prefix}/+/+/${channel}`;
}

export function everyLiveTopic(channel: LiveChannel): string {
  return `${prefix}/+/live/${channel}`;
}

/** What a topic says about its message, or `null` for one that is not ours. */
export function parseTopic(
  topic: string,
): { readonly siteId: string; readonly gatewayId: string; readonly channel: string } | null {
  const parts = /^fluewatch\/v1\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/([a-z]+)$/.exec(topic);
  if (parts === null) return null;
  const [, siteId = "", gatewayId = "", channel = ""] = parts;
  return { siteId, gatewayId, channel };
}
