import type { JSX } from "solid-js";
import type { BoilerText } from "../../contracts/http.ts";
import type { Priority } from "../../domain/alarms/alarm.ts";
import type { FlawReason, Flaws, Values } from "../../domain/reading.ts";
import { classes, toneClass } from "../classes.ts";
import { formatPoint, missing } from "../format.ts";
import { text } from "../texts/texts.ts";

interface ValueProps {
  readonly reading: { readonly values: Values; readonly flaws: Flaws } | null;
  readonly boiler: BoilerText;
  readonly point: string;
  readonly tone?: Priority | null;
  /** What else there is to know of it. */
  readonly title?: string;
  readonly testId?: string;
}

/** A number, or the dash that stands for none: why it is missing or doubtful is told beside it, never guessed. */
export function Value(props: ValueProps): JSX.Element {
  const value = () => props.reading?.values[props.point] ?? null;
  const flaw = () => props.reading?.flaws[props.point] ?? null;
  return (
    <span
      class={classes(
        "v",
        props.tone && "hot",
        toneClass(props.tone),
        value() === null && "none",
        value() !== null && flaw() !== null && "susp",
      )}
      title={titleOf(props.boiler, props.reading !== null, props.point, value(), flaw()) ?? props.title}
      data-testid={props.testId}
    >
      {shownOf(props.boiler, props.point, value())}
    </span>
  );
}

function shownOf(boiler: BoilerText, point: string, value: number | null): string {
  if (value === null) return missing;
  return formatPoint(point, value, boiler.points.find(({ name }) => name === point)?.decimals);
}

function titleOf(
  boiler: BoilerText,
  hasReading: boolean,
  point: string,
  value: number | null,
  flaw: FlawReason | null,
): string | undefined {
  const { missing: why, flaws } = text();
  if (flaw !== null) return flaws[flaw];
  if (value !== null) return undefined;
  if (!boiler.points.some(({ name }) => name === point)) return why.notMeasured;
  return hasReading ? why.notRead : why.noData;
}
