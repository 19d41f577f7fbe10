import type { Boiler, HeatCarrier } from "../boiler.ts";
import type { EmissionQuantity } from "../emissions/emission-quantity.ts";
import type { FuelClass } from "../fuel.ts";
import type { TableQuantity } from "../limits.ts";
import { type FlawReason, flawReasons } from "../reading.ts";
import type { AnnunciationSettings, Priority } from "./alarm.ts";
import type { ConditionSettings } from "./condition.ts";
import type { AlarmWords, LimitSide } from "./evidence.ts";

/** How far is too far: levels of one rule make one alarm, and only the highest that holds is announced. */
export interface AlarmLevel extends ConditionSettings {
  readonly id: string;
  readonly priority: Priority;
  /** Stays after its end until somebody resets it. */
  readonly latching: boolean;
  /** In the unit of what the rule watches; NaN where a table or a sensor decides. */
  readonly limit: number;
  readonly deadband: number;
}

/** What a rule looks at. */
export type Watched =
  /** The verdict of a limit table. */
  | { readonly watches: "limit-table"; readonly quantity: TableQuantity }
  /** The mean of the last complete clock hour, or of the hour under way; levels are % of the limit in force. */
  | { readonly watches: "emission-hour" | "emission-hour-so-far"; readonly quantity: EmissionQuantity }
  /** The mean of the last whole minute, or of the last whole day; levels are % of the limit in force. */
  | { readonly watches: "emission-minute" | "emission-day"; readonly quantity: EmissionQuantity }
  /** A value as it is; at low load, where that has a limit of its own, against that. */
  | {
      readonly watches: "point";
      readonly point: string;
      readonly side: LimitSide;
      readonly lowLoad: { readonly atMostPercent: number; readonly limit: number } | null;
    }
  /** Exhaust temperature less the highest known dew point, K. */
  | { readonly watches: "dew-floor" }
  /** Dry O₂ above what the burner was tuned to at this load, points. */
  | { readonly watches: "tuned-o2" }
  /** How far a value is off what it was at the same load when the boiler was new to us. */
  | {
      readonly watches: "own-baseline";
      readonly point: string;
      readonly side: LimitSide;
      readonly learnMs: number;
      readonly meanMs: number;
    }
  /** Measured points with one of these flaws. */
  | { readonly watches: "sensors"; readonly flaws: readonly FlawReason[] }
  | { readonly watches: "gateway-silence"; readonly silentAfterMs: number }
  /** Seconds by which a gateway's clock is off. */
  | { readonly watches: "gateway-clock" }
  /** Messages set aside within a while. */
  | { readonly watches: "dead-letters"; readonly withinMs: number }
  /** Journal entries that the telemetry store does not have yet. */
  | { readonly watches: "telemetry-lag" }
  /** Percent of the readings of a boiler's last whole clock hour that are not here. */
  | { readonly watches: "completeness" }
  /** Percent of the disk that is taken, where ingest keeps its data. */
  | { readonly watches: "disk" }
  /** Days for which the certificate that ends first is still good. */
  | { readonly watches: "certificates" };

/** When to raise an alarm, how urgent it is, and what to do then. Without a written response there is no rule. */
export type AlarmRule = {
  readonly id: string;
  readonly source: string;
  readonly validFrom: string;
  /** From the least to the most urgent. */
  readonly levels: readonly [AlarmLevel, ...AlarmLevel[]];
  /** Only once the boiler has fired for so long; `null`: in any state. */
  readonly firingForMs: number | null;
  /** Boilers that it is made for; `null`: whatever they burn, or heat. */
  readonly fuelClasses: readonly FuelClass[] | null;
  readonly heatCarriers: readonly HeatCarrier[] | null;
  /** Of a capacity from the first up, below the second. */
  readonly fromTPerH: number;
  readonly belowTPerH: number;
  /** Only where each of these is measured, or follows; only where none of those does. */
  readonly withPoints: readonly string[];
  readonly withoutPoints: readonly string[];
  /** Rules whose alarm at the same boiler explains this one. */
  readonly inhibitedBy: readonly string[];
} & AlarmWords &
  AnnunciationSettings &
  Watched;

export type RuleOf<W extends Watched["watches"]> = Extract<AlarmRule, { readonly watches: W }>;

/** Of what a rule can tell: a boiler, a gateway, or a site. */
export function sourceKindOf({ watches }: Watched): "boiler" | "gateway" | "site" {
  switch (watches) {
    case "gateway-silence":
    case "gateway-clock":
    case "dead-letters":
      return "gateway";
    case "telemetry-lag":
    case "disk":
    case "certificates":
      return "site";
    default:
      return "boiler";
  }
}

/** Flaws that a measured point can have; the others are a computed one's. */
export const sensorFlaws = flawReasons.filter(
  (reason) => reason !== "input-missing" && reason !== "input-doubtful" && reason !== "not-computable",
);

/**
 * Whether a rule applies to a boiler: made for its fuel, its carrier and its capacity, and of something that it has.
 * @param points what the boiler measures, and what follows from that
 */
export function appliesTo(rule: AlarmRule, boiler: Boiler, points: ReadonlySet<string>): boolean {
  const { fuelClasses, heatCarriers } = rule;
  if (fuelClasses !== null && !boiler.fuels.some(({ fuelClass }) => fuelClasses.includes(fuelClass)))
    return false;
  if (heatCarriers !== null && !heatCarriers.includes(boiler.heatCarrier)) return false;
  if (boiler.capacityTPerH < rule.fromTPerH || boiler.capacityTPerH >= rule.belowTPerH) return false;
  if (!rule.withPoints.every((point) => points.has(point))) return false;
  if (rule.withoutPoints.some((point) => points.has(point))) return false;
  switch (rule.watches) {
    case "limit-table":
    case "emission-hour":
    case "emission-hour-so-far":
    case "emission-minute":
    case "emission-day":
      return points.has(rule.quantity);
    case "point":
    case "own-baseline":
      return points.has(rule.point);
    case "dew-floor":
      return (
        points.has("exhaustTempC") && (points.has("acidDewPointTempC") || points.has("waterDewPointTempC"))
      );
    case "tuned-o2":
      return boiler.tunedO2.length > 0 && points.has("o2DryPercent") && points.has("loadPercent");
    default:
      return true;
  }
}
