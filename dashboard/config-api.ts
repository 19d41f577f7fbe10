import type { ConfigWish, ProbeWish } from "../contracts/http/configuration.ts";
import { ask } from "./api.ts";

/** What the pages of the configuration ask for. */
export const configApi = {
  now: () => ask("GET configuration", {}),
  draft: (wish: ConfigWish) => ask("POST configuration/drafts", { body: wish }),
  accept: (wish: ConfigWish, comment: string) =>
    ask("POST configuration/versions", { body: { ...wish, comment } }),
  versions: (cursor: string | null) =>
    ask("GET configuration/versions", { query: { limit: "20", ...(cursor !== null && { cursor }) } }),
  version: (version: number) =>
    ask("GET configuration/versions/{version}", { path: { version: String(version) } }),
  tryOut: (wish: ConfigWish, hours: number) =>
    ask("POST configuration/dry-runs", { body: { ...wish, hours } }),
  probe: (wish: ProbeWish) => ask("POST configuration/probes", { body: wish }),
};
