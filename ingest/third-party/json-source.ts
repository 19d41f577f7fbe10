import { deviceIn, type JsonPath, type JsonSource, type JsonTopic } from "../../contracts/third-party.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason } from "../../domain/reading.ts";
import { type Heard, refused, type Said } from "./heard.ts";
import { toldBy } from "./value.ts";

/** Reads messages of JSON topics by their mapping; it remembers nothing. */
export function jsonReader(
  { topics }: JsonSource,
  catalogue: PointCatalogue,
): (topic: string, payload: Buffer, arrivedAtMs: number) => Heard {
  const readers = topics.map((mapping) => ({ mapping, read: topicReader(mapping, catalogue) }));
  return (topic, payload, arrivedAtMs) => {
    for (const { mapping, read } of readers) {
      const device = deviceIn(mapping.pattern, topic);
      if (device === null) continue;
      const boilerId = mapping.boiler ?? ownOf(mapping.boilers ?? {}, device);
      if (boilerId === undefined)
        return refused("boiler-unknown", `"${device}" has no boiler under ${mapping.pattern}`);
      return read(payload, boilerId, arrivedAtMs);
    }
    return refused("boiler-unknown", `${topic} matches no pattern`);
  };
}

function topicReader({ values, time, each }: JsonTopic, catalogue: PointCatalogue) {
  const mapped = values.map((value) => ({ ...value, told: toldBy(value, catalogue) }));

  function sample(document: unknown, boilerId: string, arrivedAtMs: number): Said | Heard {
    const atMs = time === undefined ? arrivedAtMs : instantOf(at(document, time.path), time.form);
    if (atMs === null)
      return refused("time-unreadable", `${textOf(time?.path ?? "")} is no time of the form ${time?.form}`);
    const said: Record<string, number | null> = {};
    const flaws: Record<string, FlawReason> = {};
    for (const { path, point, told } of mapped) {
      const raw = at(document, path);
      if (raw === undefined) continue; // this message says nothing of it; another one may
      const { value, flaw } = told(raw);
      said[point] = value;
      if (flaw !== null) flaws[point] = flaw;
    }
    if (Object.keys(said).length === 0)
      return refused(
        "nothing-mapped",
        `none of ${mapped.map(({ path }) => textOf(path)).join(", ")} is there`,
      );
    return { boilerId, atMs, values: said, flaws };
  }

  return (payload: Buffer, boilerId: string, arrivedAtMs: number): Heard => {
    let document: unknown;
    try {
      document = JSON.parse(payload.toString());
    } catch (error) {
      return refused("not-json", error instanceof Error ? error.message : "");
    }
    const samples = each === undefined ? [document] : at(document, each);
    if (!Array.isArray(samples) || samples.length === 0)
      return refused("nothing-mapped", `${textOf(each ?? "")} is no list with samples`);
    const readings: Said[] = [];
    for (const one of samples) {
      const outcome = sample(one, boilerId, arrivedAtMs);
      if ("kind" in outcome) return outcome; // one message, one fate: it can be sent again whole
      readings.push(outcome);
    }
    return { kind: "said", readings };
  };
}

/** What stands at a path, of the document's own; `undefined` where nothing does. */
function at(document: unknown, path: JsonPath): unknown {
  const keys = typeof path === "string" ? path.split(".") : path;
  let here: unknown = document;
  for (const key of keys) {
    if (typeof here !== "object" || here === null) return undefined;
    here = ownOf(here as Readonly<Record<string, unknown>>, key);
  }
  return here;
}

function ownOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

const zoned = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})$/;
const latestMs = 7_258_118_400_000;

/** UTC ms; a time without its zone could be any of many, and is none. */
function instantOf(raw: unknown, form: "iso" | "epoch-s" | "epoch-ms"): number | null {
  const number = typeof raw === "string" && form !== "iso" && raw.trim() !== "" ? Number(raw) : raw;
  let ms = Number.NaN;
  if (form === "iso") ms = typeof raw === "string" && zoned.test(raw) ? Date.parse(raw) : Number.NaN;
  else if (typeof number === "number") ms = form === "epoch-s" ? number * 1_000 : number;
  const whole = Math.round(ms);
  return whole >= 0 && whole <= latestMs ? whole : null;
}

function textOf(path: JsonPath): string {
  return typeof path === "string" ? path : path.join(".");
}
