import type {
  ConfigDraft,
  ConfigurationText,
  ConfigVersions,
  ConfigVersionText,
  ConfigVersionWhole,
  ConfigWish,
  ProbeText,
  ProbeWish,
} from "../contracts/http/configuration.ts";
import type { DryRun } from "../contracts/http/dry-runs.ts";
import { call } from "./api.ts";

/** What the pages of the configuration ask for. */
export const configApi = {
  now: () => call<ConfigurationText>("GET", "configuration"),
  draft: (wish: ConfigWish) => call<ConfigDraft>("POST", "configuration/drafts", wish),
  accept: (wish: ConfigWish, comment: string) =>
    call<ConfigVersionText>("POST", "configuration/versions", { ...wish, comment }),
  versions: (cursor: string | null) =>
    call<ConfigVersions>(
      "GET",
      `configuration/versions?limit=20${cursor === null ? "" : `&cursor=${cursor}`}`,
    ),
  version: (version: number) => call<ConfigVersionWhole>("GET", `configuration/versions/${version}`),
  tryOut: (wish: ConfigWish, hours: number) =>
    call<DryRun>("POST", "configuration/dry-runs", { ...wish, hours }),
  probe: (wish: ProbeWish) => call<ProbeText>("POST", "configuration/probes", wish),
};
