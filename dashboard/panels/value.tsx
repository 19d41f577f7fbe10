import { createRenderEffect, type JSX } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { Priority } from "../../domain/alarms/alarm.ts";
import type { FlawReason, Flaws, Values } from "../../domain/reading.ts";
import { classes, toneClass } from "../classes.ts";
import { setAttribute, setText } from "../dom.ts";
import { formatPoint, missing } from "../format.ts";
import { text } from "../texts/texts.ts";

interface ValueProps {
  readonly reading: { readonly values: Values; readonly flaws: Flaws } | null;
  readonly boiler: BoilerText;
  readonly point: string;
  readonly tone?: Priority | null;
  readonly testId?: string;
  /** Beside another figure of the same thing: not what is looked at first. */
  readonly quiet?: boolean;
}

/**
 * A number, or the dash that stands for none: why it is missing or doubtful is told beside it, never guessed. There
 * are thousands of these on a page, so each is one effect that writes what changed.
 */
export function Value(props: ValueProps): JSX.Element {
  const number = document.createTextNode("");
  const cell = (<span data-testid={props.testId}>{number}</span>) as HTMLSpanElement;
  createRenderEffect(() => {
    const value = props.reading?.values[props.point] ?? null;
    const flaw = props.reading?.flaws[props.point] ?? null;
    setText(number, shownOf(props.boiler, props.point, value));
    setAttribute(cell, "title", titleOf(props.boiler, props.reading !== null, props.point, value, flaw));
    setAttribute(
      cell,
      "class",
      classes(
        props.quiet ? "dim" : "v",
        props.tone && "hot",
        toneClass(props.tone),
        value === null && "none",
        value !== null && flaw !== null && "susp",
      ),
    );
  });
  return cell;
}

function shownOf(boiler: BoilerText, point: string, value: number | null): string {
  if (value === null) return missing;
  if (point === "firing") return value > 0 ? text().boiler.yes : text().boiler.no;
  return formatPoint(point, value, boiler.points.find(({ name }) => name === point)?.decimals);
}

function titleOf(
  boiler: BoilerText,
  hasReading: boolean,
  point: string,
  value: number | null,
  flaw: FlawReason | null,
): string | null {
  const { missing: why, flaws } = text();
  if (flaw !== null) return flaws[flaw];
  if (value !== null) return null;
  if (!boiler.points.some(({ name }) => name === point)) return why.notMeasured;
  return hasReading ? why.notRead : why.noData;
}
