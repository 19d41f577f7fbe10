import { createEffect, createRoot, createSignal } from "solid-js";

/**
 * What this person wants on this device: language, theme, single-letter keys. Language and theme follow browser and
 * system until a button pins them.
 */
export type Language = "en" | "zh-TW";
export type Theme = "light" | "dark";

const systemDark = matchMedia("(prefers-color-scheme: dark)");

const [language, setLanguage] = createSignal<Language>(
  oneOf(kept("language"), ["en", "zh-TW"]) ?? (navigator.language.startsWith("zh") ? "zh-TW" : "en"),
);
const [pinnedTheme, setPinnedTheme] = createSignal<Theme | null>(oneOf(kept("theme"), ["light", "dark"]));
const [systemTheme, setSystemTheme] = createSignal<Theme>(systemDark.matches ? "dark" : "light");
const [singleKeys, setSingleKeys] = createSignal(kept("single-keys") !== "off");

const [printing, setPrinting] = createSignal(false);

addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));
systemDark.addEventListener("change", ({ matches }) => setSystemTheme(matches ? "dark" : "light"));

export { language, singleKeys };
/** Paper is light, whatever the screen is. */
export const theme = (): Theme => (printing() ? "light" : (pinnedTheme() ?? systemTheme()));

export function switchLanguage(): void {
  setLanguage(language() === "en" ? "zh-TW" : "en");
  keep("language", language());
}

export function switchTheme(): void {
  setPinnedTheme(theme() === "dark" ? "light" : "dark");
  keep("theme", theme());
}

export function allowSingleKeys(allowed: boolean): void {
  setSingleKeys(allowed);
  keep("single-keys", allowed ? "on" : "off");
}

createRoot(() => {
  createEffect(() => {
    document.documentElement.lang = language() === "zh-TW" ? "zh-Hant-TW" : "en";
  });
  createEffect(() => {
    document.documentElement.dataset["theme"] = theme();
  });
});

function oneOf<T extends string>(text: string | null, allowed: readonly T[]): T | null {
  return allowed.find((each) => each === text) ?? null;
}

/** A browser may forbid storage; then the choice lasts as long as the page. */
function kept(key: string): string | null {
  try {
    return localStorage.getItem(`fluewatch.${key}`);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`fluewatch.${key}`, value);
  } catch {
    // A browser that keeps nothing: the choice holds for this page, and is asked for again.
  }
}
