import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** What each room may import besides itself; `packages` says whether it may import any. */
const rooms: Readonly<Record<string, { readonly may: readonly string[]; readonly packages: boolean }>> = {
  domain: { may: [], packages: false },
  contracts: { may: ["domain"], packages: true },
  platform: { may: ["contracts", "domain"], packages: true },
  gateway: { may: ["platform", "contracts", "domain"], packages: true },
  ingest: { may: ["platform", "contracts", "domain"], packages: true },
  notifications: { may: ["platform", "contracts", "domain"], packages: true },
  api: { may: ["platform", "contracts", "domain"], packages: true },
  simulators: { may: ["platform", "contracts", "domain"], packages: true },
  dashboard: { may: ["contracts", "domain"], packages: true },
};

/** Of the rooms, `settings` may know what they ask of a configuration, and nothing of what they do. */
const openToSettings =
  /^((gateway|ingest|notifications|api|simulators)\/(config|configuration|registry|plant|directory)|simulators\/(scenario|scenario-faults|duration|fitted))\.ts$/;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly local: boolean;
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return name === "node_modules" ? [] : sources(path);
    return /\.tsx?$/.test(name) && !name.endsWith(".d.ts") ? [path] : [];
  });
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [
    ...text.matchAll(
      /^(?:import|export)\b[^;]*?\bfrom ["']([^"']+)["'];?|^import ["']([^"']+)["']|\b(?:import|require)\(["']([^"']+)["']\)/gms,
    ),
  ].map(([, named, bare, dynamic]) => {
    const to = named ?? bare ?? dynamic ?? "";
    const local = to.startsWith(".");
    return { from: file, to: local ? relative(root, resolve(root, dirname(file), to)) : to, local };
  });
}

/** The code without comments and text, so that a word in a sentence is no call. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

const roomOf = (path: string) => path.split("/")[0] ?? "";

describe("the rooms", () => {
  test.each(Object.keys(rooms))("%s imports only what lies to its right", (room) => {
    const { may, packages } = rooms[room] ?? { may: [], packages: false };
    const files = sources(room);
    expect(files.length).toBeGreaterThan(0);
    const foreign = files.flatMap(importsOf).filter(({ to, local }) => {
      if (!local) return !packages;
      return roomOf(to) !== room && !may.includes(roomOf(to));
    });
    expect(foreign).toEqual([]);
  });

  test("settings knows of the rooms only what they ask of a configuration", () => {
    const foreign = sources("settings")
      .flatMap(importsOf)
      .filter(
        ({ to, local }) => local && !["settings", "platform", "contracts", "domain"].includes(roomOf(to)),
      )
      .filter(({ to }) => !openToSettings.test(to));
    expect(foreign).toEqual([]);
  });

  test("nobody imports the plant but commands and the main file", () => {
    const importers = [...Object.keys(rooms), "settings"].flatMap(sources).flatMap(importsOf);
    expect(importers.filter(({ to, local }) => local && /^(plant|main)\.ts$/.test(to))).toEqual([]);
  });

  test("no file of domain imports itself by way of others", () => {
    const importsIn = new Map(sources("domain").map((file) => [file, importsOf(file).map(({ to }) => to)]));
    const reaches = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
      for (const to of importsIn.get(file) ?? []) if (!seen.has(to)) reaches(to, seen.add(to));
      return seen;
    };
    expect([...importsIn.keys()].filter((file) => reaches(file).has(file))).toEqual([]);
  });

  test("imports are named and say their file's ending", () => {
    const files = [...Object.keys(rooms), "settings"].flatMap(sources);
    const endless = files.flatMap(importsOf).filter(({ to, local }) => local && !/\.(tsx?|js|css)$/.test(to));
    expect(endless).toEqual([]);
  });
});

describe("clocks, timers, randomness and the environment", () => {
  const banned: readonly (readonly [what: string, pattern: RegExp])[] = [
    [
      "the wall clock",
      /\bDate\.now\b|\bnew Date\b(?!\s*\([^)])|(?<!new )\bDate\(\s*\)|\bperformance\b|\bprocess\.(hrtime|uptime)\b/,
    ],
    [
      "a timer",
      /(?:\bglobalThis\.|(?<![.\w]))(setTimeout|setInterval|setImmediate)\b|\bAbortSignal\.timeout\b/,
    ],
    ["randomness", /\bMath\.random\b|\brandom(UUID|Bytes|Int)\b|\bgetRandomValues\b/],
    ["the environment", /\bprocess(\.env\b|\s*\[)/],
  ];
  const serverRooms = [
    "commands",
    "domain",
    "contracts",
    "gateway",
    "ingest",
    "notifications",
    "api",
    "simulators",
    "settings",
  ];
  const files = [
    ...serverRooms.flatMap(sources),
    "plant.ts",
    "offline.ts",
    "stores.ts",
    "example.ts",
    "main.ts",
  ];

  test.each(banned)("%s is asked for in platform alone", (_what, pattern) => {
    expect(files.filter((file) => pattern.test(codeOf(file)))).toEqual([]);
  });

  test.each([
    ["the wall clock", "const at = new Date;"],
    ["the wall clock", "const text = Date();"],
    ["a timer", "globalThis.setTimeout(go, 1);"],
    ["the environment", 'process[""];'],
  ])("%s is found in %s", (wanted, code) => {
    expect(banned.filter(([, pattern]) => pattern.test(code)).map(([what]) => what)).toEqual([wanted]);
  });

  test("the search itself finds them where they are", () => {
    const platform = sources("platform").map(codeOf).join("\n");
    for (const [what, pattern] of banned) expect(pattern.test(platform), what).toBe(true);
  });
});

describe("tests that the pages name", () => {
  const page = (name: string) => readFileSync(join(root, "docs", name), "utf8");

  test("each trap has a test of that name", () => {
    const [, ...groups] = page("traps.md").split(/^- /m);
    expect(groups.length).toBeGreaterThan(20);
    for (const trap of groups) {
      const named = [...trap.matchAll(/`(test\/[^`]+)`:((?:\s+"[^"]+",?)+)/g)].flatMap(
        ([, file = "", titles = ""]) =>
          [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => ({ file, title })),
      );
      expect(named, trap).not.toEqual([]);
      for (const { file, title } of named)
        expect(readFileSync(join(root, file), "utf8").includes(title), `${file}: ${title}`).toBe(true);
    }
  });

  test("each promise of delivery has its file", () => {
    const rows = page("delivery.md").match(/^\| P\d.*$/gm) ?? [];
    const files = rows.flatMap((row) => row.match(/test\/[\w/-]+\.test\.ts/g) ?? []);
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !statSync(join(root, file), { throwIfNoEntry: false })?.isFile())).toEqual(
      [],
    );
  });
});
