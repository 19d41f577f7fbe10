import type { JSX } from "solid-js";
import { text } from "../texts/texts.ts";

/** Stands wherever a simulator's data do, so that nobody takes them for a plant's. */
export function SimulatedTag(): JSX.Element {
  return (
    <span class="tag sim" title={text().simulatedTitle}>
      {text().simulated}
    </span>
  );
}
