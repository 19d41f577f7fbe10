import { type Accessor, createSignal } from "solid-js";
import type { Session } from "../contracts/http/session.ts";
import { api, type Failure, onSignInNeeded } from "./api.ts";
import { go, path, query } from "./router.tsx";

/** Who is signed in. `usedTicket` and `ended` are why nobody is, for the person who now has to sign in. */
export type SignedIn =
  | { readonly kind: "asking" }
  | { readonly kind: "out"; readonly why: "first" | "usedTicket" | "ended" | "unreachable" }
  | ({ readonly kind: "in" } & Omit<Session, "kind">);

const [state, setState] = createSignal<SignedIn>({ kind: "asking" });

export const session: Accessor<SignedIn> = state;

/** Whether this person may acknowledge alarms. */
export function mayAct(): boolean {
  const now = session();
  return now.kind === "in" && now.role !== "viewer";
}

/** Signs in with the link's ticket, which leaves the address bar at once, or finds who is signed in already. */
export async function beginSession(): Promise<void> {
  onSignInNeeded(endSession);
  const ticket = new URLSearchParams(location.search).get("ticket");
  if (ticket !== null) {
    go(location.pathname, { instead: true });
    const reply = await api.signIn({ ticket });
    if (reply.ok) return enter(reply.value);
  }
  const reply = await api.session();
  if (reply.ok) return enter(reply.value);
  if (reply.failure.code === "unreachable") return leave("unreachable");
  leave(ticket === null ? "first" : "usedTicket");
}

/** @returns why it failed, or `null` */
export async function signIn(user: string, password: string): Promise<Failure | null> {
  const reply = await api.signIn({ user, password });
  if (!reply.ok) return reply.failure;
  enter(reply.value);
  return null;
}

export async function signOut(): Promise<void> {
  await api.signOut();
  setState({ kind: "out", why: "first" });
  go("/sign-in");
}

/** The server does not know this session any more. */
export function endSession(): void {
  if (session().kind === "in") leave("ended");
}

function enter(who: Session): void {
  setState({ ...who, kind: "in" });
  if (path() === "/sign-in") go(wanted(), { instead: true });
}

function leave(why: "first" | "usedTicket" | "ended" | "unreachable"): void {
  setState({ kind: "out", why });
  if (path() === "/sign-in") return;
  const open = location.pathname + location.search;
  go(open === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(open)}`, { instead: true });
}

/** Where one wanted to go; only ever a page of ours. */
function wanted(): string {
  const to = query("to");
  return /^\/(?![/\\])/.test(to) ? to : "/";
}
