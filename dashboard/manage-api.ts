import type { NewToken } from "../contracts/http/tokens.ts";
import type { UserText } from "../contracts/http/users.ts";
import { ask, within } from "./api.ts";

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

/** What the pages that are loaded when they are opened ask for. */
export const manageApi = {
  compliance: (fromMs: number, toMs: number) => ask("GET compliance", { query: within(fromMs, toMs) }),
  hours: (boilerId: string, fromMs: number, toMs: number) =>
    ask("GET boilers/{boilerId}/compliance", { path: { boilerId }, query: within(fromMs, toMs) }),
  limits: () => ask("GET limits", {}),
  retrofits: () => ask("GET retrofits", {}),
  deadLetters: () => ask("GET dead-letters", {}),
  settings: () => ask("GET settings", {}),
  storage: () => ask("GET storage", {}),
  users: () => ask("GET users", {}),
  addUser: (user: MayDo & { readonly name: string; readonly password: string }) =>
    ask("POST users", { body: user }),
  changeUser: (name: string, to: MayDo) => ask("PUT users/{name}", { path: { name }, body: to }),
  setPassword: (name: string, password: string) =>
    ask("PUT users/{name}/password", { path: { name }, body: { password } }),
  removeUser: (name: string) => ask("DELETE users/{name}", { path: { name } }),
  ownPassword: (current: string, password: string) =>
    ask("PUT session/password", { body: { current, password } }),
  tokens: () => ask("GET tokens", {}),
  giveToken: (wish: NewToken) => ask("POST tokens", { body: wish }),
  takeBackToken: (id: string) => ask("DELETE tokens/{tokenId}", { path: { tokenId: id } }),
  audit: (cursor: string | null, action: string) =>
    ask("GET audit", {
      query: { limit: "50", ...(cursor !== null && { cursor }), ...(action !== "" && { action }) },
    }),
  auditAnchor: () => ask("GET audit/anchor", {}),
};
