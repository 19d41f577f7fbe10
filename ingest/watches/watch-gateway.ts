import type { Evidence } from "../../domain/alarms/evidence.ts";
import type { AlarmRule, RuleOf } from "../../domain/alarms/rule.ts";
import { type AlarmMemory, nowOf } from "./alarm-memory.ts";
import type { Explained, Families, Source, Tell } from "./families.ts";

type CountWhat = Extract<Evidence, { kind: "count" }>["what"];

function counted(what: CountWhat, value: number, limit: number, detail: string | null = null): Explained {
  return { evidence: { kind: "count", what, value, limit, detail }, context: null };
}

/** Watches a gateway as time passes: whether it is heard, its clock, and what of it had to be set aside. */
export type WatchGateway = (rule: AlarmRule, source: Source, at: Times, tell: Tell) => void;

/** Where the gateway is in its own event time, and ingest in its. */
export interface Times {
  readonly nowMs: number;
  readonly ingestMs: number;
}

export function watchGateway(families: Families, memory: AlarmMemory): WatchGateway {
  function silence(rule: RuleOf<"gateway-silence">, source: Source, atMs: number, tell: Tell): void {
    const heard = memory.heardGateways[source.id];
    if (heard === undefined) return; // never heard: a gateway that is still to be installed
    const [level] = rule.levels;
    const isSilent = nowOf(heard, memory) - heard.atMs >= rule.silentAfterMs;
    const explain = () =>
      ({ evidence: { kind: "silence", lastHeardMs: heard.atMs }, context: null }) as const;
    if (families.advance(rule, source, level.id, level, isSilent ? "beyond" : "inside", atMs))
      families.settle(rule, source, atMs, explain, tell);
  }

  function clock(rule: AlarmRule, source: Source, atMs: number, tell: Tell): void {
    const offsetMs = memory.clockOffsetsMs[source.id];
    if (offsetMs === undefined) return;
    const seconds = offsetMs / 1_000;
    const explained = (limit: number) => counted("clock-offset-seconds", seconds, limit);
    families.count(rule, source, seconds, atMs, explained, tell);
  }

  function deadLetters(rule: RuleOf<"dead-letters">, source: Source, atMs: number, tell: Tell): void {
    const newest = memory.setAside[source.id];
    if (newest === undefined) return;
    const isOver = memory.monotonicMs - newest.monotonicMs > rule.withinMs;
    const count = isOver ? 0 : newest.count;
    if (isOver) delete memory.setAside[source.id];
    const explained = (limit: number) => counted("dead-letters", count, limit, newest.reason);
    families.count(rule, source, count, atMs, explained, tell);
  }

  return (rule, source, { nowMs, ingestMs }, tell) => {
    switch (rule.watches) {
      case "gateway-silence":
        silence(rule, source, nowMs, tell);
        return;
      case "gateway-clock":
        // By ingest's own time: that of the gateway is what is wrong.
        clock(rule, source, ingestMs, tell);
        return;
      case "dead-letters":
        deadLetters(rule, source, nowMs, tell);
        return;
      default:
        return;
    }
  };
}

/** Watches how far the telemetry store of a site is behind the journal, in entries. */
export function watchLag(
  families: Families,
  rule: AlarmRule,
  siteId: string,
  entries: number,
  atMs: number,
  tell: Tell,
): void {
  const explained = (limit: number) => counted("entries-behind", entries, limit);
  families.count(rule, { siteId, id: siteId }, entries, atMs, explained, tell);
}
