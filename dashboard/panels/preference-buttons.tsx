import type { JSX } from "solid-js";
import { Icon } from "../charts/icons.tsx";
import { language, switchLanguage, switchTheme } from "../preferences.ts";
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
