import type { Notification, NotificationEvent } from "../contracts/notification.ts";

export type Language = "en" | "zh-TW";

/** Steps that are told one by one; the rest is counted. */
const toldInFull = 20;

const words = {
  en: {
    test: "Test message",
    testText: "This is a test. If you read it, messages of alarms reach you.",
    many: (count: number) => `${count} alarm messages`,
    critical: (count: number) => `, ${count} of priority 1`,
    because: {
      new: "raised",
      again: "came again",
      raised: "became more urgent",
      escalated: "nobody has acknowledged",
      "announced-anew": "still there",
      "shown-again": "shown again",
      latched: "over, waits for a reset",
      ended: "acknowledged or over",
    },
    since: "Since",
    held: (value: string, limit: string, isAbove: boolean) =>
      `${value}, ${isAbove ? "above" : "below"} the limit of ${limit}`,
    whatToDo: "What to do",
    otherwise: "If nothing is done",
    further: (count: number) => `… and ${count} more; see the list of alarms.`,
    simulated: "simulated",
    foot: "Fluewatch is no safety system: burner trips stay in the burner management system.",
    tier: (tier: number) => `escalation step ${tier}`,
  },
  "zh-TW": {
    test: "測試訊息",
    testText: "這是測試。若您讀到此訊息，表示警報通知可送達。",
    many: (count: number) => `${count} 則警報通知`,
    critical: (count: number) => `，其中優先等級 1 有 ${count} 則`,
    because: {
      new: "發生",
      again: "再次發生",
      raised: "等級升高",
      escalated: "無人確認",
      "announced-anew": "仍然存在",
      "shown-again": "再次顯示",
      latched: "已恢復，待復歸",
      ended: "已確認或已恢復",
    },
    since: "起始",
    held: (value: string, limit: string, isAbove: boolean) =>
      `${value}，${isAbove ? "高於" : "低於"}限值 ${limit}`,
    whatToDo: "處置步驟",
    otherwise: "若不處置",
    further: (count: number) => `……另有 ${count} 則，請見警報清單。`,
    simulated: "模擬",
    foot: "Fluewatch 並非安全系統：燃燒器跳機由燃燒器管理系統負責。",
    tier: (tier: number) => `升級通報第 ${tier} 級`,
  },
} as const;

/** A message as an e-mail: a subject that says what it is about, and a text that says what to do. */
export function mailOf(
  message: Notification,
  language: Language,
): { readonly subject: string; readonly text: string } {
  const t = words[language];
  const { events, kind, total, url } = message;
  const foot = [...(url === null ? [] : [url]), t.foot].join("\n");
  const [only] = events;
  if (kind === "test" || only === undefined)
    return { subject: `Fluewatch: ${t.test}`, text: `${t.testText}\n\n${foot}\n` };
  if (total === 1)
    return {
      subject: `[P${only.priority}] ${only.title[language]} – ${placeOf(only, language)} (${reasonOf(only, language)})`,
      text: `${wholeText(only, language)}\n\n${foot}\n`,
    };
  const critical = [...events, ...message.further].filter(({ priority }) => priority === 1).length;
  const told = events.slice(0, toldInFull);
  const lines = told.map((event) => `• ${lineOf(event, language)}`);
  const left = total - told.length;
  if (left > 0) lines.push(t.further(left));
  const subject = `[P${Math.min(...events.map(({ priority }) => priority))}] ${t.many(total)}${critical > 0 ? t.critical(critical) : ""}`;
  return { subject, text: `${lines.join("\n")}\n\n${foot}\n` };
}

function placeOf(
  { siteName, sourceName, siteId, sourceId, simulated }: NotificationEvent,
  language: Language,
): string {
  const names = siteId === sourceId ? siteName[language] : `${siteName[language]} ${sourceName[language]}`;
  return simulated ? `${names} [${words[language].simulated}]` : names;
}

function reasonOf({ because, tier }: NotificationEvent, language: Language): string {
  const t = words[language];
  return because === "escalated" ? `${t.because.escalated}, ${t.tier(tier)}` : t.because[because];
}

function heldText({ held }: NotificationEvent, language: Language): string | null {
  if (held === null) return null;
  const { value, limit, unit, decimals, side } = held;
  const number = (each: number) =>
    `${each.toFixed(decimals).replace("-", "−")}${unit === "" ? "" : ` ${unit}`}`;
  return words[language].held(number(value), number(limit), side === "above");
}

function lineOf(event: NotificationEvent, language: Language): string {
  const held = heldText(event, language);
  return [
    `[P${event.priority}] ${localTime(event.sinceMs, event.timeZone)} ${placeOf(event, language)}: ${event.title[language]}`,
    ...(held === null ? [] : [held]),
    reasonOf(event, language),
  ].join("; ");
}

function wholeText(event: NotificationEvent, language: Language): string {
  const t = words[language];
  const held = heldText(event, language);
  const steps = event.response.map((step, index) => `${index + 1}. ${step[language]}`);
  return [
    `${event.title[language]} – ${placeOf(event, language)}`,
    ...(held === null ? [] : [held]),
    `${t.since} ${localTime(event.sinceMs, event.timeZone)} (${event.timeZone}); ${reasonOf(event, language)}`,
    ...(steps.length === 0 ? [] : ["", `${t.whatToDo}:`, ...steps]),
    ...(event.consequence[language] === "" ? [] : ["", `${t.otherwise}: ${event.consequence[language]}`]),
  ].join("\n");
}

/** As 2026-03-12 14:05 by the clock of the site. */
function localTime(atMs: number, timeZone: string): string {
  const parts = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  } as const;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, ...parts });
  return format.format(atMs);
}
