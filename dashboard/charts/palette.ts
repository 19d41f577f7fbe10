import { createMemo, createRoot } from "solid-js";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { theme } from "../preferences.ts";

/** The colours of the theme for what is drawn on a canvas, which no style sheet reaches. */
export interface Palette {
  readonly trend: string;
  /** What lies between the lowest and the highest value of a pixel. */
  readonly band: string;
  readonly limit: string;
  readonly track: string;
  readonly hatch: string;
  readonly hot: Readonly<Record<Priority, string>>;
}

export const palette = createRoot(() =>
  createMemo<Palette>(() => {
    theme(); // The style sheet's values follow the theme; asking for it makes this follow, too.
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    return {
      trend: colour("trend"),
      band: colour("trend-band"),
      limit: colour("limit"),
      track: colour("track"),
      hatch: colour("hatch"),
      hot: { 1: colour("p1-trend"), 2: colour("p2-trend"), 3: colour("p3-trend") },
    };
  }),
);
