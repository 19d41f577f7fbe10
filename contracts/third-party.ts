import { type Static, Type } from "typebox";
import { Id, PointNameText } from "./ids.ts";

const closed = { additionalProperties: false } as const;

/** How a stranger's number becomes a value of a point. */
const ValueMapping = {
  point: PointNameText,
  /** value = raw × scale + offset, in `unit`. */
  scale: Type.Number({ default: 1 }),
  offset: Type.Number({ default: 0 }),
  /** What is sent; converted to the unit in which the point is kept. */
  unit: Type.Optional(Type.String()),
  /** Raw values by which it is said that there is none. */
  sentinels: Type.Array(Type.Number(), { default: [] }),
};

/** Where in a JSON document something is: `flue.o2`, `samples.0.v`; as a list where a name has a dot in it. */
const JsonPath = Type.Union([
  Type.String({ minLength: 1, maxLength: 200 }),
  Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 16 }),
]);
export type JsonPath = Static<typeof JsonPath>;

export const JsonValue = Type.Object({ path: JsonPath, ...ValueMapping }, closed);
export type JsonValue = Static<typeof JsonValue>;

export const timeForms = ["iso", "epoch-s", "epoch-ms"] as const;

export const JsonTopic = Type.Object(
  {
    /** A topic; one level of it may be `{device}`. */
    pattern: Type.String({ pattern: "^[^#+$][^#+]*$", maxLength: 200 }),
    /** The boiler that these messages are about. */
    boiler: Type.Optional(Id),
    /** Or the boiler of each `{device}`. */
    boilers: Type.Optional(Type.Record(Type.String(), Id)),
    /** Where a list of samples stands, if a message holds more than one. */
    each: Type.Optional(JsonPath),
    /** When it was measured; the time of arrival, if absent. */
    time: Type.Optional(Type.Object({ path: JsonPath, form: Type.Enum([...timeForms]) }, closed)),
    values: Type.Array(JsonValue, { minItems: 1, maxItems: 256 }),
  },
  closed,
);
export type JsonTopic = Static<typeof JsonTopic>;

const common = {
  /** Stands where a gateway's id does: in topics of its status, in integrity, in alarms; it is its user at the broker, too. */
  id: Id,
  site: Id,
  /** How often, at least, something is said of each boiler; longer silence is a fault. */
  everySeconds: Type.Number({ minimum: 0.1, maximum: 3_600, default: 10 }),
};

export const JsonSource = Type.Object(
  { ...common, kind: Type.Literal("json"), topics: Type.Array(JsonTopic, { minItems: 1, maxItems: 500 }) },
  closed,
);
export type JsonSource = Static<typeof JsonSource>;

export const SparkplugMetric = Type.Object(
  { metric: Type.String({ minLength: 1, maxLength: 500 }), ...ValueMapping },
  closed,
);
export type SparkplugMetric = Static<typeof SparkplugMetric>;

const SparkplugLevel = Type.String({ pattern: "^[^/+#]+$", maxLength: 200 });

export const SparkplugSource = Type.Object(
  {
    ...common,
    kind: Type.Literal("sparkplug-b"),
    group: SparkplugLevel,
    node: SparkplugLevel,
    boilers: Type.Array(
      Type.Object(
        {
          boiler: Id,
          /** The device whose metrics these are; the node's own, if absent. */
          device: Type.Optional(SparkplugLevel),
          metrics: Type.Array(SparkplugMetric, { minItems: 1, maxItems: 256 }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 500 },
    ),
  },
  closed,
);
export type SparkplugSource = Static<typeof SparkplugSource>;

/**
 * Senders that are no gateway of ours: what they say is lost when it does not reach the broker. From there on it is
 * kept as everything else is.
 */
export const ThirdPartySource = Type.Union([JsonSource, SparkplugSource]);
export type ThirdPartySource = Static<typeof ThirdPartySource>;

export const thirdPartyConfig = Type.Array(ThirdPartySource, { default: [], maxItems: 1_000 });

export function boilersOfThirdParty(source: ThirdPartySource): readonly string[] {
  if (source.kind === "sparkplug-b") return [...new Set(source.boilers.map(({ boiler }) => boiler))];
  const named = source.topics.flatMap(({ boiler, boilers = {} }) => [
    ...(boiler === undefined ? [] : [boiler]),
    ...Object.values(boilers),
  ]);
  return [...new Set(named)];
}

/** The points of a boiler that a source gives. */
export function pointsOfThirdParty(source: ThirdPartySource, boilerId: string): readonly string[] {
  const mapped =
    source.kind === "sparkplug-b"
      ? source.boilers.filter(({ boiler }) => boiler === boilerId).flatMap(({ metrics }) => metrics)
      : source.topics
          .filter(
            ({ boiler, boilers = {} }) => boiler === boilerId || Object.values(boilers).includes(boilerId),
          )
          .flatMap(({ values }) => values);
  return [...new Set(mapped.map(({ point }) => point))];
}

const devicePlace = "{device}";

/** The filter that brings the messages of a topic. */
export function filterOf(pattern: string): string {
  return pattern
    .split("/")
    .map((level) => (level === devicePlace ? "+" : level))
    .join("/");
}

/** The device that a topic names by a pattern, `""` where the pattern has none; `null`: the topic is another's. */
export function deviceIn(pattern: string, topic: string): string | null {
  const wanted = pattern.split("/");
  const levels = topic.split("/");
  if (wanted.length !== levels.length) return null;
  let device = "";
  for (const [index, level] of wanted.entries()) {
    if (level === devicePlace) device = levels[index] ?? "";
    else if (level !== levels[index]) return null;
  }
  return device;
}

export const sparkplugPrefix = "spBv1.0";

/** The topics on which a source speaks, and those on which it is spoken to. */
export function topicsOf(source: ThirdPartySource): {
  readonly says: readonly string[];
  readonly hears: readonly string[];
} {
  if (source.kind === "json")
    return { says: source.topics.map(({ pattern }) => filterOf(pattern)), hears: [] };
  const at = (message: string) => `${sparkplugPrefix}/${source.group}/${message}/${source.node}`;
  return {
    says: [
      at("NBIRTH"),
      at("NDATA"),
      at("NDEATH"),
      `${at("DBIRTH")}/+`,
      `${at("DDATA")}/+`,
      `${at("DDEATH")}/+`,
    ],
    hears: [at("NCMD"), `${at("DCMD")}/+`, `${sparkplugPrefix}/STATE/+`],
  };
}
