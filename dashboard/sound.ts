import { createEffect, createRoot, createSignal, on } from "solid-js";
import type { AlarmText } from "../contracts/http/alarms.ts";
import type { AlarmList } from "./alarms.ts";

/**
 * An alert of this device: a sound, and while the page is out of sight a notification of the browser. It allows
 * either only after a tap on the page, so both are off until somebody arms them, each time that the page is opened.
 */
export type SoundLevel = "off" | "p1" | "p12";
const levels: readonly SoundLevel[] = ["off", "p1", "p12"];

const [level, setLevel] = createSignal<SoundLevel>("off");
export const soundLevel = level;
let audio: AudioContext | null = null;

/** The next of off, priority 1, priorities 1 and 2; called from a tap, and heard at once. */
export function switchSound(): void {
  const next = levels[(levels.indexOf(level()) + 1) % levels.length] ?? "off";
  setLevel(next);
  if (next === "off") return;
  audio ??= new AudioContext();
  void audio.resume();
  ring(1);
  if (maySpeak() && Notification.permission === "default") void Notification.requestPermission();
}

/** Rings for each alarm that becomes unacknowledged; what was there when the page was opened, or came over a gap, does not. */
export function ringForNewAlarms(
  alarms: AlarmList,
  says: (alarm: AlarmText) => { readonly title: string; readonly body: string },
): () => void {
  return createRoot((dispose) => {
    let known: ReadonlySet<string> | null = null;
    createEffect(
      on(alarms.open, (open) => {
        if (alarms.state() !== "ready") return;
        const waiting = open.filter(({ state }) => state === "unacknowledged");
        const fresh = known === null ? [] : waiting.filter((alarm) => !known?.has(nameOf(alarm)));
        known = new Set(waiting.map(nameOf));
        const worst = Math.min(...fresh.map(({ priority }) => priority));
        const calls = (worst === 1 && level() !== "off") || (worst === 2 && level() === "p12");
        if (!calls) return;
        ring(worst === 1 ? 3 : 2);
        for (const alarm of fresh.filter(({ priority }) => priority === worst)) show(alarm.id, says(alarm));
      }),
    );
    return dispose;
  });
}

/** An alarm that comes again is another one to the ear. */
function nameOf({ id, occurrences, priority }: AlarmText): string {
  return `${id} ${occurrences} ${priority}`;
}

/** A page that is not on this machine and has no TLS gets none from the browser. */
const maySpeak = () => "Notification" in globalThis;

function show(tag: string, { title, body }: { readonly title: string; readonly body: string }): void {
  if (!document.hidden || !maySpeak() || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(title, { tag, body, requireInteraction: true });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Browsers of phones have the name, and let only a service worker use it: the sound is all there is.
  }
}

const toneS = 0.18;

function ring(times: number): void {
  if (audio === null) return;
  for (let index = 0; index < times; index += 1) {
    const startS = audio.currentTime + index * 2 * toneS;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.setValueAtTime(0.0001, startS);
    volume.gain.exponentialRampToValueAtTime(0.25, startS + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, startS + toneS);
    tone.connect(volume).connect(audio.destination);
    tone.start(startS);
    tone.stop(startS + toneS);
  }
}
