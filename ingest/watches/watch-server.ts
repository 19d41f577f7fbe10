import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { PlantEvent } from "../stage.ts";
import type { Families, Tell } from "./families.ts";
import { counted } from "./watch-gateway.ts";

type Tick = Extract<PlantEvent, { kind: "tick" }>;

/** Watches what keeps a site's data: how far its store is behind, the space on its disk, its certificates. */
export function watchServer(
  families: Families,
  rule: AlarmRule,
  siteId: string,
  { atMs, telemetryLag, diskUsedPercent = null, certificateDays = null }: Tick,
  tell: Tell,
): void {
  const source = { siteId, id: siteId };
  switch (rule.watches) {
    case "telemetry-lag":
      if (telemetryLag === null) return;
      families.count(
        rule,
        source,
        telemetryLag,
        atMs,
        (limit) => counted("entries-behind", telemetryLag, limit),
        tell,
      );
      return;
    case "disk":
      if (diskUsedPercent === null) return;
      families.count(
        rule,
        source,
        diskUsedPercent,
        atMs,
        (limit) => counted("disk-used-percent", diskUsedPercent, limit),
        tell,
      );
      return;
    case "certificates":
      if (certificateDays === null) return;
      families.count(
        rule,
        source,
        certificateDays,
        atMs,
        (limit) => counted("certificate-days", certificateDays, limit),
        tell,
        "below",
      );
      return;
    default:
      return;
  }
}
