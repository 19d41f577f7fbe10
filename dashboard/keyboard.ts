import { singleKeys } from "./preferences.ts";

/** What a key does; a page adds its own while it is open. `false` leaves the key to the browser. */
export type KeyAction = () => unknown;

const actions = new Map<string, readonly KeyAction[]>();
let sequence = "";

/** Names a key, or two that follow each other (`g f`): the newest meaning counts until it is taken back. */
export function onKey(keys: string, action: KeyAction): () => void {
  actions.set(keys, [...(actions.get(keys) ?? []), action]);
  return () => {
    actions.set(
      keys,
      (actions.get(keys) ?? []).filter((each) => each !== action),
    );
  };
}

/** Single letters mean nothing while somebody types, or once they have been switched off. */
export function listenToKeys(): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const key = event.key === " " ? "Space" : event.key;
    if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
    if (key.length === 1 && key !== "?" && !singleKeys()) return;
    if (key === "Space" && event.target instanceof Element && event.target.closest("button, a, summary"))
      return;
    const keys = sequence === "" ? key : `${sequence} ${key}`;
    sequence = key === "g" && sequence === "" ? "g" : "";
    const action = actions.get(keys)?.at(-1);
    if (action !== undefined && action() !== false) event.preventDefault();
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}

const rowLinks = "[data-boiler] .nm, a[data-boiler], [data-alarm] .msg";

/** Whether a row has the focus; only then do the arrows move between rows, elsewhere they scroll. */
export function isOnRow(): boolean {
  return document.activeElement?.matches(rowLinks) ?? false;
}

/** Puts the focus on the next or the previous of the rows on the page. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(rowLinks)];
  const now = rows.indexOf(document.activeElement as HTMLElement);
  const next = now === -1 ? (step === 1 ? 0 : rows.length - 1) : now + step;
  rows[Math.min(rows.length - 1, Math.max(0, next))]?.focus();
}
