import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plant } from "../ingest/plant.ts";
import { readEnvironment } from "../platform/environment.ts";
import { packageRoot } from "../platform/package-root.ts";
import { plantOf } from "../settings/registry.ts";
import { loadSettings } from "../settings/settings.ts";
import { seededRandom } from "../simulators/seeded-random.ts";

/** A plant of gas-fired steam boilers, described as fully as can be, so that every formula has its inputs. */
export function benchPlant(boilers: number, boilersPerGateway = 50): Plant {
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
  try {
    const file = join(folder, "bench.yaml");
    const ids = Array.from({ length: boilers }, (_, index) => `b-${index}`);
    const gateways = Array.from({ length: Math.ceil(boilers / boilersPerGateway) }, (_, index) => ({
      id: `gw-${index}`,
      site: "works",
      scanMs: 1_000,
      lines: [{ id: "line", host: "127.0.0.1", port: 1_502 }],
      devices: ids.slice(index * boilersPerGateway, (index + 1) * boilersPerGateway).map((boiler, unit) => ({
        id: `d-${unit}`,
        line: "line",
        unitId: unit + 1,
        map: "burner-plc",
        boiler,
      })),
    }));
    // JSON is YAML.
    const config = {
      sites: [
        {
          id: "works",
          name: { en: "Works", "zh-TW": "工廠" },
          place: { en: "Bench", "zh-TW": "測試" },
          steady: { stepSeconds: 60, windowSeconds: 900, afterLightOffSeconds: 0 },
          prices: [
            { fuel: "natural-gas", validFrom: "2025-01-01", perUnit: 15.2, currency: "TWD", source: "bench" },
          ],
          boilers: ids.map((id) => ({
            id,
            name: id,
            capacityTPerH: 12,
            heatCarrier: "steam",
            fuels: ["natural-gas"],
            tunedO2: [
              { loadPercent: 30, o2DryPercent: 4 },
              { loadPercent: 100, o2DryPercent: 2 },
            ],
          })),
        },
      ],
      gateways,
    };
    writeFileSync(file, JSON.stringify(config));
    return plantOf(loadSettings(file, packageRoot(), readEnvironment({})));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The twenty points that each scan of a bench boiler reads. */
export const scannedPoints = [
  "firing",
  "loadPercent",
  "naturalGasFlowNm3PerH",
  "o2DryPercent",
  "co2DryPercent",
  "coDryPpm",
  "soxDryPpm",
  "noxDryPpm",
  "pmDryMgPerNm3",
  "exhaustTempC",
  "flueBeforeRecoveryTempC",
  "combustionAirTempC",
  "ambientTempC",
  "ambientRhPercent",
  "shellTempC",
  "steamFlowKgPerH",
  "steamPressureBarG",
  "steamTempC",
  "feedwaterTempC",
  "stackFlowDryNm3PerH",
] as const;

/** Scans of a boiler that fires calmly: every value moves, none contradicts another. */
export function scans(count: number, seed = 1): readonly (readonly number[])[] {
  const random = seededRandom(seed);
  const around = (value: number, spread: number) => value + spread * (random() - 0.5);
  return Array.from({ length: count }, () => {
    const load = around(80, 1);
    const gas = load * 9.2;
    const o2 = around(3, 0.1);
    const flueDry = gas * 8.5 * (20.9 / (20.9 - o2));
    return [
      1,
      load,
      gas,
      o2,
      around((11.7 * (20.9 - o2)) / 20.9, 0.05),
      around(20, 4),
      around(1, 0.5),
      around(60, 2),
      around(3, 0.5),
      around(150, 0.6),
      around(240, 0.8),
      around(30, 0.2),
      around(28, 0.2),
      around(70, 1),
      around(55, 0.3),
      around(9_600, 60),
      around(8, 0.05),
      around(176, 0.4),
      around(85, 0.4),
      around(flueDry, flueDry * 0.01),
    ];
  });
}
