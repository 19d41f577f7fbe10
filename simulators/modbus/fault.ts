import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** Which of the answers are struck: 1, if absent, is all of them. Drawn from the line's seed. */
const share = Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 }));

/** Exceptions that a unit (1 to 6) or the gateway in front of it (10, 11) may give. */
export const exceptionCodes = [1, 2, 3, 4, 5, 6, 10, 11] as const;

/**
 * What goes wrong on a field bus, for a whole line or one unit of it.
 *
 * A 16-bit CRC guards an RTU frame, so that `bit-flip` breaks it; Modbus TCP has none of its own, so that there a
 * flipped bit of the data arrives as another value, as it does from a gateway with bad memory.
 */
export const BusFault = Type.Union([
  /** Refuses; after `holdsMs`, in which the line is busy, as a gateway is that waits for a unit in vain. */
  Type.Object(
    {
      kind: Type.Literal("exception"),
      code: Type.Enum([...exceptionCodes]),
      holdsMs: Type.Optional(Type.Number({ minimum: 0, maximum: 60_000 })),
      share,
    },
    closed,
  ),
  /** Says that it is busy: exception 6. */
  Type.Object({ kind: Type.Literal("busy"), share }, closed),
  /** Never answers. */
  Type.Object({ kind: Type.Literal("dead"), share }, closed),
  /** Answers so much later, when its client has long gone on to another request. */
  Type.Object(
    { kind: Type.Literal("late"), byMs: Type.Number({ minimum: 0, maximum: 600_000 }), share },
    closed,
  ),
  /** The answer names another unit: the one after. */
  Type.Object({ kind: Type.Literal("wrong-unit"), share }, closed),
  /** Modbus TCP alone: the answer names the request before. */
  Type.Object({ kind: Type.Literal("wrong-transaction"), share }, closed),
  /** The frame breaks off. */
  Type.Object({ kind: Type.Literal("truncated"), share }, closed),
  /** In the same packet, the unit's answer before stands in front of this one, or noise follows it. */
  Type.Object(
    { kind: Type.Literal("glued"), to: Type.Enum(["answer-before", "noise"] as const), share },
    closed,
  ),
  /** The answer comes in two packets. */
  Type.Object(
    { kind: Type.Literal("split"), gapMs: Type.Number({ minimum: 0, maximum: 60_000 }), share },
    closed,
  ),
  Type.Object(
    { kind: Type.Literal("bit-flip"), bits: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })), share },
    closed,
  ),
  /** The answer comes twice. */
  Type.Object(
    { kind: Type.Literal("duplicate"), gapMs: Type.Number({ minimum: 0, maximum: 60_000 }), share },
    closed,
  ),
  /** A whole line: connections, old and new, stay open for ever and say nothing; their ends are not noticed either. */
  Type.Object({ kind: Type.Literal("half-open") }, closed),
  /** A whole line: connections, old and new, are reset at once. */
  Type.Object({ kind: Type.Literal("refuse") }, closed),
]);
export type BusFault = Static<typeof BusFault>;
export type BusFaultKind = BusFault["kind"];

/** Why a fault does not fit where it is to be set, or `null`. */
export function faultMisfit(
  { kind }: BusFault,
  at: { readonly framing: "tcp" | "rtu"; readonly hasSockets: boolean; readonly wholeLine: boolean },
): string | null {
  if (kind === "wrong-transaction" && at.framing !== "tcp")
    return "wrong-transaction is for Modbus TCP; RTU frames have no transaction";
  if (kind === "half-open" || kind === "refuse") {
    if (!at.wholeLine) return `${kind} is for a whole line; a unit can be dead`;
    if (!at.hasSockets) return `${kind} is for a TCP connection; a serial line can be dead`;
  }
  return null;
}
