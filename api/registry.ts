import type { BoilerText, SiteText } from "../contracts/http.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";

/** What the API knows of the plant without asking anybody: made of the configuration and the rule files. */
export interface Registry {
  readonly sites: readonly SiteText[];
  /** The limits in them are those in force at the moment of the call. */
  boilers(atMs: number): readonly BoilerText[];
  readonly gateways: readonly { readonly id: string; readonly siteId: string; readonly scanMs: number }[];
  readonly rules: ReadonlyMap<string, Pick<AlarmRule, "title" | "response" | "consequence">>;
}
