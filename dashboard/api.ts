import type { AlarmText } from "../contracts/http/alarms.ts";
import type { Problem } from "../contracts/http/problem.ts";
import type { TrainerChange } from "../contracts/trainer.ts";
import type { Operations } from "./operations.ts";
import { text } from "./texts/texts.ts";

/** What a request failed with: the server's own code, or `unreachable`. */
export type Failure = Pick<Problem, "code" | "detail">;
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

const patienceMs = 15_000;

let signInNeeded: () => void = () => {};

/** Called whenever the server says that nobody is signed in any more. */
export function onSignInNeeded(listener: () => void): void {
  signInNeeded = listener;
}

export const api = {
  session: () => ask("GET session", {}),
  signIn: (
    body:
      | { readonly ticket: string }
      | { readonly link: string }
      | { readonly user: string; readonly password: string },
  ) => ask("POST session", { body: body }),
  signInWays: () => ask("GET session/ways", {}),
  signOut: () => ask("DELETE session", {}),
  boilers: () => ask("GET boilers", {}),
  gateways: () => ask("GET gateways", {}),
  integrity: () => ask("GET integrity", {}),
  notes: (boilerId: string, cursor: string | null) =>
    ask("GET boilers/{boilerId}/notes", {
      path: { boilerId },
      query: { ...(cursor !== null && { cursor }) },
    }),
  addNote: (boilerId: string, written: string) =>
    ask("POST boilers/{boilerId}/notes", { path: { boilerId }, body: { text: written } }),
  advice: (boilerId: string) => ask("GET boilers/{boilerId}/advice", { path: { boilerId } }),
  alarms: (since: number | null) =>
    ask("GET alarms", since === null ? {} : { query: { since: String(since) } }),
  alarmHistory: (fromMs: number, toMs: number) => ask("GET alarms/history", { query: within(fromMs, toMs) }),
  acknowledge: (alarmId: string, body: { readonly rev: number; readonly comment?: string }, key: string) =>
    ask("POST alarms/{alarmId}/acknowledge", { path: { alarmId }, body }, { "Idempotency-Key": key }),
  /** Any other command: shelve, unshelve, reset, comment, out of service, in service. */
  alarmCommand: (alarmId: string, command: string, body: { readonly rev: number }, key: string) =>
    call<AlarmText>("POST", `alarms/${encodeURIComponent(alarmId)}/${command}`, body, {
      "Idempotency-Key": key,
    }),
  alarmCourse: (alarmId: string) => ask("GET alarms/{alarmId}", { path: { alarmId } }),
  alarmKpis: (fromMs: number, toMs: number) => ask("GET alarms/kpi", { query: within(fromMs, toMs) }),
  alarmRules: () => ask("GET rules/alarms", {}),
  startDryRun: (rules: string) => ask("POST rules/dry-runs", { body: { rules } }),
  dryRun: (id: string) => ask("GET rules/dry-runs/{dryRunId}", { path: { dryRunId: id } }),
  recipients: () => ask("GET notifications/recipients", {}),
  deliveries: (fromMs: number, toMs: number) => ask("GET notifications", { query: within(fromMs, toMs) }),
  testDestination: (destinationId: string) =>
    ask("POST notifications/destinations/{destinationId}/test", { path: { destinationId } }),
  sendAgain: (key: string) => ask("POST notifications/again", { body: { key } }),
  trainer: () => ask("GET trainer", {}),
  changeTrainer: (boilerId: string, change: TrainerChange) =>
    ask("POST trainer/boilers/{boilerId}", { path: { boilerId }, body: change }),
  trend: (boilerId: string, points: readonly string[], fromMs: number, toMs: number, buckets: number) =>
    ask("GET boilers/{boilerId}/trend", {
      path: { boilerId },
      query: { points: points.join(","), ...within(fromMs, toMs), buckets: String(buckets) },
    }),
};

export function within(fromMs: number, toMs: number): { readonly from: string; readonly to: string } {
  return { from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs)) };
}

type Parts = Readonly<Record<string, string | undefined>>;

/** Calls a route of the specification: what it is given, and what it replies, is what stands there. */
export function ask<Route extends keyof Operations>(
  route: Route,
  given: Operations[Route]["given"],
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply<Operations[Route]["reply"]>> {
  const {
    path = {},
    query = {},
    body,
  } = given as {
    readonly path?: Parts;
    readonly query?: Parts;
    readonly body?: unknown;
  };
  const [method = "", template = ""] = route.split(" ");
  const address = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const asked = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`);
  return call(method, asked.length === 0 ? address : `${address}?${asked.join("&")}`, body, headers);
}

/** The server has checked its replies against the contract already; here they are taken as what they are. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply<T>> {
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method,
      headers: {
        ...headers,
        ...(method === "GET" ? {} : { "X-Requested-With": "fluewatch" }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    const reply = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, value: reply as T };
    if (response.status === 401 && path !== "session") signInNeeded();
    const { code, detail } = reply as Problem;
    return { ok: false, failure: { code, detail } };
  } catch (error) {
    return { ok: false, failure: { code: "unreachable", detail: String(error) } };
  }
}

/** A failure as a person reads it; never the bare code. */
export function reasonText({ code }: Failure): string {
  const { problems } = text();
  return code in problems ? problems[code as keyof typeof problems] : problems.other;
}
