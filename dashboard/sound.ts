import { createEffect, createRoot, createSignal, on } from "solid-js";
import type { AlarmText } from "../contracts/http/alarms.ts";
import type { AlarmList } from "./alarms.ts";

/**
 * An audible alert on this device. A browser lets a page make a sound only after a tap on it, so it is off until
 * somebody arms it, each time that the page is opened.
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
}

/** Rings for each alarm that becomes unacknowledged; what was there when the page was opened, or came over a gap, does not. */
export function ringForNewAlarms(alarms: AlarmList): () => void {
  return createRoot((dispose) => {
    let known: ReadonlySet<string> | null = null;
    createEffect(
      on(alarms.open, (open) => {
        if (alarms.state() !== "ready") return;
        const waiting = open.filter(({ state }) => state === "unacknowledged");
        const fresh = known === null ? [] : waiting.filter((alarm) => !known?.has(nameOf(alarm)));
        known = new Set(waiting.map(nameOf));
        const worst = Math.min(...fresh.map(({ priority }) => priority));
        if (worst === 1 && level() !== "off") ring(3);
        else if (worst === 2 && level() === "p12") ring(2);
      }),
    );
    return dispose;
  });
}

/** An alarm that comes again is another one to the ear. */
function nameOf({ id, occurrences, priority }: AlarmText): string {
  return `${id} ${occurrences} ${priority}`;
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
