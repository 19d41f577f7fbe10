import { type Accessor, createMemo, createSignal } from "solid-js";
import type { AlarmText } from "../contracts/http.ts";
import type { TableQuantity } from "../domain/limits.ts";
import { api, type Failure } from "./api.ts";
import { session } from "./session.ts";

/** Alarms as the server has them, and acknowledgements that are on their way to it. */
export interface AlarmList {
  /** Neither closed nor, by what is on its way, about to be; worst first. */
  readonly open: Accessor<readonly AlarmText[]>;
  /** Whether the list has ever been loaded, or why not. */
  readonly state: Accessor<"loading" | "ready" | { readonly failure: Failure }>;
  /** Brings the list up to `rev`, or whatever is newest without one. */
  pull(rev?: number): Promise<void>;
  isOnItsWay(alarmId: string): boolean;
  /** Why the last acknowledgement of this alarm was not taken. */
  failure(alarmId: string): Failure | null;
  acknowledge(alarm: AlarmText, comment: string, atMs: number): Promise<boolean>;
}

export function alarmList(): AlarmList {
  const known = new Map<string, AlarmText>();
  const [all, setAll] = createSignal<readonly AlarmText[]>([]);
  const [onTheWay, setOnTheWay] = createSignal<ReadonlyMap<string, AlarmText>>(new Map());
  const [failures, setFailures] = createSignal<ReadonlyMap<string, Failure>>(new Map());
  const [state, setState] = createSignal<"loading" | "ready" | { readonly failure: Failure }>("loading");
  const keys = new Map<string, string>();
  let listRev: number | null = null;
  let pulling: Promise<void> | null = null;

  const open = createMemo(() =>
    all()
      .map((alarm) => onTheWay().get(alarm.id) ?? alarm)
      .filter(({ state }) => state !== "closed")
      .sort(worstFirst),
  );

  function take(alarms: readonly AlarmText[]): void {
    for (const alarm of alarms) {
      const before = known.get(alarm.id);
      if (before !== undefined && before.rev > alarm.rev) continue;
      if (alarm.state === "closed") known.delete(alarm.id);
      else known.set(alarm.id, alarm);
    }
    setAll([...known.values()]);
  }

  async function pullOnce(): Promise<void> {
    const reply = await api.alarms(listRev);
    if (!reply.ok) {
      if (state() !== "ready") setState({ failure: reply.failure });
      return;
    }
    listRev = reply.value.rev;
    take(reply.value.alarms);
    setState("ready");
  }

  async function pull(rev?: number): Promise<void> {
    if (rev !== undefined && listRev !== null && listRev >= rev) return;
    await pulling;
    pulling = pullOnce().finally(() => {
      pulling = null;
    });
    await pulling;
  }

  async function acknowledge(alarm: AlarmText, comment: string, atMs: number): Promise<boolean> {
    const who = session();
    if (who.kind !== "in" || onTheWay().has(alarm.id)) return false;
    const acknowledgement = { by: who.user, atMs, comment: comment === "" ? null : comment };
    const shown: AlarmText = {
      ...alarm,
      state: alarm.state === "returned" ? "closed" : "acknowledged",
      acknowledgement,
    };
    setOnTheWay((before) => withEntry(before, alarm.id, shown));
    setFailures((before) => withEntry(before, alarm.id, null));
    const wanted = `${alarm.id} ${alarm.rev} ${comment}`;
    const key = keys.get(wanted) ?? randomKey();
    keys.set(wanted, key);
    const reply = await api.acknowledge(
      alarm.id,
      { rev: alarm.rev, ...(comment === "" ? {} : { comment }) },
      key,
    );
    if (reply.ok) {
      keys.delete(wanted);
      take([reply.value]);
    } else {
      setFailures((before) => withEntry(before, alarm.id, reply.failure));
    }
    setOnTheWay((before) => withEntry(before, alarm.id, null));
    // Whatever the server made of it, its list says so.
    if (!reply.ok) void pull();
    return reply.ok;
  }

  void pull();

  return {
    open,
    state,
    pull,
    isOnItsWay: (alarmId) => onTheWay().has(alarmId),
    failure: (alarmId) => failures().get(alarmId) ?? null,
    acknowledge,
  };
}

/** Nobody has said that they know of it, and it still holds. */
export const isUnacknowledged = ({ state }: AlarmText): boolean => state === "unacknowledged";

/** The condition holds, whether or not somebody knows. */
export const isActive = ({ state }: AlarmText): boolean =>
  state === "unacknowledged" || state === "acknowledged";

/** How its marker is drawn: filled, outlined once somebody has seen it, dashed while it is over and nobody has. */
export function markerState({ state }: AlarmText): "unack" | "acked" | "rtn" {
  if (state === "unacknowledged") return "unack";
  return state === "returned" ? "rtn" : "acked";
}

/** Which table an alarm's evidence was held against; `null` for alarms that are not about a table. */
export function quantityOf({ evidence }: AlarmText): TableQuantity | null {
  return evidence?.quantity ?? null;
}

const urgency = { unacknowledged: 0, acknowledged: 1, returned: 2, closed: 3 } as const;

function worstFirst(a: AlarmText, b: AlarmText): number {
  return urgency[a.state] - urgency[b.state] || a.priority - b.priority || b.sinceMs - a.sinceMs;
}

function withEntry<T>(map: ReadonlyMap<string, T>, key: string, value: T | null): ReadonlyMap<string, T> {
  const next = new Map(map);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

/** Not `crypto.randomUUID`, which a page without TLS does not have. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
