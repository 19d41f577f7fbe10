import type { DeviceMapFile } from "../contracts/device-map.ts";
import type { SimulatorsConfig } from "./config.ts";

/** Points of each boiler that have an instrument. */
export type FittedPoints = ReadonlyMap<string, ReadonlySet<string>>;

/** An instrument stands wherever a device of a boiler has a register for it. */
export function fittedPoints(
  { boilers, servers }: SimulatorsConfig,
  maps: ReadonlyMap<string, DeviceMapFile>,
): FittedPoints {
  const points = new Map(boilers.map(({ id }) => [id, new Set<string>()]));
  for (const { units } of servers) {
    for (const { boiler = "", map } of units)
      for (const { point } of maps.get(map)?.registers ?? []) points.get(boiler)?.add(point);
  }
  return points;
}
