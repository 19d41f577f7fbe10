/** What Fluewatch consists of; a process runs all of them, or some. */
export const roles = ["simulators", "broker", "gateway", "ingest", "api"] as const;
export type Role = (typeof roles)[number];
