import { Compile } from "typebox/compile";
import { Batch, GatewayStatus } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { type Bus, connectBus } from "../../platform/bus.ts";
import { parsedJson } from "../../platform/json.ts";
import type { MqttConfig } from "../../platform/mqtt/config.ts";
import type { World } from "../../platform/world.ts";
import type { GatewayConfig } from "../config.ts";
import type { Heard } from "./watch-report.ts";

const checkBatch = Compile(Batch);
const checkStatus = Compile(GatewayStatus);

/** Listens to what running gateways say, and disturbs nobody: the field bus has one client, and that is not us. */
export function listenTo(
  gateways: readonly GatewayConfig[],
  mqtt: MqttConfig,
  world: World,
  heardStatus: () => void = () => {},
): { readonly bus: Bus; readonly heard: ReadonlyMap<string, Heard> } {
  const heard = new Map<string, Heard>();
  const update = (id: string, change: Partial<Heard>) =>
    heard.set(id, { ...(heard.get(id) ?? { batch: null, status: null }), ...change });
  const bus = connectBus(mqtt, `fluewatch-tool-${world.random.secretHex(4)}`, world);
  for (const { id, site } of gateways) {
    bus.subscribe(gatewayTopic(site, id, "data"), (_topic, payload) => {
      const batch = parsedJson(payload);
      if (checkBatch.Check(batch) && batch.t0 >= (heard.get(id)?.batch?.t0 ?? 0)) update(id, { batch });
      return "taken";
    });
    bus.subscribe(gatewayTopic(site, id, "status"), (_topic, payload) => {
      const status = parsedJson(payload);
      if (checkStatus.Check(status)) update(id, { status });
      heardStatus();
      return "taken";
    });
  }
  return { bus, heard };
}
