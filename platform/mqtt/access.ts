/** What a user of the broker may do, as topic filters. */
export interface Grant {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** It may leave messages with the broker: there are only as many topics as it is granted. */
  readonly retain: boolean;
  /** The one client id that it comes with; `null`: any that is nobody else's. */
  readonly clientId: string | null;
  /** Of the largest packet that is taken from it. */
  readonly maxPacketBytes: number;
}

/** By user. Whoever is not here may do nothing. */
export type Grants = ReadonlyMap<string, Grant>;

/** Whether a topic is meant by a filter with `+` and `#`. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (levels[index] === undefined || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic that `wanted` means is meant by `granted` too: a subscription is judged by its filter. */
export function covers(granted: string, wanted: string): boolean {
  const granting = granted.split("/");
  const asked = wanted.split("/");
  for (const [index, level] of granting.entries()) {
    if (level === "#") return true;
    const ask = asked[index];
    if (ask === undefined || ask === "#") return false;
    if (level !== "+" && level !== ask) return false;
  }
  return granting.length === asked.length;
}

/** `$SYS/…` is the broker's own, `$share/…` takes messages from others: no `#` means those, only their own name does. */
function isAlike(granted: string, wanted: string): boolean {
  return granted.startsWith("$") === wanted.startsWith("$");
}

export function mayPublish(grant: Grant, topic: string): boolean {
  return grant.publish.some((filter) => isAlike(filter, topic) && matches(filter, topic));
}

export function maySubscribe(grant: Grant, filter: string): boolean {
  return grant.subscribe.some((granted) => isAlike(granted, filter) && covers(granted, filter));
}
