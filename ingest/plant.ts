import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Boiler, Site } from "../domain/boiler.ts";
import type { LimitTables } from "../domain/limits.ts";
import type { PointCatalogue } from "../domain/points.ts";
import type { SteadySettings } from "../domain/steady-state.ts";

/** A boiler's place in the plant: who measures it, and by what it is judged. */
export interface PlantBoiler {
  readonly boiler: Boiler;
  readonly gatewayId: string;
  readonly steady: SteadySettings;
  /** Every edition of the tables that this boiler is held against. */
  readonly tables: readonly LimitTables[];
  /** With the delays of its site. */
  readonly rules: readonly AlarmRule[];
}

export interface PlantGateway {
  readonly id: string;
  readonly siteId: string;
  readonly scanMs: number;
  readonly rules: readonly AlarmRule[];
}

/** All that ingest has to know of the plant to take, judge and alarm; made of the configuration and the rule files. */
export interface Plant {
  readonly sites: ReadonlyMap<string, Site>;
  readonly boilers: ReadonlyMap<string, PlantBoiler>;
  readonly gateways: ReadonlyMap<string, PlantGateway>;
  readonly catalogue: PointCatalogue;
}
