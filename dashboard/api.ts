import type { AdviceList } from "../contracts/http/advice.ts";
import type { AlarmRules } from "../contracts/http/alarm-rules.ts";
import type { AlarmCourse, AlarmKpisText, Alarms, AlarmText } from "../contracts/http/alarms.ts";
import type { Boilers } from "../contracts/http/boilers.ts";
import type { DryRun } from "../contracts/http/dry-runs.ts";
import type { Gateways } from "../contracts/http/gateways.ts";
import type { Integrity } from "../contracts/http/integrity.ts";
import type { Deliveries, Recipients } from "../contracts/http/notifications.ts";
import type { Problem } from "../contracts/http/problem.ts";
import type { Session, SignInWays } from "../contracts/http/session.ts";
import type { Trend } from "../contracts/http/trend.ts";
import type { TrainerChange, TrainerText } from "../contracts/trainer.ts";
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
  session: () => call<Session>("GET", "session"),
  signIn: (
    body:
      | { readonly ticket: string }
      | { readonly link: string }
      | { readonly user: string; readonly password: string },
  ) => call<Session>("POST", "session", body),
  signInWays: () => call<SignInWays>("GET", "session/ways"),
  signOut: () => call<null>("DELETE", "session"),
  boilers: () => call<Boilers>("GET", "boilers"),
  gateways: () => call<Gateways>("GET", "gateways"),
  integrity: () => call<Integrity>("GET", "integrity"),
  advice: (boilerId: string) => call<AdviceList>("GET", `boilers/${encodeURIComponent(boilerId)}/advice`),
  alarms: (since: number | null) => call<Alarms>("GET", since === null ? "alarms" : `alarms?since=${since}`),
  alarmHistory: (fromMs: number, toMs: number) =>
    call<Alarms>("GET", `alarms/history?from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`),
  acknowledge: (alarmId: string, body: { readonly rev: number; readonly comment?: string }, key: string) =>
    call<AlarmText>("POST", `alarms/${encodeURIComponent(alarmId)}/acknowledge`, body, {
      "Idempotency-Key": key,
    }),
  /** Any other command: shelve, unshelve, reset, comment, out of service, in service. */
  alarmCommand: (alarmId: string, command: string, body: { readonly rev: number }, key: string) =>
    call<AlarmText>("POST", `alarms/${encodeURIComponent(alarmId)}/${command}`, body, {
      "Idempotency-Key": key,
    }),
  alarmCourse: (alarmId: string) => call<AlarmCourse>("GET", `alarms/${encodeURIComponent(alarmId)}`),
  alarmKpis: (fromMs: number, toMs: number) =>
    call<AlarmKpisText>("GET", `alarms/kpi?from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`),
  alarmRules: () => call<AlarmRules>("GET", "rules/alarms"),
  startDryRun: (rules: string) => call<DryRun>("POST", "rules/dry-runs", { rules }),
  dryRun: (id: string) => call<DryRun>("GET", `rules/dry-runs/${encodeURIComponent(id)}`),
  recipients: () => call<Recipients>("GET", "notifications/recipients"),
  deliveries: (fromMs: number, toMs: number) =>
    call<Deliveries>("GET", `notifications?from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`),
  testDestination: (destinationId: string) =>
    call<Deliveries>("POST", `notifications/destinations/${encodeURIComponent(destinationId)}/test`),
  sendAgain: (key: string) => call<Deliveries>("POST", "notifications/again", { key }),
  trainer: () => call<TrainerText>("GET", "trainer"),
  changeTrainer: (boilerId: string, change: TrainerChange) =>
    call<TrainerText>("POST", `trainer/boilers/${encodeURIComponent(boilerId)}`, change),
  trend: (boilerId: string, points: readonly string[], fromMs: number, toMs: number, buckets: number) =>
    call<Trend>(
      "GET",
      `boilers/${encodeURIComponent(boilerId)}/trend?points=${points.join(",")}` +
        `&from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}&buckets=${buckets}`,
    ),
};

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
