import type { AuditPage } from "../contracts/http/audit.ts";
import type { Compliance, ComplianceHours } from "../contracts/http/compliance.ts";
import type { LimitsText } from "../contracts/http/limits.ts";
import type { Retrofits } from "../contracts/http/retrofits.ts";
import type { SettingsText } from "../contracts/http/settings.ts";
import type { Storage } from "../contracts/http/storage.ts";
import type { NewToken, TokenGiven, Tokens } from "../contracts/http/tokens.ts";
import type { Users, UserText } from "../contracts/http/users.ts";
import { call } from "./api.ts";

export interface DeadLetters {
  readonly total: number;
  readonly byReason: Readonly<Record<string, number>>;
  readonly letters: readonly {
    readonly id: number;
    readonly topic: string;
    readonly reason: string;
    readonly detail: string;
    readonly receivedAtMs: number;
    readonly bytes: number;
  }[];
}

type MayDo = Pick<UserText, "role" | "sites">;
const named = encodeURIComponent;

/** What the pages that are loaded when they are opened ask for. */
export const manageApi = {
  compliance: (fromMs: number, toMs: number) =>
    call<Compliance>("GET", `compliance?from=${fromMs}&to=${toMs}`),
  hours: (boilerId: string, fromMs: number, toMs: number) =>
    call<ComplianceHours>("GET", `boilers/${named(boilerId)}/compliance?from=${fromMs}&to=${toMs}`),
  limits: () => call<LimitsText>("GET", "limits"),
  retrofits: () => call<Retrofits>("GET", "retrofits"),
  deadLetters: () => call<DeadLetters>("GET", "dead-letters"),
  settings: () => call<SettingsText>("GET", "settings"),
  storage: () => call<Storage>("GET", "storage"),
  users: () => call<Users>("GET", "users"),
  addUser: (user: MayDo & { readonly name: string; readonly password: string }) =>
    call<null>("POST", "users", user),
  changeUser: (name: string, to: MayDo) => call<null>("PUT", `users/${named(name)}`, to),
  setPassword: (name: string, password: string) =>
    call<null>("PUT", `users/${named(name)}/password`, { password }),
  removeUser: (name: string) => call<null>("DELETE", `users/${named(name)}`),
  ownPassword: (current: string, password: string) =>
    call<null>("PUT", "session/password", { current, password }),
  tokens: () => call<Tokens>("GET", "tokens"),
  giveToken: (wish: NewToken) => call<TokenGiven>("POST", "tokens", wish),
  takeBackToken: (id: string) => call<null>("DELETE", `tokens/${named(id)}`),
  audit: (cursor: string | null, action: string) =>
    call<AuditPage>(
      "GET",
      `audit?limit=50${cursor === null ? "" : `&cursor=${cursor}`}${action === "" ? "" : `&action=${named(action)}`}`,
    ),
  auditAnchor: () => call<{ readonly seq: number; readonly hash: string }>("GET", "audit/anchor"),
};
