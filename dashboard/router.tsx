import { createSignal, type JSX, splitProps } from "solid-js";

/** Which page is open: a path and a query string that anybody can share. */
const [address, setAddress] = createSignal(here(), {
  equals: (a, b) => a.path === b.path && a.query === b.query,
});

export const path = (): string => address().path;

/** A value of the query string, or an empty text. */
export function query(name: string): string {
  return new URLSearchParams(address().query).get(name) ?? "";
}

addEventListener("popstate", () => setAddress(here()));

/** Opens a page. With `instead`, going back does not return to the one before. */
export function go(to: string, { instead = false } = {}): void {
  if (instead) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  const before = path();
  setAddress(here());
  if (path() === before) return;
  scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** Changes the query string of the open page in place; an empty value takes the name out. */
export function setQuery(values: Readonly<Record<string, string>>): void {
  const search = new URLSearchParams(address().query);
  for (const [name, value] of Object.entries(values)) {
    if (value === "") search.delete(name);
    else search.set(name, value);
  }
  const joined = search.toString();
  go(joined === "" ? path() : `${path()}?${joined}`, { instead: true });
}

/** A link inside the dashboard: a plain click changes the page, every other click is the browser's. */
export function Link(
  props: JSX.AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string },
): JSX.Element {
  const [own, rest] = splitProps(props, ["href", "children"]);
  const open = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(own.href);
  };
  return (
    <a href={own.href} onClick={open} {...rest}>
      {own.children}
    </a>
  );
}

function here(): { readonly path: string; readonly query: string } {
  return { path: location.pathname, query: location.search };
}
