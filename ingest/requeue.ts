import type { CommandReply } from "../contracts/live.ts";
import type { AcceptedBatches } from "./accepted.ts";
import type { Journal } from "./journal.ts";
import type { Plant } from "./plant.ts";
import { readBatch } from "./read-batch.ts";

/**
 * Takes a message in after all that was set aside: it is read again, by the configuration of now, and goes into the
 * journal as what it is. Whoever asks twice gets it once.
 * @returns what stands in the way, or `failure: null` when it is durable
 */
export async function requeue(
  journalOffset: number,
  plant: Plant,
  journal: Journal,
  accepted: AcceptedBatches,
): Promise<Pick<CommandReply, "failure" | "detail">> {
  const entry = await journal.at(journalOffset);
  if (entry?.kind !== "quarantine") return { failure: "dead-letter-unknown" };
  const { topic, bytes, reason, detail } = entry;
  // No configuration makes two contents of one number, or of one time, true.
  if (reason === "seq-conflict" || reason === "chain-broken" || reason === "time-order")
    return { failure: "dead-letter-refused", detail: `${reason}: ${detail}` };
  const read = readBatch(topic, bytes, plant);
  if ("refusal" in read)
    return { failure: "dead-letter-refused", detail: `${read.refusal.reason}: ${read.refusal.detail}` };
  if (!accepted.isDead(read.batch)) return { failure: "dead-letter-requeued" };
  accepted.add(read.batch);
  await journal.append({ kind: "requeue", deadOffset: journalOffset, bytes });
  return { failure: null };
}
