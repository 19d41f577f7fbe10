import { type SparkplugSource, sparkplugPrefix } from "../../contracts/third-party.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason } from "../../domain/reading.ts";
import { shortestFloat32 } from "../../domain/units.ts";
import { type Heard, refused, type Said } from "./heard.ts";
import {
  dataTypes,
  decodedPayload,
  type Metric,
  type RawValue,
  type SparkplugPayload,
} from "./sparkplug-payload.ts";
import { type Told, toldBy } from "./value.ts";

/**
 * One edge node, as far as its messages tell: which metrics it has, under which aliases, what each last was. A birth
 * says all of them; what follows says only what changed, numbered without a hole. Where a number is missing a birth
 * may be, and with it what an alias stands for: nothing is taken then until the node has been born again.
 */
export interface SparkplugNode {
  /** `null`: it is not this message's turn, one before it is missing; it is to be offered again. */
  hear(topic: string, payload: Buffer, arrivedAtMs: number): Heard | null;
  /** Gives up waiting for what is missing. */
  stopWaiting(): void;
  /** It must be born again before anything of it can be taken. */
  readonly needsRebirth: boolean;
  readonly isAlive: boolean;
}

/** What is known of the metrics of a node, or of one of its devices, since its birth. */
interface Born {
  readonly byAlias: Map<string, string>;
  readonly dataTypes: Map<string, number>;
  readonly values: Map<string, Told>;
}

interface Mapping {
  readonly boilerId: string;
  readonly device: string;
  /** By metric: the points that it becomes. */
  readonly points: ReadonlyMap<
    string,
    readonly { readonly point: string; readonly told: (raw: unknown) => Told }[]
  >;
}

const seqs = 256;
const badQuality = 0;
const staleQuality = 500;
/** The node itself, among its devices: no device has an empty name. */
const ownMetrics = "";

export function sparkplugNode(source: SparkplugSource, catalogue: PointCatalogue): SparkplugNode {
  const mappings = source.boilers.map(({ boiler, device = ownMetrics, metrics }): Mapping => {
    const points = new Map<string, { point: string; told: (raw: unknown) => Told }[]>();
    for (const each of metrics) {
      const known = points.get(each.metric) ?? [];
      points.set(each.metric, [...known, { point: each.point, told: toldBy(each, catalogue) }]);
    }
    return { boilerId: boiler, device, points };
  });
  let nextSeq: number | null = null;
  let birthNumber: number | null = null;
  let isPatient = true;
  let isDead = false;
  const born = new Map<string, Born>();

  function hear(topic: string, payload: Buffer, arrivedAtMs: number): Heard | null {
    const [prefix, group, message, node, device = ownMetrics] = topic.split("/");
    if (prefix !== sparkplugPrefix || group !== source.group || node !== source.node)
      return refused("boiler-unknown", `${topic} is not of ${source.group}/${source.node}`);
    const said = decodedPayload(payload);
    if (said === null) return refused("not-sparkplug", "the payload cannot be read");
    if (message === "NDEATH") return death(said, arrivedAtMs);
    if (message === "NBIRTH") {
      born.clear();
      isDead = false;
      birthNumber = birthNumberIn(said);
      nextSeq = follows(said.seq ?? 0);
      isPatient = true;
      return birth(ownMetrics, said, arrivedAtMs);
    }
    if (nextSeq === null) {
      isDead = false;
      return refused("birth-missing", `${message} of a node whose birth was not heard`);
    }
    if (said.seq !== nextSeq) {
      if (isPatient && isAhead(said.seq)) return null;
      nextSeq = null;
      return refused("birth-missing", `${message} has seq ${said.seq}: one before it is missing`);
    }
    nextSeq = follows(nextSeq);
    isPatient = true;
    if (message === "DBIRTH") return birth(device, said, arrivedAtMs);
    if (message === "DDEATH") {
      born.delete(device);
      return { kind: "said", readings: silence(({ device: its }) => its === device, arrivedAtMs) };
    }
    const known = born.get(device);
    if (known === undefined) {
      nextSeq = null;
      return refused("birth-missing", `${message} of ${device}, whose birth was not heard`);
    }
    return changes(device, known, said, arrivedAtMs);
  }

  /** Among the next few, as a message is that overtook another; not one from before. */
  function isAhead(seq: number | null): boolean {
    return seq !== null && nextSeq !== null && (seq - nextSeq + seqs) % seqs < 16;
  }

  function birth(device: string, said: SparkplugPayload, arrivedAtMs: number): Heard {
    const known: Born = { byAlias: new Map(), dataTypes: new Map(), values: new Map() };
    for (const { name, alias, dataType } of said.metrics) {
      if (name === null) continue;
      if (alias !== null) known.byAlias.set(alias, name);
      if (dataType !== null) known.dataTypes.set(name, dataType);
    }
    born.set(device, known);
    return changes(device, known, said, arrivedAtMs);
  }

  /** The will of a connection that is over says nothing of the one that came after it. */
  function death(said: SparkplugPayload, arrivedAtMs: number): Heard {
    const number = birthNumberIn(said);
    if (nextSeq !== null && number !== null && birthNumber !== null && number !== birthNumber)
      return { kind: "said", readings: [] };
    nextSeq = null;
    isDead = true;
    born.clear();
    return { kind: "said", readings: silence(() => true, arrivedAtMs) };
  }

  function changes(device: string, known: Born, said: SparkplugPayload, arrivedAtMs: number): Heard {
    const readings: Said[] = [];
    const byTime = new Map<number, { readonly name: string; readonly metric: Metric }[]>();
    for (const metric of said.metrics) {
      const name = metric.name ?? known.byAlias.get(metric.alias ?? "");
      if (name === undefined) {
        nextSeq = null;
        return refused("birth-missing", `alias ${metric.alias} stands for nothing that was born`);
      }
      const atMs = metric.timestampMs ?? said.timestampMs ?? arrivedAtMs;
      byTime.set(atMs, [...(byTime.get(atMs) ?? []), { name, metric }]);
    }
    for (const [atMs, metrics] of [...byTime].sort(([a], [b]) => a - b)) {
      const now = metrics.filter(({ metric }) => !metric.isHistorical);
      const past = new Map(
        metrics
          .filter(({ metric }) => metric.isHistorical)
          .map(({ name, metric }) => [name, worth(metric, known.dataTypes.get(name))]),
      );
      for (const { name, metric } of now) known.values.set(name, worth(metric, known.dataTypes.get(name)));
      const names = new Set(now.map(({ name }) => name));
      for (const mapping of mappings.filter((each) => each.device === device)) {
        // All that it is now, also what did not change: until its death, a node vouches for what it said last.
        if ([...names].some((name) => mapping.points.has(name))) push(readings, mapping, known.values, atMs);
        else push(readings, mapping, past, atMs);
      }
    }
    return { kind: "said", readings };
  }

  function push(
    readings: Said[],
    { boilerId, points }: Mapping,
    told: ReadonlyMap<string, Told>,
    atMs: number,
  ): void {
    const values: Record<string, number | null> = {};
    const flaws: Record<string, FlawReason> = {};
    for (const [metric, becomes] of points) {
      const sent = told.get(metric);
      if (sent === undefined) continue;
      for (const { point, told: mapped } of becomes) {
        const { value, flaw } = sent.flaw === null ? mapped(sent.value) : sent;
        values[point] = value;
        if (flaw !== null) flaws[point] = flaw;
      }
    }
    if (Object.keys(values).length > 0) readings.push({ boilerId, atMs, values, flaws });
  }

  function silence(which: (mapping: Mapping) => boolean, atMs: number): readonly Said[] {
    return mappings.filter(which).map(({ boilerId, points }) => {
      const names = [...points.values()].flat().map(({ point }) => point);
      return {
        boilerId,
        atMs,
        values: Object.fromEntries(names.map((name) => [name, null])),
        flaws: Object.fromEntries(names.map((name) => [name, "no-answer" as const])),
      };
    });
  }

  return {
    hear,
    stopWaiting: () => {
      isPatient = false;
    },
    get needsRebirth() {
      return nextSeq === null && !isDead;
    },
    get isAlive() {
      return nextSeq !== null;
    },
  };
}

function follows(seq: number): number {
  return (seq + 1) % seqs;
}

function birthNumberIn({ metrics }: SparkplugPayload): number | null {
  const raw = metrics.find(({ name }) => name === "bdSeq")?.raw;
  return raw?.kind === "int" || raw?.kind === "long" ? Number(raw.value) : null;
}

/** What a metric says, as a number; `null` with a flaw where it says that it has none. */
function worth({ raw, quality, dataType, isNull }: Metric, bornAs: number | undefined): Told {
  if (isNull || quality === badQuality) return { value: null, flaw: "sentinel" };
  if (quality === staleQuality) return { value: null, flaw: "no-answer" };
  const type = dataType ?? bornAs ?? null;
  const value = raw === null ? valueLeftOut(type) : numberOf(raw, type);
  if (value === null || !Number.isFinite(value)) return { value: null, flaw: "not-a-number" };
  if (raw?.kind === "long" && !Number.isSafeInteger(value)) return { value: null, flaw: "out-of-range" };
  return { value, flaw: null };
}

/** What a metric means that has no value and does not say that it is null: Eclipse Tahu's codec leaves noughts out. */
function valueLeftOut(dataType: number | null): number | null {
  return dataType !== null && dataType >= dataTypes.Int8 && dataType <= dataTypes.Boolean ? 0 : null;
}

/** Signed numbers travel as the unsigned ones with the same bits. */
function numberOf(raw: RawValue, dataType: number | null): number | null {
  switch (raw.kind) {
    case "int":
      if (dataType === dataTypes.Int8) return (raw.value << 24) >> 24;
      if (dataType === dataTypes.Int16) return (raw.value << 16) >> 16;
      return dataType === dataTypes.Int32 ? raw.value | 0 : raw.value;
    case "long":
      return Number(dataType === dataTypes.Int64 ? BigInt.asIntN(64, raw.value) : raw.value);
    case "float":
      return shortestFloat32(raw.value);
    case "double":
      return raw.value;
    case "boolean":
      return Number(raw.value);
    case "string":
      return raw.value.trim() === "" ? null : Number(raw.value);
  }
}
