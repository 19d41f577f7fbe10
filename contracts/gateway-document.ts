import { type Static, Type } from "typebox";
import { Instant, Serial } from "./ids.ts";

const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });

/**
 * What a gateway shall run: its part of the configuration with the device maps that it uses, retained on its `cmd`.
 * What it makes of it stands in its status.
 */
export const GatewayDocument = Type.Object(
  {
    v: Type.Literal(1),
    kind: Type.Literal("configuration"),
    /** One more than what the gateway reported last. */
    version: Serial,
    by: Type.String({ minLength: 1, maxLength: 100 }),
    atMs: Instant,
    /** Only say what it would do. */
    dryRun: Type.Boolean(),
    /** So long it may take until something answers; then the gateway goes back to what it ran before. */
    provingSeconds: Type.Number({ minimum: 1, maximum: 600 }),
    gateway: Type.Unknown(),
    maps: Type.Array(Type.Unknown(), { maxItems: 200 }),
    /** SHA-256 of `{"gateway":…,"maps":…}`. */
    hash: Hash,
  },
  { additionalProperties: false },
);
export type GatewayDocument = Static<typeof GatewayDocument>;

export const documentStates = ["proving", "running", "planned", "refused", "rolled-back"] as const;

/** What became of the last document. */
export const ReportedDocument = Type.Object({
  version: Serial,
  hash: Hash,
  by: Type.String(),
  atMs: Instant,
  state: Type.Enum([...documentStates]),
  /** Why, or what it will do; lines for people. */
  says: Type.Array(Type.String(), { maxItems: 500 }),
});
export type ReportedDocument = Static<typeof ReportedDocument>;

/** The text that a document's hash is of. */
export function hashedText({ gateway, maps }: Pick<GatewayDocument, "gateway" | "maps">): string {
  return JSON.stringify({ gateway, maps });
}
