import { type Accessor, createEffect, createMemo, createSignal, on } from "solid-js";
import type { AlarmText } from "../contracts/http/alarms.ts";
import type { BoilerText } from "../contracts/http/boilers.ts";
import { api } from "./api.ts";
import type { Span } from "./columns.ts";
import type { Desk } from "./desk.ts";

/** Alarms of a boiler or of its gateway that held at some time of a window, oldest first. */
export type Episode = Span & { readonly alarm: AlarmText };

/** One that began before the window may reach into it; who lasts longer than a day is open, and known anyway. */
const beforeMs = 24 * 3_600_000;
/** The window slides every second; the past is asked for again only when it has moved this much. */
const stepMs = 5 * 60_000;

export function episodesOf(
  desk: Desk,
  boiler: BoilerText,
  window: Accessor<Span>,
): Accessor<readonly Episode[]> {
  const [past, setPast] = createSignal<readonly AlarmText[]>([]);
  const asked = createMemo(() => {
    const { fromMs, toMs } = window();
    return `${Math.floor(fromMs / stepMs)} ${Math.ceil(toMs / stepMs)}`;
  });
  createEffect(
    on([asked, desk.alarms.open], async () => {
      const { fromMs, toMs } = window();
      if (toMs <= fromMs) return;
      const reply = await api.alarmHistory(fromMs - beforeMs, toMs);
      if (reply.ok) setPast(reply.value.alarms);
    }),
  );
  return createMemo(() => {
    const { fromMs, toMs } = window();
    const byId = new Map([...past(), ...desk.alarms.open()].map((alarm) => [alarm.id, alarm]));
    return [...byId.values()]
      .filter(({ sourceId }) => sourceId === boiler.id || sourceId === boiler.gatewayId)
      .map((alarm) => ({ alarm, fromMs: alarm.sinceMs, toMs: alarm.returnedAtMs ?? toMs }))
      .filter((episode) => episode.toMs > fromMs && episode.fromMs < toMs)
      .sort((a, b) => a.fromMs - b.fromMs);
  });
}
