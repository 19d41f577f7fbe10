/** Cells of which a spreadsheet would make a formula are text, and stay it. */
const asText = (cell: string) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

/** A table as a CSV file reads it. */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
  const written = (cell: string | number | null) => {
    const text = typeof cell === "string" ? asText(cell) : String(cell ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(written).join(",")}\r\n`).join("");
}

/** Hands a file to the browser, to be saved. */
export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
