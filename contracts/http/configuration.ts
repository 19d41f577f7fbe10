import { type Static, Type } from "typebox";
import { registerTables, registerTypes, wordOrders } from "../device-map.ts";
import { Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

const closed = { additionalProperties: false } as const;

const FileName = Type.String({ pattern: "^[A-Za-z0-9._/-]{1,128}$" });
const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });
const Path = Type.Array(
  Type.Union([Type.String({ maxLength: 128 }), Type.Integer({ minimum: 0, maximum: 100_000 })]),
  { maxItems: 16 },
);

/** A file of the configuration: the one that was named, a device map, or a file of rules. */
export const ConfigFileText = Type.Object({
  name: Type.String(),
  kind: Type.Enum(["plant", "devices", "rules"]),
  /** It comes with Fluewatch, and is replaced by one of the same id beside the configuration. */
  shipped: Type.Boolean(),
  text: Type.String(),
  /** What the text says; `null` where it is no YAML. */
  content: Type.Unknown(),
});
export type ConfigFileText = Static<typeof ConfigFileText>;

export const ConfigVersionText = Type.Object({
  version: Type.Integer(),
  hash: Type.String(),
  by: Type.String(),
  comment: Type.String(),
  atMs: Instant,
  /** Files that are not as they were in the version before. */
  changed: Type.Array(Type.String()),
});
export type ConfigVersionText = Static<typeof ConfigVersionText>;

export const ConfigurationText = Type.Object({
  /** What runs. */
  running: ConfigVersionText,
  /** The files as they are now, where a text editor finds them too; a change is a change of these. */
  hash: Type.String(),
  /** Somebody has changed the files since: what they say now is taken by accepting them. */
  differs: Type.Boolean(),
  /** Why nothing can be changed from here; `null`: it can. */
  readOnly: nullable(Type.String()),
  /** Parts that were changed and count from the next start on. */
  restart: Type.Array(Type.String()),
  files: Type.Array(ConfigFileText),
});
export type ConfigurationText = Static<typeof ConfigurationText>;

/** What somebody wants to change, seen from the files as they were shown. */
export const ConfigWish = Type.Object(
  {
    /** The `hash` that `GET configuration` gave. */
    base: Hash,
    /** Whole texts; `null` takes a file away. */
    files: Type.Optional(
      Type.Array(
        Type.Object({ name: FileName, text: nullable(Type.String({ maxLength: 2_000_000 })) }, closed),
        { maxItems: 200 },
      ),
    ),
    /** Single values, put into the texts in this order; without a value what stands there goes. Comments stay. */
    edits: Type.Optional(
      Type.Array(Type.Object({ file: FileName, path: Path, value: Type.Optional(Type.Unknown()) }, closed), {
        maxItems: 500,
      }),
    ),
  },
  closed,
);
export type ConfigWish = Static<typeof ConfigWish>;

export const NewConfigVersion = Type.Object(
  { ...ConfigWish.properties, comment: Type.String({ minLength: 1, maxLength: 500, pattern: "\\S" }) },
  closed,
);

/** What a change comes to, before it counts. */
export const ConfigDraft = Type.Object({
  hash: Type.String(),
  faults: Type.Array(
    Type.Object({
      file: Type.String(),
      line: nullable(Type.Integer()),
      /** Where in the file's content; `null`: the file as a whole. */
      path: nullable(Type.Array(Type.Union([Type.String(), Type.Integer()]))),
      message: Type.String(),
    }),
  ),
  /** By what the files say, not by how: comments and layout are no change. */
  changes: Type.Array(
    Type.Object({
      file: Type.String(),
      /** Things with an id are named by it. */
      path: Type.Array(Type.String()),
      before: Type.Unknown(),
      after: Type.Unknown(),
    }),
  ),
  /** Changed files, as they would be; `null`: gone. */
  files: Type.Array(
    Type.Object({ name: Type.String(), before: nullable(Type.String()), after: nullable(Type.String()) }),
  ),
  /** Parts of the change that would count from the next start on. */
  restart: Type.Array(Type.String()),
});
export type ConfigDraft = Static<typeof ConfigDraft>;

/** Newest first. */
export const ConfigVersions = Type.Object({
  versions: Type.Array(ConfigVersionText),
  nextCursor: nullable(Type.String()),
});
export type ConfigVersions = Static<typeof ConfigVersions>;

export const ConfigVersionWhole = Type.Object({
  version: ConfigVersionText,
  files: Type.Array(ConfigFileText),
});
export type ConfigVersionWhole = Static<typeof ConfigVersionWhole>;

/** A line and some registers on it: read once, and nothing is written. */
export const ProbeWish = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253, pattern: "^[A-Za-z0-9.:_-]+$" }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    framing: Type.Optional(Type.Enum(["tcp", "rtu"])),
    unitId: Type.Integer({ minimum: 0, maximum: 255 }),
    table: Type.Enum(registerTables),
    /** As on the wire, from 0. */
    address: Type.Integer({ minimum: 0, maximum: 65_535 }),
    count: Type.Integer({ minimum: 1, maximum: 125 }),
    /** Only readings as this point are wanted. */
    point: Type.Optional(Type.String({ maxLength: 64 })),
  },
  closed,
);
export type ProbeWish = Static<typeof ProbeWish>;

export const ProbeText = Type.Object({
  /** `null`: it answered. */
  refusal: nullable(Type.String()),
  /** Registers, or bits of a table of bits. */
  words: Type.Array(Type.Integer()),
  /** What they may mean, the most plausible first. */
  candidates: Type.Array(
    Type.Object({
      point: Type.String(),
      address: Type.Integer(),
      type: Type.Enum([...registerTypes]),
      wordOrder: Type.Enum([...wordOrders]),
      scale: Type.Number(),
      value: Type.Number(),
    }),
  ),
});
export type ProbeText = Static<typeof ProbeText>;
