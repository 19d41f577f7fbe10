/** The block of code of a page that has a text in it. */
export function blockOf(page: string, text: string): string {
  const blocks = [...page.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const found = blocks.filter((block) => block.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks have "${text}" in them`);
  return found[0] ?? "";
}
