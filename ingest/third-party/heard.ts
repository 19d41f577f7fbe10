import type { Flaws, Values } from "../../domain/reading.ts";

/** What a stranger's message says of one boiler at one instant. */
export interface Said {
  readonly boilerId: string;
  readonly atMs: number;
  readonly values: Values;
  readonly flaws: Flaws;
}

export const thirdPartyReasons = [
  "not-json",
  "too-large",
  "boiler-unknown",
  "nothing-mapped",
  "time-unreadable",
  "not-sparkplug",
  "birth-missing",
] as const;
export type ThirdPartyReason = (typeof thirdPartyReasons)[number];

/** What a message came to: readings, or the reason why it is set aside whole. */
export type Heard =
  | { readonly kind: "said"; readonly readings: readonly Said[] }
  | { readonly kind: "refused"; readonly reason: ThirdPartyReason; readonly detail: string };

export function refused(reason: ThirdPartyReason, detail: string): Heard {
  return { kind: "refused", reason, detail };
}
