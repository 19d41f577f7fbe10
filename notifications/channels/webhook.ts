import { createHmac } from "node:crypto";
import { messageOf, OperationalError, systemCode } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";
import type { Channel } from "./channel.ts";

/**
 * Posts the message as it is. It is signed as Standard Webhooks has it: HMAC-SHA-256 over `id.timestamp.body`, so that
 * a receiver knows who sent it, that nobody changed it, and how old it is; `Idempotency-Key` and `webhook-id` are the
 * message's key, the same at every attempt.
 * @source Standard Webhooks specification 1.0, "Signature scheme"
 */
export function webhook(url: string, key: Buffer, timeoutMs: number, world: World): Channel {
  const { origin } = new URL(url);
  return {
    send: async (message, text, signal) => {
      const timestamp = String(Math.floor(world.clock.nowMs() / 1_000));
      const over = new AbortController();
      const done = new AbortController();
      const abort = AbortSignal.any([over.signal, signal]);
      void world.clock.sleep(timeoutMs, done.signal).then(() => over.abort());
      try {
        const answer = await fetch(url, {
          method: "POST",
          redirect: "manual",
          signal: abort,
          headers: {
            "content-type": "application/json",
            "user-agent": "fluewatch",
            "idempotency-key": message.key,
            "webhook-id": message.key,
            "webhook-timestamp": timestamp,
            "webhook-signature": `v1,${signatureOf(key, message.key, timestamp, text)}`,
          },
          body: text,
        });
        await answer.body?.cancel();
        if (!answer.ok) throw failed(`${origin} answered ${answer.status}`);
      } catch (error) {
        if (error instanceof OperationalError) throw error;
        if (over.signal.aborted)
          throw failed(`${origin} did not answer within ${timeoutMs / 1_000} s`, error);
        const cause = error instanceof Error ? error.cause : undefined;
        throw failed(
          `${origin} cannot be reached (${systemCode(cause) ?? messageOf(cause ?? error)})`,
          error,
        );
      } finally {
        done.abort();
      }
    },
  };
}

export function signatureOf(key: Buffer, id: string, timestamp: string, text: string): string {
  return createHmac("sha256", key).update(`${id}.${timestamp}.${text}`).digest("base64");
}

function failed(message: string, cause?: unknown): OperationalError {
  return new OperationalError("notification-failed", message, { cause });
}
