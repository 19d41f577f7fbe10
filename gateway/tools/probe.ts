import type { ProbeText, ProbeWish } from "../../contracts/http/configuration.ts";
import type { World } from "../../platform/world.ts";
import { openLine } from "../modbus/open-line.ts";
import { candidates } from "./probe-report.ts";

const mostCandidates = 40;
const patienceMs = 2_000;

/** Reads registers at a host once, on a connection of its own, and ranks what they may mean. */
export async function probe(
  { host, port, framing, point, ...block }: ProbeWish,
  world: World,
): Promise<ProbeText> {
  const line = { id: "probe", host, port, connectTimeoutMs: 3_000, timeoutMs: patienceMs };
  const source = openLine({ ...line, ...(framing !== undefined && { framing }) }, world);
  try {
    const outcome = await source.read(block, patienceMs);
    if (outcome.kind !== "words") {
      const refusal = outcome.kind === "exception" ? `Modbus exception ${outcome.code}` : outcome.why;
      return { refusal, words: [], candidates: [] };
    }
    const ranked = candidates(block, outcome.words, point ?? null).slice(0, mostCandidates);
    return {
      refusal: null,
      words: [...outcome.words],
      candidates: ranked.map(({ score: _score, ...candidate }) => candidate),
    };
  } finally {
    await source.close();
  }
}
