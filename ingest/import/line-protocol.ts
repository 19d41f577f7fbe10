/** One line of InfluxDB's line protocol. */
export interface LinePoint {
  readonly measurement: string;
  /** Tags and fields by their names, numbers without their type's letter, and `time`, empty where the line has none. */
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Reads `measurement,tag=value field=1.5,other="text",count=3i 1465839830100400200`; `null` for what is none.
 * @source InfluxData, line protocol reference: a backslash escapes commas, spaces and equals signs outside of quotes,
 * quotes and backslashes inside
 */
export function parsedLine(text: string): LinePoint | null {
  const [head, fields, time = "", ...more] = split(text, " ").filter((part) => part !== "");
  if (head === undefined || fields === undefined || more.length > 0 || !/^-?\d*$/.test(time)) return null;
  const [measurement = "", ...tags] = split(head, ",");
  const cells: Record<string, string> = { time };
  for (const pair of tags) {
    const [name, value, ...rest] = split(pair, "=");
    if (name === undefined || value === undefined || rest.length > 0) return null;
    cells[plain(name)] = plain(value);
  }
  for (const pair of split(fields, ",")) {
    const [name, value, ...rest] = split(pair, "=");
    if (name === undefined || value === undefined || value === "" || rest.length > 0) return null;
    cells[plain(name)] = fieldText(value);
  }
  return measurement === "" ? null : { measurement: plain(measurement), cells };
}

/** Parts between a separator that is neither escaped nor within quotes. */
function split(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === '"' && (isQuoted || text[at - 1] === "=")) isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function plain(text: string): string {
  return text.replace(/\\([,= "\\])/g, "$1");
}

function fieldText(value: string): string {
  if (value.startsWith('"')) return value.slice(1, -1).replace(/\\(["\\])/g, "$1");
  if (/^(t|T|true|True|TRUE)$/.test(value)) return "1";
  if (/^(f|F|false|False|FALSE)$/.test(value)) return "0";
  return value.replace(/[iu]$/, "");
}
