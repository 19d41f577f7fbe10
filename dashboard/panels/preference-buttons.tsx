import type { JSX } from "solid-js";
import { Icon } from "../charts/icons.tsx";
import { language, switchLanguage, switchTheme } from "../preferences.ts";
import { soundLevel, switchSound } from "../sound.ts";
import { text } from "../texts/texts.ts";

export function LanguageButton(): JSX.Element {
  return (
    <button
      type="button"
      class="btn ghost sm lang"
      lang={language() === "en" ? "zh-Hant-TW" : "en"}
      title={text().top.language}
      data-testid="language"
      onClick={switchLanguage}
    >
      {text().otherLanguage}
    </button>
  );
}

export function ThemeButton(): JSX.Element {
  return (
    <button
      type="button"
      class="btn ghost sm icon"
      aria-label={text().top.theme}
      title={text().top.theme}
      data-testid="theme"
      onClick={switchTheme}
    >
      <Icon of="theme" />
    </button>
  );
}

/** Off, priority 1, priorities 1 and 2: for this device, until the page is closed. */
export function SoundButton(): JSX.Element {
  const t = () => text().alertsPage;
  return (
    <button
      type="button"
      class="btn ghost sm snd"
      aria-label={t().sound[soundLevel()]}
      title={`${t().sound[soundLevel()]}. ${t().soundHint}`}
      data-testid="sound"
      onClick={switchSound}
    >
      <Icon of={soundLevel() === "off" ? "soundOff" : "sound"} />
      <span class="num">{{ off: "", p1: "1", p12: "1–2" }[soundLevel()]}</span>
    </button>
  );
}
