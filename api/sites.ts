import { OperationalError } from "../platform/errors.ts";
import type { SiteScope } from "../platform/records/user-records.ts";
import type { Registry } from "./registry.ts";

/** @throws OperationalError `request-invalid` for a site that the configuration does not have */
export function assertKnownSites({ sites }: Registry, wanted: SiteScope): void {
  const known = sites.map(({ id }) => id);
  const unknown = (wanted ?? []).filter((id) => !known.includes(id));
  if (unknown.length === 0) return;
  throw new OperationalError(
    "request-invalid",
    `sites: ${unknown.join(", ")} is no site; known are ${known.join(", ")}`,
  );
}
