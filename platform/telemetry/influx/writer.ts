import type { Refusals } from "../telemetry.ts";
import { fieldsIn, type Line, textOf } from "./lines.ts";
import { type InfluxServer, refusal, saidIn, unreachable } from "./server.ts";

/** What a server refused for good: a value, or a whole line. */
export interface Refused {
  readonly line: string;
  /** The field that was taken out of it; `null`: the line was refused as a whole. */
  readonly field: string | null;
  readonly reason: string;
}

export interface LineWriter {
  /**
   * Sends lines until the server has all that it will ever take.
   * @throws OperationalError `telemetry-unavailable`: nothing counts as stored, the same again later
   */
  write(lines: readonly Line[]): Promise<void>;
  readonly refusals: Refusals;
}

const mostLines = 5_000;
const mostBytes = 4 * 1024 * 1024;
/** A server says this of a field whose type somebody else has set; InfluxDB 1.x and 2.x in the same words. */
const typeConflict = /field type conflict: input field "((?:[^"\\]|\\.)+)" on measurement/;

/**
 * Our own batches, by lines and bytes, and our own conclusions. A server that cannot take anything now is tried again
 * by whoever asked for it. What it will never take is found by halving, or by the field that it names, and set aside
 * with its words, so that no neighbour waits for it: lines are the same however often they are written.
 */
export function lineWriter(
  server: InfluxServer,
  setAside: (refused: readonly Refused[]) => void,
): LineWriter {
  let count = 0;
  let newest: string | null = null;

  async function write(lines: readonly Line[]): Promise<void> {
    let from = 0;
    let bytes = 0;
    let texts: string[] = [];
    for (const [index, line] of lines.entries()) {
      const text = textOf(line);
      if (texts.length > 0 && (texts.length === mostLines || bytes + text.length > mostBytes)) {
        await send(lines.slice(from, index), texts);
        from = index;
        bytes = 0;
        texts = [];
      }
      texts.push(text);
      bytes += text.length + 1;
    }
    if (texts.length > 0) await send(lines.slice(from), texts);
  }

  async function send(lines: readonly Line[], texts: readonly string[]): Promise<void> {
    const { status, text } = await server.post(texts.join("\n")).catch((error: unknown) => {
      throw unreachable(server.title, error);
    });
    if (status < 300) return;
    const isTooMuch = status === 413;
    if (!isTooMuch && status !== 400 && status !== 422) throw refusal(server.title, status, text);
    const said = saidIn(text);
    const field = typeConflict.exec(said)?.[1];
    const without = field === undefined ? null : withoutField(lines, field);
    if (without !== null) {
      refuse(without.refused.map((line) => ({ line, field: field ?? null, reason: said })));
      return write(without.lines);
    }
    if (lines.length === 1) {
      refuse([{ line: texts[0] ?? "", field: null, reason: said }]);
      return;
    }
    const half = lines.length >> 1;
    await send(lines.slice(0, half), texts.slice(0, half));
    await send(lines.slice(half), texts.slice(half));
  }

  function refuse(refused: readonly Refused[]): void {
    count += refused.length;
    const last = refused.at(-1);
    if (last !== undefined) newest = last.reason;
    setAside(refused);
  }

  return {
    write,
    get refusals() {
      return { count, newest };
    },
  };
}

/** The lines without a field; `null`: none of them has it, so the server means something else. */
function withoutField(lines: readonly Line[], field: string) {
  const refused: string[] = [];
  const left: Line[] = [];
  for (const line of lines) {
    const all = fieldsIn(line.fields);
    const own = all.filter((each) => each.startsWith(`${field}=`));
    if (own.length === 0) {
      left.push(line);
      continue;
    }
    refused.push(textOf({ ...line, fields: own.join(",") }));
    const fields = all.filter((each) => !own.includes(each));
    if (fields.length > 0) left.push({ ...line, fields: fields.join(",") });
  }
  return refused.length === 0 ? null : { refused, lines: left };
}
