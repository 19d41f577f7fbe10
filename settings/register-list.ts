import { wireAddress } from "../contracts/device-map.ts";
import type { Settings } from "./settings.ts";

/** Where each simulated value is to be read, a line each: for people, and for whoever reads it by another program. */
export function registerList({ config, maps }: Settings): readonly string[] {
  return config.simulators.servers.flatMap(({ host, port, pty, framing, units }) => {
    const place = pty ?? `${host}:${port}`;
    const how = framing ?? (pty === undefined ? "tcp" : "rtu");
    return [
      `${place} (Modbus ${how.toUpperCase()})`,
      ...units.flatMap(({ unitId, map: mapId, boiler }) => {
        const map = maps.get(mapId);
        if (map === undefined) return [];
        return [
          `  unit ${unitId}: ${map.title}${boiler === undefined ? "" : `, ${boiler}`}`,
          ...map.registers.map((register) => {
            const { table, type, wordOrder, scale, point } = register;
            const address = String(wireAddress(register, map.addressBase)).padStart(5);
            const order = wordOrder === "ABCD" ? "" : ` ${wordOrder}`;
            const factor = scale === 1 ? "" : ` × ${scale}`;
            return `    ${table.padEnd(8)} ${address}  ${`${type}${order}${factor}`.padEnd(18)} ${point}`;
          }),
        ];
      }),
    ];
  });
}
