import type { BoilerText } from "../contracts/http/boilers.ts";
import { api } from "./api.ts";
import { staleAfterMs } from "./condition.ts";

/** Readings are stored a moment after they are taken. */
const storedWithinMs = 10_000;
const mostBuckets = 4_000;

/**
 * Whether the server has every reading since a moment, and not only a link again. One boiler of each gateway is
 * asked about: a gateway keeps what it reads, so what is missing of one is missing of all.
 */
export async function nothingMissed(
  boilers: readonly BoilerText[],
  sinceMs: number,
  toMs: number,
): Promise<boolean> {
  const one = new Map(boilers.map((boiler) => [boiler.gatewayId, boiler]));
  const answers = await Promise.all([...one.values()].map((boiler) => isWhole(boiler, sinceMs, toMs)));
  return answers.every(Boolean);
}

async function isWhole(boiler: BoilerText, sinceMs: number, toMs: number): Promise<boolean> {
  const [point] = boiler.points;
  if (point === undefined) return true;
  const reply = await api.trend(boiler.id, [point.name], sinceMs, toMs, mostBuckets);
  if (!reply.ok) return false;
  const gapMs = staleAfterMs(boiler);
  let lastMs = sinceMs;
  for (const [index, atMs] of reply.value.timesMs.entries()) {
    if (reply.value.values[point.name]?.[index] === null) continue;
    if (atMs - lastMs > gapMs) return false;
    lastMs = atMs;
  }
  return toMs - lastMs <= gapMs + storedWithinMs;
}
