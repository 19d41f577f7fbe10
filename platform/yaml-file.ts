import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Settings } from "typebox/system";
import { Value } from "typebox/value";
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import { messageOf, OperationalError } from "./errors.ts";

/** One thing that is wrong in a file, where, and what is allowed there. */
export interface Fault {
  readonly file: string;
  /** Counted from 1; `null` where the file as a whole is meant. */
  readonly line: number | null;
  /** The place that the line is of; absent where the file as a whole is meant. */
  readonly path?: readonly (string | number)[];
  readonly message: string;
}

/** Where files are read from. */
export interface Files {
  /** The names of a folder's files; none of a folder that is not there. */
  list(folder: string): readonly string[];
  /** Throws where there is no such file. */
  read(file: string): string;
}

export const filesOnDisk: Files = {
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  read: (file) => readFileSync(file, "utf8"),
};

/** A YAML file that is what its schema says, with defaults filled in, and a way to point into it. */
export interface YamlFile<T> {
  readonly value: T;
  /** A fault at a place of this file, for checks that a schema cannot make. */
  fault(path: readonly (string | number)[], message: string): Fault;
}

export type Loaded<T> =
  | { readonly ok: true; readonly file: YamlFile<T> }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A plant may well say the same of hundreds of boilers; aliases of aliases, which grow out of bounds, are refused. */
const mostAliases = 10_000;

/**
 * Reads a file and holds it against a schema; every fault is reported, not only the first.
 * @param choose gives the schema for what stands in the file, or says why there is none
 */
export function loadYaml<S extends TSchema>(
  file: string,
  choose: (raw: unknown) => S | { readonly refused: string },
  files: Files = filesOnDisk,
): Loaded<Static<S>> {
  let text: string;
  try {
    text = files.read(file);
  } catch (error) {
    return { ok: false, faults: [{ file, line: null, message: `cannot be read: ${messageOf(error)}` }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }) => ({
      file,
      line: lines.linePos(pos[0]).line,
      message: message.split("\n")[0]?.replace(/ at line.*$/, "") ?? "is not YAML",
    }));
    return { ok: false, faults };
  }
  const fault = (path: readonly (string | number)[], message: string): Fault => ({
    file,
    line: lineInDocument(document, lines, path),
    path,
    message,
  });
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: mostAliases }) ?? {};
  } catch (error) {
    return { ok: false, faults: [fault([], `cannot be taken in: ${messageOf(error)}`)] };
  }
  const schema = choose(raw);
  if (isRefusal(schema)) return { ok: false, faults: [fault([], schema.refused)] };
  const value: unknown = Value.Default(schema, raw);
  const faults = schemaFaults(schema, value).map(({ path, message }) => fault(path, message));
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    file: {
      value: deepFrozen(value) as Static<S>,
      fault: (path, message) => fault(path, `${path.join(".")} ${message}`),
    },
  };
}

function isRefusal(choice: TSchema | { readonly refused: string }): choice is { readonly refused: string } {
  return "refused" in choice;
}

/** All faults in one error that a person can work through from top to bottom. */
export function faultsError(faults: readonly Fault[]): OperationalError {
  const sorted = [...faults].sort((a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0));
  const lines = sorted.map(
    ({ file, line, message }) => `  ${file}${line === null ? "" : `:${line}`}: ${message}`,
  );
  const count = faults.length === 1 ? "one fault" : `${faults.length} faults`;
  return new OperationalError("config-invalid", `The configuration has ${count}:\n${lines.join("\n")}`);
}

/** The line of the node at `path`, or of the nearest one above it that the file has. */
function lineInDocument(
  document: Document,
  lines: LineCounter,
  path: readonly (string | number)[],
): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key: each }) => isNode(each) && String(each) === String(key));
      if (pair !== undefined && isNode(pair.key) && pair.key.range)
        return lines.linePos(pair.key.range[0]).line;
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

interface SchemaFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function schemaFaults(schema: TSchema, value: unknown): readonly SchemaFault[] {
  const check = Compile(schema);
  if (check.Check(value)) return [];
  const faults = new Map<string, SchemaFault>();
  const errors = allErrors(() => check.Errors(value));
  const unions = errors
    .filter(({ keyword }) => keyword === "anyOf")
    .map((error) => ({ error, branch: branchMeant(schema, value, error) }));
  for (const error of errors) {
    // A union reports each of its branches; its own line says it all, unless the value says which branch it is.
    const hidden = unions.some(({ error: union, branch }) => {
      const branches = `${union.schemaPath}/anyOf/`;
      if (union === error) return branch !== null;
      return error.schemaPath.startsWith(branches) && !error.schemaPath.startsWith(`${branches}${branch}/`);
    });
    if (hidden || error.keyword === "boolean") continue;
    for (const fault of described(schema, value, error))
      faults.set(`${fault.path.join("/")} ${fault.message}`, fault);
  }
  return [...faults.values()];
}

/** TypeBox stops at the eighth error, unless it is told otherwise; elsewhere, where strangers' messages are checked, it may. */
function allErrors<T>(find: () => T): T {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: 10_000 });
  try {
    return find();
  } finally {
    Settings.Set({ maxErrors });
  }
}

/** Which branch of a union a value means to be, by its `kind`; `null` when it has none of them. */
function branchMeant(root: TSchema, value: unknown, error: SchemaError): number | null {
  const now = atPath(value, pointerParts(error.instancePath));
  const kind = (now as { readonly kind?: unknown } | null | undefined)?.kind;
  const index = branchesOf(atPointer(root, error.schemaPath)).findIndex(
    (branch) => kind !== undefined && kindOf(branch) === kind,
  );
  return index < 0 ? null : index;
}

type Branch = Readonly<Record<string, unknown>>;

function branchesOf(schema: unknown): readonly Branch[] {
  return ((schema as { readonly anyOf?: readonly Branch[] } | undefined)?.anyOf ?? []) as readonly Branch[];
}

function kindOf(branch: Branch): unknown {
  const properties = branch["properties"] as { readonly kind?: { readonly const?: unknown } } | undefined;
  return properties?.kind?.const;
}

interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function described(root: TSchema, value: unknown, error: SchemaError): readonly SchemaFault[] {
  const path = pointerParts(error.instancePath);
  const at = path.length === 0 ? "the file" : path.join(".");
  const params = error.params as Readonly<Record<string, unknown>>;
  const schema = atPointer(root, error.schemaPath) as Readonly<Record<string, unknown>> | undefined;
  const now = atPath(value, path);
  switch (error.keyword) {
    case "required":
      return listOf(params["requiredProperties"]).map((key) => ({ path, message: `${at} lacks "${key}"` }));
    case "additionalProperties": {
      const allowed = Object.keys((schema?.["properties"] as object | undefined) ?? {});
      return listOf(params["additionalProperties"]).map((key) => ({
        path: [...path, key],
        message: `${at} has the unknown key "${key}"; allowed are ${allowed.join(", ")}`,
      }));
    }
    case "enum":
      return [
        { path, message: `${at} is ${shown(now)}; allowed are ${listOf(schema?.["enum"]).join(", ")}` },
      ];
    case "const":
      return [{ path, message: `${at} is ${shown(now)}; it must be ${shown(schema?.["const"])}` }];
    case "format":
    case "pattern": {
      const wanted = schema?.["description"] ?? `text that matches ${String(schema?.["pattern"])}`;
      return [{ path, message: `${at} is ${shown(now)}; it must be ${String(wanted)}` }];
    }
    case "anyOf":
      return [{ path, message: `${at} is ${shown(now)}; it must be ${unionText(schema)}` }];
    default:
      return [{ path, message: `${at} is ${shown(now)}; it ${error.message}` }];
  }
}

function unionText(schema: unknown): string {
  const branches = branchesOf(schema);
  const kinds = branches.map(kindOf).filter((kind) => kind !== undefined);
  if (kinds.length === branches.length) return `one of kind ${kinds.join(", ")}`;
  return branches
    .map((each) => ("const" in each ? shown(each["const"]) : `a ${String(each["type"])}`))
    .join(" or ");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function pointerParts(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The schema that a schema path leads to; its last part may be the keyword that failed. */
function atPointer(root: TSchema, schemaPath: string): unknown {
  let node: unknown = root;
  for (const part of pointerParts(schemaPath)) {
    const next = (node as Readonly<Record<string, unknown>> | undefined)?.[part];
    if (next === undefined || typeof next !== "object") break;
    node = next;
  }
  return node;
}

function atPath(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (node as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFrozen(each);
  }
  return value;
}
