import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { stringify } from "yaml";
import { addressBases, type RegisterConfig, registerTables, wordOrders } from "../contracts/device-map.ts";
import { replaceFile } from "../platform/data-folder.ts";
import { readEnvironment } from "../platform/environment.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { importedMap, wireOf } from "../settings/import-map.ts";
import { type ImportColumn, importColumns } from "../settings/import-words.ts";
import { type Command, complain, given, onlyWord, say, settingsOf, wrongUse } from "./command.ts";

export const gatewayImport: Command = {
  name: "gateway import",
  help: `  fluewatch gateway import <list.csv> [--id my-meter] [--title text] [--base 0|1|5-digit|6-digit]
      [--table holding] [--word-order ABCD] [--columns "address=Reg No,type=Fmt"] [--dry-run] [--replace]
                                               makes a device map of a vendor's register list`,
  async run(args) {
    const text = { type: "string" } as const;
    const flag = { type: "boolean", default: false } as const;
    const { values, positionals } = given(this, args, {
      ...{ config: text, id: text, title: text, base: text, table: text, columns: text },
      ...{ "word-order": text, "dry-run": flag, replace: flag },
    });
    const list = onlyWord(
      this,
      positionals,
      "a register list: a CSV file whose first line heads the columns",
    );
    const oneOf = <T extends string | number>(name: string, written: string, allowed: readonly T[]): T => {
      const found = allowed.find((each) => String(each) === written);
      if (found !== undefined) return found;
      throw wrongUse(gatewayImport, `--${name} is "${written}"; allowed are ${allowed.join(", ")}`);
    };
    const { config, configFile, maps } = settingsOf(values.config, readEnvironment());
    const id = values.id ?? idOf(list);
    if (!/^[a-z0-9-]{1,64}$/.test(id))
      throw wrongUse(this, `--id is "${id}"; lower-case letters, digits and - are allowed`);
    const addressBase = oneOf("base", values.base ?? "0", addressBases);
    const { registers, faults, leftOut, columns } = importedMap(read(list), {
      addressBase,
      table: values.table === undefined ? null : oneOf("table", values.table, registerTables),
      wordOrder: oneOf("word-order", values["word-order"] ?? "ABCD", wordOrders),
      columns: columnsNamed(values.columns ?? ""),
      furtherUnits: Object.fromEntries(Object.entries(config.points).map(([name, { unit }]) => [name, unit])),
    });
    say(
      `${list}: ${Object.entries(columns)
        .map(([column, heading]) => `${column} from "${heading}"`)
        .join(", ")}`,
    );
    if (leftOut.length > 0)
      say(`${leftOut.length} rows name no point and are left out: lines ${leftOut.join(", ")}`);
    for (const { line, message } of faults) complain(`  ${list}:${line}: ${message}`);
    if (faults.length > 0 || registers.length === 0) {
      complain(
        faults.length > 0
          ? "Nothing was written; mend these rows, or empty their point"
          : "No row names a point",
      );
      return false;
    }
    const title = values.title ?? basename(list, extname(list));
    const yaml = stringify(
      { kind: "device-map", id, title, addressBase, registers: registers.map(lean) },
      { lineWidth: 0 },
    );
    for (const register of registers)
      say(
        `  ${register.point.padEnd(28)} ${register.table} ${wireOf(register, addressBase)} on the wire, ${register.type}`,
      );
    const file = join(dirname(configFile), "devices", `${id}.yaml`);
    if (values["dry-run"]) {
      say(`${file} would be:\n${yaml}`);
      return true;
    }
    if (!values.replace && (existsSync(file) || maps.has(id)))
      throw new OperationalError(
        "map-exists",
        `There is a device map ${id} already; give another --id, or --replace`,
      );
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, yaml);
    say(
      `${file}: ${registers.length} registers; use it as map: ${id}, and look at it with: fluewatch gateway plan`,
    );
    return true;
  },
};

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new OperationalError("import-unreadable", `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function idOf(file: string): string {
  return basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

function columnsNamed(text: string): Partial<Record<ImportColumn, string>> {
  const named: Partial<Record<ImportColumn, string>> = {};
  for (const pair of text.split(",").filter((each) => each.trim() !== "")) {
    const [name = "", ...heading] = pair.split("=");
    const column = importColumns.find((each) => each === name.trim());
    if (column === undefined || heading.length === 0)
      throw wrongUse(
        gatewayImport,
        `--columns has "${pair}"; write <what>=<heading> with ${importColumns.join(", ")}`,
      );
    named[column] = heading.join("=").trim();
  }
  return named;
}

/** Without what is the default anyway, so that a person reads only what is said. */
function lean({ wordOrder, scale, offset, sentinels, ...rest }: RegisterConfig): object {
  return {
    ...rest,
    ...(wordOrder !== "ABCD" && { wordOrder }),
    ...(scale !== 1 && { scale }),
    ...(offset !== 0 && { offset }),
    ...(sentinels.length > 0 && { sentinels }),
  };
}
