import { basename, dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { mostChangesTold } from "../api/configuration.ts";
import type { ConfigDraft, ConfigFileText } from "../contracts/http/configuration.ts";
import type { ConfigTexts } from "../platform/records/config-records.ts";
import { type Files, filesOnDisk } from "../platform/yaml-file.ts";
import type { Config } from "./config.ts";
import { foldersOf, type Settings, yamlFiles } from "./settings.ts";

/** Where the configuration and all that is read with it stands. */
export type ConfigPlace = Pick<Settings, "configFile" | "packageRoot">;

const shippedPrefix = "shipped/";
const kinds = ["devices", "rules"] as const;

/** The configuration's files as they are now, by their names seen from its folder. */
export function textsOnDisk({ configFile, packageRoot }: ConfigPlace): ConfigTexts {
  const texts = new Map([[basename(configFile), filesOnDisk.read(configFile)]]);
  for (const kind of kinds) {
    const folders = foldersOf(configFile, packageRoot, kind);
    for (const folder of folders) {
      const isShipped = folders.length > 1 && folder === folders[0];
      for (const file of yamlFiles(folder, filesOnDisk))
        texts.set(`${isShipped ? shippedPrefix : ""}${kind}/${basename(file)}`, filesOnDisk.read(file));
    }
  }
  return texts;
}

/** The same as files, which are read as if they stood where they came from. */
export function filesOf(texts: ConfigTexts, place: ConfigPlace): Files {
  const byPath = new Map([...texts].map(([name, text]) => [pathOf(name, place), text]));
  return {
    list: (folder) =>
      [...byPath.keys()].filter((file) => dirname(file) === folder).map((file) => basename(file)),
    read: (file) => {
      const text = byPath.get(file);
      if (text === undefined) throw new Error("there is no such file in this version");
      return text;
    },
  };
}

export function pathOf(name: string, { configFile, packageRoot }: ConfigPlace): string {
  return name.startsWith(shippedPrefix)
    ? join(packageRoot, "config", name.slice(shippedPrefix.length))
    : resolve(dirname(configFile), name);
}

export function nameOf(path: string, place: ConfigPlace, texts: ConfigTexts): string {
  return [...texts.keys()].find((name) => pathOf(name, place) === path) ?? basename(path);
}

/** Whether a file of this name is one that people change: the plant's own, no shipped one and nothing elsewhere. */
export function isOwnFile(name: string, { configFile }: ConfigPlace): boolean {
  return name === basename(configFile) || /^(devices|rules)\/[a-z0-9][a-z0-9-]{0,63}\.yaml$/.test(name);
}

export function fileTexts(texts: ConfigTexts): ConfigFileText[] {
  return [...texts].map(([name, text]) => ({
    name,
    kind: kinds.find((kind) => name.includes(`${kind}/`)) ?? "plant",
    shipped: name.startsWith(shippedPrefix),
    text,
    content: contentOf(text),
  }));
}

export function changedNames(before: ConfigTexts, after: ConfigTexts): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}

function contentOf(text: string | undefined): unknown {
  if (text === undefined) return null;
  const document = parseDocument(text, { uniqueKeys: true });
  return document.errors.length > 0 ? null : (document.toJS({ maxAliasCount: 1_000 }) as unknown);
}

type Change = ConfigDraft["changes"][number];

/** What two versions say differently, value by value; things with an id are held against their own earlier self. */
export function changesBetween(before: ConfigTexts, after: ConfigTexts): Change[] {
  const changes: Change[] = [];
  for (const file of changedNames(before, after)) {
    const whole = { before: contentOf(before.get(file)), after: contentOf(after.get(file)) };
    compare(whole.before, whole.after, [], (path, was, is) => {
      if (changes.length < mostChangesTold) changes.push({ file, path: [...path], before: was, after: is });
    });
  }
  return changes;
}

type Tell = (path: readonly string[], before: unknown, after: unknown) => void;

function compare(before: unknown, after: unknown, path: readonly string[], tell: Tell): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const [was, is] = [partsOf(before), partsOf(after)];
  if (was === null || is === null || Array.isArray(before) !== Array.isArray(after)) {
    tell(path, before ?? null, after ?? null);
    return;
  }
  for (const key of new Set([...was.keys(), ...is.keys()]))
    compare(was.get(key), is.get(key), [...path, key], tell);
}

/** By key; of a list, by what names its members, or by place. */
function partsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = value.map((each: unknown, place) => {
    const id = (each as { readonly id?: unknown } | null)?.id;
    return [typeof id === "string" ? id : String(place), each] as const;
  });
  return new Map(named);
}

/** What a running process takes up; all else counts from the next start on. */
const takenUp: ReadonlySet<string> = new Set(["sites", "points", "gateways", "thirdParty", "ingest"]);

export function restartNeeded(before: Config, after: Config): string[] {
  return Object.keys({ ...before, ...after })
    .filter((part) => !takenUp.has(part))
    .filter(
      (part) => JSON.stringify(before[part as keyof Config]) !== JSON.stringify(after[part as keyof Config]),
    )
    .sort();
}
