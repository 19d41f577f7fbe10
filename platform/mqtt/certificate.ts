import type { Trouble } from "../trouble.ts";

const dayMs = 86_400_000;
const warnDays = 30;

/** What to say of a certificate that ends soon, or has ended. */
export function certificateTrouble(whose: string, validToMs: number, nowMs: number): Trouble | null {
  const daysLeft = Math.floor((validToMs - nowMs) / dayMs);
  const day = new Date(validToMs).toISOString().slice(0, 10);
  if (validToMs <= nowMs) {
    return {
      code: "certificate-expired",
      message: `The certificate of ${whose} ended on ${day}: nobody who checks it can connect; renew it`,
    };
  }
  if (daysLeft >= warnDays) return null;
  return {
    code: "certificate-expiring",
    message: `The certificate of ${whose} ends on ${day}, in ${daysLeft} days; renew it before`,
  };
}
