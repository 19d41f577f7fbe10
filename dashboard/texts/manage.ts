import { language } from "../preferences.ts";
import { type ManageTexts, manageEn } from "./manage-en.ts";
import { manageZhTw } from "./manage-zh-tw.ts";

/** The words of the pages that are loaded when they are opened, in the language that is shown now. */
export function manageText(): ManageTexts {
  return language() === "zh-TW" ? manageZhTw : manageEn;
}
