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
import type { BackTestResult } from "../contracts/http/dry-runs.ts";

/** The configuration as people change it: files, whole versions of them, and what a change would come to. */
export interface Configuration {
  now(): Promise<ConfigurationText>;
  /**
   * @throws OperationalError `rev-stale` when the files are not those that the wish was made of; `config-invalid` for
   * a change that cannot be made at all. What is wrong with its outcome is in the draft.
   */
  draft(wish: ConfigWish): Promise<ConfigDraft>;
  /**
   * Keeps a version, writes its files, and runs it.
   * @throws OperationalError as a draft; `config-invalid` with every fault; `config-unwritable`
   */
  accept(wish: ConfigWish, comment: string, by: string): Promise<ConfigVersionText>;
  versions(before: number | null, limit: number): Promise<ConfigVersions>;
  version(version: number): Promise<ConfigVersionWhole | null>;
  /**
   * Which alarms a change would have given.
   * @throws OperationalError as `accept`
   */
  tryOut(wish: ConfigWish, fromMs: number, toMs: number, signal: AbortSignal): Promise<BackTestResult>;
  /** Reads registers of a device once. */
  probe(wish: ProbeWish): Promise<ProbeText>;
}

/** So many changes are told of one draft at most. */
export const mostChangesTold = 500;

/** The parts of the plant's file that an engineer changes; the whole of its device maps and rules, besides. */
const engineersParts: ReadonlySet<string> = new Set(["sites", "points"]);
/** Of a gateway that is there. */
const engineersGatewayParts: ReadonlySet<string> = new Set([
  "lines",
  "devices",
  "scanMs",
  "reportByException",
]);

/** Parts of a change that are an administrator's alone: gateways, sites, stores, listeners, who is told. */
export function administratorsParts({ changes, files }: ConfigDraft, plantFile: string): readonly string[] {
  const named = changes
    .filter(({ file }) => file === plantFile)
    .filter(({ path: [part = "", id, inner = ""] }) => {
      if (part === "gateways") return id === undefined || !engineersGatewayParts.has(inner);
      if (part === "sites") return id === undefined || inner === "" || inner === "id";
      return !engineersParts.has(part);
    })
    .map(({ path }) => path.slice(0, 3).join("."));
  // Of a file that goes, or of more changes than are told, nobody knows what is in them.
  const isGone = files.some(({ name, after }) => name === plantFile && after === null);
  const unread = isGone || changes.length >= mostChangesTold ? [plantFile] : [];
  return [...new Set([...named, ...unread])];
}
