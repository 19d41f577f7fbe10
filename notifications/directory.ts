import type { AlarmWords } from "../domain/alarms/evidence.ts";
import type { Label } from "../domain/boiler.ts";

/** What a message says of a site. */
export interface SiteWords {
  readonly name: Label;
  readonly timeZone: string;
  readonly simulated: boolean;
}

/** The names that stand in messages; made of the configuration and the rule files. */
export interface Directory {
  site(siteId: string): SiteWords | null;
  /** Of a boiler, a gateway or a site. */
  nameOf(sourceId: string): Label;
  /** As they were in force at a moment, or nearest to it. */
  wordsOf(ruleId: string, atMs: number): AlarmWords | null;
}
