import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import { DeviceMapFile } from "../contracts/device-map.ts";
import { type GatewayDocument, hashedText } from "../contracts/gateway-document.ts";
import { GatewayConfig } from "../gateway/config.ts";
import type { Fault } from "../platform/yaml-file.ts";
import { configFaults } from "./checks.ts";
import type { Settings } from "./settings.ts";

const checkGateway = Compile(GatewayConfig);
const checkMap = Compile(DeviceMapFile);

export interface DocumentPart {
  readonly gateway: GatewayConfig;
  readonly maps: ReadonlyMap<string, DeviceMapFile>;
}

/** What a document wants, held against the rest of the gateway's own configuration as a file would be. */
export function documentPart(
  { config, rules, maps }: Settings,
  document: Pick<GatewayDocument, "gateway" | "maps">,
): DocumentPart | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const gateway: unknown = Value.Default(GatewayConfig, structuredClone(document.gateway));
  if (!checkGateway.Check(gateway)) faults.push(...errorsOf(checkGateway, gateway, "gateway"));
  const brought = new Map<string, DeviceMapFile>();
  for (const [index, raw] of document.maps.entries()) {
    const map: unknown = Value.Default(DeviceMapFile, structuredClone(raw));
    if (checkMap.Check(map)) brought.set(map.id, map);
    else faults.push(...errorsOf(checkMap, map, `maps.${index}`));
  }
  if (faults.length > 0 || !checkGateway.Check(gateway)) return { faults };

  const fault = (path: readonly (string | number)[], message: string): Fault => ({
    file: "document",
    line: null,
    message: `${path.join(".")} ${message}`,
  });
  const others = config.gateways.filter(({ id }) => id !== gateway.id);
  const all = new Map([...maps, ...brought]);
  const checkable = new Map(
    [...all].map(([id, map]) => [
      id,
      { map, fault: (path: (string | number)[], message: string) => fault([`map ${id}`, ...path], message) },
    ]),
  );
  const whole = { value: { ...config, gateways: [...others, gateway] }, fault };
  faults.push(...configFaults(whole, rules, checkable, false, () => null).map(({ message }) => message));
  return faults.length > 0 ? { faults } : { gateway, maps: all };
}

/** The gateway's part of the settings, as it is sent: with the maps that its devices use. */
export function documentOf(
  { config, maps }: Settings,
  gatewayId: string,
  sha256Hex: (bytes: Uint8Array) => string,
): Pick<GatewayDocument, "gateway" | "maps" | "hash"> | null {
  const gateway = config.gateways.find(({ id }) => id === gatewayId);
  if (gateway === undefined) return null;
  const used = [...new Set(gateway.devices.map(({ map }) => map))].sort();
  const part = { gateway, maps: used.flatMap((id) => maps.get(id) ?? []) };
  return { ...part, hash: sha256Hex(new TextEncoder().encode(hashedText(part))) };
}

function errorsOf(check: { Errors(value: unknown): Iterable<object> }, value: unknown, at: string): string[] {
  return [...check.Errors(value)].slice(0, 20).map((error) => {
    const { instancePath = "", message = "" } = error as {
      readonly instancePath?: string;
      readonly message?: string;
    };
    return `${at}${instancePath.replaceAll("/", ".")} ${message}`;
  });
}
