import { type Accessor, createMemo, createSignal } from "solid-js";
import type { AlarmText } from "../contracts/http/alarms.ts";
import type { Judged, TableQuantity } from "../domain/limits.ts";
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
      .filter((alarm) => !isHidden(alarm))
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
      state: afterAcknowledging(alarm.state),
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
  return state === "acknowledged" || state === "closed" ? "acked" : "rtn";
}

/** The verdict of a table that an alarm rests on; `null` for alarms that are not about a table. */
export function judgedIn({ evidence }: AlarmText): Judged | null {
  return evidence?.kind === "within" || evidence?.kind === "above" ? evidence : null;
}

/** Which table an alarm's evidence was held against; `null` for alarms that are not about a table. */
export function quantityOf(alarm: AlarmText): TableQuantity | null {
  return judgedIn(alarm)?.quantity ?? null;
}

/** Over and done, or put out of sight on purpose. */
function isHidden({ state }: AlarmText): boolean {
  return state === "closed" || state === "shelved" || state === "suppressed" || state === "out-of-service";
}

/** Nobody has said that they know, whether it still holds or not. */
export const wantsAcknowledgement = ({ state }: AlarmText): boolean =>
  state === "unacknowledged" || state === "returned" || state === "latched-unacknowledged";

function afterAcknowledging(state: AlarmText["state"]): AlarmText["state"] {
  if (state === "returned") return "closed";
  return state === "latched-unacknowledged" ? "latched-acknowledged" : "acknowledged";
}

const urgency: Readonly<Record<AlarmText["state"], number>> = {
  unacknowledged: 0,
  acknowledged: 1,
  "latched-unacknowledged": 2,
  "latched-acknowledged": 3,
  returned: 3,
  shelved: 4,
  suppressed: 4,
  "out-of-service": 4,
  closed: 5,
};

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
