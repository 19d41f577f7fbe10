import { expect, test } from "vitest";
import { plantFile, type RunningFluewatch, startFluewatch } from "../helpers/fluewatch.ts";
import { freePort, temporaryFolder } from "../helpers/servers.ts";
import { sized, tell, within } from "../helpers/sized.ts";
import { until } from "../helpers/until.ts";

const parts = [["simulators"], ["broker"], ["gateway"], ["ingest", "api"]] as const;
const stops = sized(2, 20);
const env = async () => ({
  FLUEWATCH_MQTT_PORT: String(await freePort()),
  FLUEWATCH_ADMIN_PASSWORD: "a password for tests",
});

/** All orders of four parts, the reverse of the usual one first. */
const orders = permutations([0, 1, 2, 3]).reverse().slice(0, sized(1, 24));

test(
  `P22: the parts start in ${orders.length} orders, each in a process of its own: readings come through within 10 s of the last`,
  async () => {
    const config = await plantFile("demo.yaml");
    const took: number[] = [];
    for (const order of orders) {
      const dataDir = temporaryFolder();
      const shared = await env();
      const running: RunningFluewatch[] = [];
      for (const part of order)
        running.push(await startFluewatch({ config, roles: parts[part] ?? [], dataDir, env: shared }));
      const lastMs = Date.now();
      const api = running[order.indexOf(3)];
      await until(
        `a reading, started in the order ${order.join(", ")}`,
        async () => {
          const { body } = (await api?.ask("boilers/toh-01/latest")) ?? {};
          return (body as { latest: unknown } | undefined)?.latest != null;
        },
        60_000,
      );
      took.push(Date.now() - lastMs);
      for (const each of running.reverse()) await each.stop();
    }
    expect(Math.max(...took)).toBeLessThan(sized(30_000, 10_000));
    tell("P22", `${orders.length} orders; readings after ${Math.max(...took)} ms at the latest`);
  },
  within(240_000),
);

test(
  `P12: SIGTERM ${stops} times: exit 0 within 10 s, and the next start goes on`,
  async () => {
    const config = await plantFile("demo.yaml");
    const dataDir = temporaryFolder();
    const shared = await env();
    const took: number[] = [];
    for (let stop = 0; stop < stops; stop += 1) {
      const plant = await startFluewatch({ config, dataDir, env: shared });
      await until("a reading", async () => {
        const { body } = await plant.ask("boilers/toh-01/latest");
        return (body as { latest: unknown }).latest !== null;
      });
      const beganMs = Date.now();
      await plant.stop("SIGTERM");
      took.push(Date.now() - beganMs);
      expect(plant.child.exitCode, plant.output()).toBe(0);
    }
    expect(Math.max(...took)).toBeLessThan(10_000);
    tell("P12", `${stops} stops, the longest took ${Math.max(...took)} ms`);
  },
  within(240_000),
);

function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) =>
    permutations(of.filter((each) => each !== first)).map((rest) => [first, ...rest]),
  );
}
