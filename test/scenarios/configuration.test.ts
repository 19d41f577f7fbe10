import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import type {
  ConfigDraft,
  ConfigurationText,
  ConfigVersions,
  ConfigVersionWhole,
  ProbeText,
} from "../../contracts/http/configuration.ts";
import { plantFile, startFluewatch } from "../helpers/fluewatch.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const comment = "# Burners are looked after by the day shift.\n";

interface Newest {
  readonly n: number;
  readonly values: Readonly<Record<string, number | null>>;
}

/** The demo plant in a file with a comment of somebody's. */
async function plant() {
  const file = await plantFile("demo.yaml");
  writeFileSync(file, `${comment}${readFileSync(file, "utf8")}`);
  const dataDir = temporaryFolder();
  const start = async () => {
    const fluewatch = await startFluewatch({ config: file, dataDir });
    const ask = async <T>(path: string, body?: unknown) => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const { status, body: said } = await fluewatch.ask(path, init);
      return { status, said: said as T };
    };
    return { ...fluewatch, ask };
  };
  return { file, name: basename(file), start };
}

const place = ["sites", 0, "boilers", 1] as const;
const limitOf = (airRatio: number) => ({ airRatio, source: "Plant target", validFrom: "2026-01-01" });

test("a limit, a point, a register and a boiler change in the browser: the file says so, and what runs takes it up", async () => {
  const { file, name, start } = await plant();
  let running = await start();
  const now = async () => (await running.ask<ConfigurationText>("configuration")).said;
  const first = await now();
  expect(first).toMatchObject({ differs: false, running: { version: 1, by: "file" } });
  const newest = async (boiler: string) => {
    const { latest } = (await running.ask<{ readonly latest: Newest | null }>(`boilers/${boiler}/latest`))
      .said;
    return latest ?? { n: 0, values: {} };
  };
  await until("the plant is live", async () => (await newest("toh-02")).n > 1);

  // What is wrong is said where it stands, and nothing happens.
  const wrong = { file: name, path: [...place, "capacityTPerH"], value: -1 };
  const refused = await running.ask<ConfigDraft>("configuration/drafts", {
    base: first.hash,
    edits: [wrong],
  });
  expect(refused.said.faults).toMatchObject([{ file: name, path: wrong.path.map(String) }]);
  const notTaken = { base: first.hash, comment: "no", edits: [wrong] };
  expect(await running.ask("configuration/versions", notTaken)).toMatchObject({
    status: 400,
    said: { code: "config-invalid" },
  });
  expect(readFileSync(file, "utf8")).toContain(comment);

  const map = first.files.find(({ name: each }) => each.endsWith("devices/zirconia-probe.yaml"));
  const own = `${map?.text.replace(/^id: .*$/m, "id: own-probe")}  - { point: cellTempC, table: holding, address: 0, type: uint16 }\n`;
  const wish = {
    base: first.hash,
    files: [{ name: "devices/own-probe.yaml", text: own }],
    edits: [
      { file: name, path: [...place, "ownLimits"], value: limitOf(1.05) },
      {
        file: name,
        path: ["points"],
        value: { cellTempC: { unit: "°C", range: [0, 1_200], label: { en: "Cell", "zh-TW": "感測元件" } } },
      },
      { file: name, path: ["gateways", 0, "devices", 6, "map"], value: "own-probe" },
    ],
  };
  const draft = await running.ask<ConfigDraft>("configuration/drafts", wish);
  expect(draft.said).toMatchObject({ faults: [], restart: [] });
  expect(draft.said.changes.map(({ path }) => path.join("."))).toContain(
    "sites.demo-plant.boilers.toh-02.ownLimits",
  );
  const before = (await newest("toh-02")).n;
  const page = io(running.url, {
    ...{ path: "/live", transports: ["websocket"], extraHeaders: { cookie: await running.cookie() } },
  });
  let toldPages = 0;
  page.on("configuration", () => {
    toldPages += 1;
  });
  await new Promise((resolve) => page.once("snapshot", resolve));
  const accepted = await running.ask("configuration/versions", { ...wish, comment: "Tighter" });
  expect(accepted).toMatchObject({ status: 200, said: { version: 2, by: "admin", comment: "Tighter" } });
  await until("open pages are told, once", () => toldPages === 1);
  page.close();
  const text = readFileSync(file, "utf8");
  expect(text.startsWith(comment)).toBe(true);
  expect(text).toContain("airRatio: 1.05");
  expect(readFileSync(join(dirname(file), "devices/own-probe.yaml"), "utf8")).toBe(own);
  const boiler = await running.ask<{ readonly limits: object }>("boilers/toh-02");
  expect(boiler.said.limits).toMatchObject({ airRatio: { limit: 1.05 } });
  await until("the new point is read, and the boiler goes on", async () => {
    const { n, values } = await newest("toh-02");
    return n > before && "cellTempC" in values;
  });
  // Nothing but the scans while the gateway began again is missing, and that is declared.
  const ended = await running.ask("configuration/versions", { ...wish, comment: "again" });
  expect(ended).toMatchObject({ status: 409, said: { code: "rev-stale" } });

  // Somebody edits the file; then the process starts anew: it is a version, too.
  await running.stop();
  writeFileSync(file, text.replace("airRatio: 1.05", "airRatio: 1.15"));
  running = await start();
  const edited = await now();
  expect(edited.running).toMatchObject({ version: 3, by: "file", changed: [name] });
  const { said: versions } = await running.ask<ConfigVersions>("configuration/versions?limit=2");
  expect(versions).toMatchObject({ versions: [{ version: 3 }, { version: 2 }], nextCursor: "2" });

  // And back to how it was.
  const { said: old } = await running.ask<ConfigVersionWhole>("configuration/versions/1");
  const back = edited.files
    .filter(({ shipped }) => !shipped)
    .map(({ name: each }) => ({
      name: each,
      text: old.files.find((was) => was.name === each)?.text ?? null,
    }));
  const undone = await running.ask("configuration/versions", {
    base: edited.hash,
    comment: "Back",
    files: back,
  });
  expect(undone).toMatchObject({ status: 200, said: { version: 4, hash: first.hash } });
  expect((await now()).hash).toBe(first.hash);
  const audited = await running.ask<{ readonly entries: readonly { readonly action: string }[] }>(
    "audit?limit=50",
  );
  expect(audited.said.entries.filter(({ action }) => action === "config.accept")).toHaveLength(4);

  const line = edited.files.find(({ kind }) => kind === "plant")?.content as {
    readonly gateways: readonly { readonly lines: readonly { readonly port: number }[] }[];
  };
  const port = line.gateways[0]?.lines[0]?.port ?? 0;
  const probe = {
    host: "127.0.0.1",
    port,
    unitId: 11,
    table: "holding",
    address: 0,
    count: 3,
    point: "exhaustTempC",
  };
  const { said: probed } = await running.ask<ProbeText>("configuration/probes", probe);
  expect(probed).toMatchObject({ refusal: null, words: { length: 3 } });
  expect(probed.candidates[0]).toMatchObject({ point: "exhaustTempC" });
  await running.stop();
}, 60_000);
