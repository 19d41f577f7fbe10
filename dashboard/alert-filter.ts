import type { AlarmText } from "../contracts/http/alarms.ts";
import type { BoilerList } from "./boilers.ts";
import { evidenceText } from "./evidence.ts";
import { query } from "./router.tsx";
import { sourceOf } from "./sources.ts";
import { labelOf } from "./texts/texts.ts";

/** The alarms that the address asks for: by text, priority and site. */
export function filtered(alarms: readonly AlarmText[], list: BoilerList): readonly AlarmText[] {
  const words = query("q").toLowerCase().split(/\s+/).filter(Boolean);
  const priority = query("priority");
  const site = query("site");
  return alarms.filter((alarm) => {
    if (priority !== "" && String(alarm.priority) !== priority) return false;
    if (site !== "" && alarm.siteId !== site) return false;
    const said = [
      sourceOf(alarm, list).name,
      labelOf(alarm.title),
      alarm.acknowledgement?.comment ?? "",
      alarm.shelf?.reason ?? "",
    ];
    const told = said.join(" ").toLowerCase();
    return words.every((word) => told.includes(word));
  });
}

/** Why these cannot be acknowledged at once, or `null`: a look at each is what an acknowledgement is worth. */
export const mostAtOnce = 20;

export function bulkFault(selected: readonly AlarmText[]): "tooMany" | "onePriority" | null {
  if (selected.length > mostAtOnce) return "tooMany";
  return new Set(selected.map(({ priority }) => priority)).size > 1 ? "onePriority" : null;
}

/** Cells that a spreadsheet would take for a formula begin with a quote. */
function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The list as a table for a spreadsheet; times are UTC, so that no zone is guessed. */
export function csvOf(alarms: readonly AlarmText[], list: BoilerList): string {
  const time = (ms: number | null) => (ms === null ? "" : new Date(ms).toISOString());
  const head = [
    "id",
    "rule",
    "title",
    "site",
    "source",
    "priority",
    "state",
    "since",
    "announced",
    "returned",
    "occurrences",
    "late",
    "simulated",
    "evidence",
    "acknowledgedBy",
    "acknowledgedAt",
    "comment",
  ];
  const rows = alarms.map((alarm) => [
    alarm.id,
    alarm.ruleId,
    labelOf(alarm.title),
    alarm.siteId,
    list.boiler(alarm.sourceId)?.name ?? alarm.sourceId,
    alarm.priority,
    alarm.state,
    time(alarm.sinceMs),
    time(alarm.announcedAtMs),
    time(alarm.returnedAtMs),
    alarm.occurrences,
    alarm.late ? "yes" : "no",
    list.site(alarm.siteId)?.simulated === true ? "yes" : "no",
    evidenceText(alarm),
    alarm.acknowledgement?.by ?? null,
    time(alarm.acknowledgement?.atMs ?? null),
    alarm.acknowledgement?.comment ?? null,
  ]);
  // The mark at its beginning tells a spreadsheet that it is UTF-8.
  return `\uFEFF${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Hands a text to the person as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
