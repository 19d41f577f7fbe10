import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  stringify,
  visit,
} from "yaml";
import { messageOf, OperationalError } from "./errors.ts";

/** One change of a file's content; without a value what stands there goes. */
export interface YamlEdit {
  /** Keys, and places in lists from 0; the place behind the last one adds to the list. */
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

/**
 * Changes a YAML text as somebody would who has it open: comments stay, and lines that nothing changes stay as they
 * are.
 * @throws OperationalError `config-invalid` where the text, or a place in it, cannot be changed so
 */
export function editedYaml(text: string, edits: readonly YamlEdit[]): string {
  return edits.reduce(edited, text);
}

function edited(text: string, { path, value }: YamlEdit): string {
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  const where = path.join(".");
  if (error !== undefined)
    throw new OperationalError("config-invalid", `The file is no YAML (${error.message.split("\n")[0]})`);
  const [last] = path.slice(-1);
  if (last === undefined) throw new OperationalError("config-invalid", "A change needs a place");
  const node = document.getIn(path, true);
  if (
    isScalar(node) &&
    node.range &&
    !node.anchor &&
    (value === null || typeof value !== "object") &&
    value !== undefined
  ) {
    const [from, to] = node.range;
    return `${text.slice(0, from)}${scalarText(value)}${text.slice(to)}`;
  }
  const habits = { lineWidth: 120 };
  const before = document.toString(habits);
  try {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, nodeOf(document, path, value));
    return changeAlone(text, before, document.toString(habits));
  } catch (cause) {
    const why = `${where}: it cannot be changed there (${messageOf(cause)})`;
    throw new OperationalError("config-invalid", why, { cause });
  }
}

/** A value laid out as its neighbours are; lists of plain values on one line. */
function nodeOf(document: Document, path: readonly (string | number)[], value: unknown): Node {
  const node = document.createNode(value, { flow: isFlowAt(document, path, value) }) as Node;
  visit(node, {
    Seq: (_key, list) => {
      if (list.items.every(isScalar)) list.flow = true;
    },
  });
  return node;
}

/** As its neighbours are written; a few plain values on one line. */
function isFlowAt(document: Document, path: readonly (string | number)[], value: unknown): boolean {
  const parent = document.getIn(path.slice(0, -1), true);
  if (isSeq(parent)) {
    const beside = parent.items.findLast(isCollection);
    if (beside !== undefined) return beside.flow === true;
  }
  if (isMap(parent) && parent.flow) return true;
  const values = typeof value === "object" && value !== null ? Object.values(value) : [];
  return values.every((each) => each === null || typeof each !== "object") && values.length <= 6;
}

const plain = /^[\p{L}\p{N}][\p{L}\p{N} ._/+()°³₂%-]*$/u;

function scalarText(value: unknown): string {
  if (typeof value !== "string") return stringify(value).trim();
  const bare = stringify(value, { lineWidth: 0 }).trim();
  return plain.test(value) && bare === value ? value : JSON.stringify(value);
}

/**
 * The text with what differs between `before` and `after` alone: those two are as a writer of YAML lays it out, the
 * text as people do. Where the text cannot be found again in `before`, it is as the writer has it.
 */
function changeAlone(text: string, before: string, after: string): string {
  if (solid(text) !== solid(before)) return after;
  const [was, is] = [before.split("\n"), after.split("\n")];
  const most = Math.min(was.length, is.length);
  let same = 0;
  while (same < most && was[same] === is[same]) same += 1;
  let sameAfter = 0;
  while (sameAfter < most - same && was.at(-1 - sameAfter) === is.at(-1 - sameAfter)) sameAfter += 1;
  const from = lineAt(text, solid(was.slice(0, same).join("\n")).length);
  const to = lineAt(text, solid(was.slice(0, was.length - sameAfter).join("\n")).length);
  if (from === null || to === null) return after;
  const changed = is.slice(same, is.length - sameAfter).map((line) => `${line}\n`);
  return `${text.slice(0, from)}${changed.join("")}${text.slice(to)}`;
}

/** What layouts do not differ in: spaces, breaks, and a comma that nothing follows. */
const loose = /[\s,]/;

function solid(text: string): string {
  return text.replace(/[\s,]+/g, "");
}

/** Where the line ends on which so many solid signs are passed; `null`: more follow on it. */
function lineAt(text: string, count: number): number | null {
  let passed = 0;
  let at = 0;
  for (; passed < count; at += 1) if (!loose.test(text[at] ?? "")) passed += 1;
  if (at === 0) return 0;
  const end = text.indexOf("\n", at);
  const rest = text.slice(at, end < 0 ? text.length : end);
  return solid(rest) === "" ? (end < 0 ? text.length : end + 1) : null;
}
