import type { PointName } from "../points.ts";

/** Concentrations at the reference oxygen that a stack may not exceed in a clock hour's mean. */
export const emissionQuantities = ["pmAtRefO2MgPerNm3", "soxAtRefO2Ppm", "noxAtRefO2Ppm"] as const;
export type EmissionQuantity = (typeof emissionQuantities)[number];

/** The measured point behind each of them. */
export const measuredFor = {
  pmAtRefO2MgPerNm3: "pmDryMgPerNm3",
  soxAtRefO2Ppm: "soxDryPpm",
  noxAtRefO2Ppm: "noxDryPpm",
} as const satisfies Record<EmissionQuantity, PointName>;
