import type { Label } from "../../domain/boiler.ts";
import { language } from "../preferences.ts";
import { en, type Texts } from "./en.ts";
import { zhTw } from "./zh-tw.ts";

/** The words of the language that is shown now. */
export function text(): Texts {
  return language() === "zh-TW" ? zhTw : en;
}

/** A name that the configuration gives in both languages. */
export function labelOf(label: Label): string {
  return label[language()];
}
