/** Writes into the page only what has changed: a write that says the same again still costs a style pass. */
export function setText(node: Text, text: string): void {
  if (node.data !== text) node.data = text;
}

/** @param value `null` takes the attribute away */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
