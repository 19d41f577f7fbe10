import { createHash } from "node:crypto";
import { Compile } from "typebox/compile";
import { Batch, hashedBytes, largestBatchBytes } from "../contracts/batch.ts";
import { parseTopic } from "../contracts/topics.ts";
import type { BatchIdentity } from "./journal.ts";
import type { Plant } from "./plant.ts";

/** Why a message is not a batch of this plant; each is counted by itself. */
export const refusalReasons = [
  "topic-unknown",
  "too-large",
  "not-json",
  "version-unknown",
  "shape-wrong",
  "identity-wrong",
  "hash-wrong",
  "gateway-unknown",
  "boiler-foreign",
  "point-unknown",
  "rows-uneven",
  "time-order",
  "seq-conflict",
  "chain-broken",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail: string;
  /** Which batch it claims to be, where that can be believed: named by its topic and readable. */
  readonly batch: BatchIdentity | null;
}

const checkBatch = Compile(Batch);

/** Reads one message as a batch of this plant, or says why it is none. It looks at nothing but the message. */
export function readBatch(
  topic: string,
  payload: Buffer,
  plant: Plant,
): { readonly batch: Batch } | { readonly refusal: Refusal } {
  const refused = (reason: RefusalReason, detail: string, batch: BatchIdentity | null = null) => ({
    refusal: { reason, detail, batch },
  });

  const from = parseTopic(topic);
  if (from === null || from.channel !== "data") return refused("topic-unknown", topic);
  if (payload.length > largestBatchBytes) return refused("too-large", `${payload.length} bytes`);
  let raw: unknown;
  try {
    raw = JSON.parse(payload.toString());
  } catch (error) {
    return refused("not-json", error instanceof Error ? error.message : "");
  }
  // Only what carries its own hash may claim a number: an altered copy must not stand in for the true batch.
  const { h } = (raw ?? {}) as { readonly h?: unknown };
  const hashed = hashedBytes(payload);
  if (hashed === null || createHash("sha256").update(hashed).digest("hex") !== h) {
    return refused("hash-wrong", "h is not the SHA-256 of what stands before it");
  }
  const identity = claimedIdentity(raw, from);
  const version = (raw as { readonly v?: unknown } | null)?.v;
  if (version !== 1)
    return refused("version-unknown", `v is ${JSON.stringify(version) ?? "missing"}; 1 is known`, identity);
  if (!checkBatch.Check(raw)) {
    const [first] = checkBatch.Errors(raw);
    return refused("shape-wrong", `${first?.instancePath ?? ""} ${first?.message ?? ""}`.trim(), identity);
  }
  const batch: Batch = raw;
  if (batch.site !== from.siteId || batch.gw !== from.gatewayId) {
    return refused(
      "identity-wrong",
      `${batch.site}/${batch.gw} on the topic of ${from.siteId}/${from.gatewayId}`,
    );
  }
  const gateway = plant.gateways.get(batch.gw);
  if (gateway === undefined || gateway.siteId !== batch.site) {
    return refused(
      "gateway-unknown",
      `no gateway ${batch.gw} at ${batch.site} in the configuration`,
      identity,
    );
  }
  for (const { boiler, points, rows, flaws } of batch.b) {
    if (plant.boilers.get(boiler)?.gatewayId !== batch.gw) {
      return refused("boiler-foreign", `${boiler} is not a boiler of gateway ${batch.gw}`, identity);
    }
    const unknown = points.find((point) => !plant.catalogue.has(point));
    if (unknown !== undefined) return refused("point-unknown", `${boiler}: ${unknown}`, identity);
    if (new Set(points).size < points.length)
      return refused("shape-wrong", `${boiler}: a point stands there twice`, identity);
    const fault = rowsFault(points, rows, flaws, batch.lean !== undefined && batch.lean < batch.seq);
    if (fault !== null) return refused("rows-uneven", `${boiler}: ${fault}`, identity);
  }
  const readings = batch.b.reduce((sum, { rows }) => sum + rows.length, 0);
  if (readings !== batch.n)
    return refused("rows-uneven", `n is ${batch.n}, there are ${readings} readings`, identity);
  return { batch };
}

function claimedIdentity(
  raw: unknown,
  from: { readonly siteId: string; readonly gatewayId: string },
): BatchIdentity | null {
  const { site, gw, sid, seq } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const believable =
    site === from.siteId &&
    gw === from.gatewayId &&
    typeof sid === "string" &&
    /^[0-9a-f-]{36}$/.test(sid) &&
    Number.isSafeInteger(seq) &&
    (seq as number) >= 1;
  return believable ? { site: from.siteId, gw: from.gatewayId, sid, seq: seq as number } : null;
}

function rowsFault(
  points: readonly string[],
  rows: readonly (readonly (number | "=" | null)[])[],
  flaws: readonly (readonly [number, number, string])[],
  mayLean: boolean,
): string | null {
  const flawed = new Set(flaws.map(([row, point]) => row * points.length + point));
  for (const [index, row] of rows.entries()) {
    if (row.length !== points.length + 1)
      return `row ${index} has ${row.length - 1} values for ${points.length} points`;
    if (!Number.isInteger(row[0])) return `row ${index} has no time`;
    for (let point = 0; point < points.length; point += 1) {
      if (row[point + 1] === "=" && (!mayLean || flawed.has(index * points.length + point)))
        return `row ${index}: ${points[point]} is "=" and leans on no batch before, or has a flaw`;
      if (row[point + 1] === null && !flawed.has(index * points.length + point)) {
        return `row ${index}: ${points[point]} is null without a flaw`;
      }
    }
  }
  const outside = flaws.find(([row, point]) => row >= rows.length || point >= points.length);
  return outside === undefined ? null : `a flaw names row ${outside[0]}, point ${outside[1]}`;
}
