import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { points } from "../../domain/points.ts";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs", "sources.md"), "utf8");

/** The cells of each row of the tables of a page whose first cell is no heading. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (source|file|-+) +\|/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
const listed = rows.filter((row) => row.length === 4).map(([name = "", , , used = ""]) => ({ name, used }));

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

const textOf = (file: string) => readFileSync(join(root, file), "utf8");

/** What a file cites, each source by itself; an `@source` may name several, with `;` between them. */
function citedIn(file: string): readonly string[] {
  const comments = textOf(file).match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const plain = comment.replace(/^\s*\/?\*+\/?/gm, " ").replace(/\*\/$/, "");
    return (plain.match(/@source [^@]*/g) ?? []).flatMap((tag) =>
      tag
        .replace("@source ", "")
        .split(";")
        .map((each) => each.replace(/\s+/g, " ").trim()),
    );
  });
}

/** The longest name of the page that a citation begins with. */
function sourceOf(cited: string) {
  return listed
    .filter(({ name }) => cited.toLowerCase().startsWith(name.toLowerCase()))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

interface PublicFunction {
  readonly name: string;
  readonly comment: string;
  readonly gives: string;
}

/** The exported functions of a file, each with the comment that stands right above it and the type that it gives. */
function functionsOf(text: string): readonly PublicFunction[] {
  const pattern = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export function (\w+)([\s\S]*?) \{\n/g;
  return [...text.matchAll(pattern)].map(([, comment = "", name = "", head = ""]) => ({
    name,
    comment,
    gives: head.slice(head.lastIndexOf("): ") + 3),
  }));
}

/** What is remembered between frames, answered with yes or no, listed in words, or nothing at all is no quantity. */
const isQuantity = ({ gives }: PublicFunction) => !/^(void|boolean|\w+Memory|readonly \w+\[\])$/.test(gives);

const lacksSource = (text: string) =>
  functionsOf(text).flatMap((each) =>
    isQuantity(each) && !each.comment.includes("@source") ? [each.name] : [],
  );

const withQuantities = [
  ...["combustion", "emissions", "steam", "advice"].flatMap((room) => filesOf(join("domain", room))),
  ...["boiler-losses.ts", "limits.ts", "screening.ts"].map((name) => join("domain", name)),
];

describe("a quantity names its source", () => {
  test.each(withQuantities)("%s", (file) => {
    expect(lacksSource(textOf(file))).toEqual([]);
  });

  test("one without is found, whatever stands around it", () => {
    const documented = "/**\n * Heat.\n * @source Heat balance\n */\nexport function heatKw(): number {\n";
    const bare = "/** Heat. */\nexport function lossKw(\n  a: number,\n): number | null {\n";
    const memory = "export function heatMemory(): HeatMemory {\n";
    expect(lacksSource(`${documented}}\n${bare}}\n${memory}}\n`)).toEqual(["lossKw"]);
    expect(withQuantities.flatMap((file) => functionsOf(textOf(file))).length).toBeGreaterThan(40);
  });
});

describe("docs/sources.md", () => {
  const isOfSavings = (file: string) => file.startsWith(join("domain", "mv"));
  const citations = filesOf("domain")
    .filter((file) => !isOfSavings(file))
    .flatMap((file) => citedIn(file).map((cited) => ({ file, cited })));

  test("lists every file of the savings that cites a source", () => {
    const citing = filesOf(join("domain", "mv")).filter((file) => citedIn(file).length > 0);
    expect(citing.length).toBeGreaterThan(10);
    expect(citing.filter((file) => !textOf(join("docs", "sources.md")).includes(`\`${file}\``))).toEqual([]);
  });

  test("lists every source that the domain cites, with the file that does", () => {
    expect(citations.length).toBeGreaterThan(50);
    const missing = citations.filter(({ file, cited }) => !sourceOf(cited)?.used.includes(`\`${file}\``));
    expect(missing).toEqual([]);
  });

  test("lists nothing that no file cites", () => {
    const claims = listed.flatMap(({ name, used }) => used.split(", ").map((file) => `${name} in ${file}`));
    const facts = citations.map(({ file, cited }) => `${sourceOf(cited)?.name} in \`${file}\``);
    expect(claims.filter((claim) => !facts.includes(claim))).toEqual([]);
  });

  test("tells where the figures of every rule file are from", () => {
    const told = rows.filter((row) => row.length === 2).map(([file = ""]) => file);
    const shipped = readdirSync(join(root, "config", "rules")).map((name) => `\`config/rules/${name}\``);
    expect([...told].sort()).toEqual(shipped.sort());
  });
});

test("docs/domain.md tells of every quantity that is derived", () => {
  const text = readFileSync(join(root, "docs", "domain.md"), "utf8");
  const derived = Object.entries(points).flatMap(([name, { from }]) => (from === "sensor" ? [] : [name]));
  expect(derived.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
