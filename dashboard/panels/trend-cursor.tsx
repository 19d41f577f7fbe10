import type { JSX } from "solid-js";
import { atMoment, momentText } from "../at-moment.ts";
import type { Columns } from "../columns.ts";
import type { Lane } from "../lanes.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import type { TrendView } from "../trend-view.ts";

interface TrendCursorProps {
  readonly columns: Columns;
  readonly lanes: readonly Lane[];
  readonly view: TrendView;
  readonly zone: string;
}

/** A finger that moved further than this drags; one that did not, reads. */
const dragAfterPx = 6;

/**
 * Reads all lanes at one moment: with the pointer, a pressed finger, or the arrow keys. As a slider it tells its
 * moment and the values there to a screen reader by itself. Dragging moves the window.
 */
export function TrendCursor(props: TrendCursorProps): JSX.Element {
  let area: HTMLDivElement | undefined;
  let grip: { readonly x: number; readonly untilMs: number; moved: boolean } | null = null;
  const window = () => props.view.window();
  const pixelMs = () => props.view.rangeMs() / Math.max(1, area?.clientWidth ?? 1);

  function timeAt(clientX: number): number {
    const left = area?.getBoundingClientRect().left ?? 0;
    return window().fromMs + (clientX - left) * pixelMs();
  }
  function move(event: PointerEvent): void {
    if (grip === null) {
      props.view.read(timeAt(event.clientX));
      return;
    }
    const dx = event.clientX - grip.x;
    if (!grip.moved && Math.abs(dx) < dragAfterPx) return;
    grip.moved = true;
    props.view.read(null);
    props.view.dragTo(grip.untilMs - dx * pixelMs());
  }
  function release(event: PointerEvent): void {
    if (grip?.moved) props.view.drop();
    else props.view.read(timeAt(event.clientX));
    grip = null;
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = (event.shiftKey ? 10 : 1) * Math.max(1_000, 2 * pixelMs());
    const { fromMs, toMs } = window();
    const atMs = props.view.cursorMs() ?? toMs;
    const next = {
      ArrowLeft: atMs - step,
      ArrowRight: atMs + step,
      Home: fromMs,
      End: toMs,
    }[event.key];
    if (event.key === "Escape") props.view.read(null);
    if (next === undefined) return;
    event.preventDefault();
    props.view.read(Math.min(toMs, Math.max(fromMs, next)));
  }
  const says = () => {
    const atMs = props.view.cursorMs() ?? window().toMs;
    const values = props.lanes.map(
      (lane) => `${lane.name} ${momentText(lane, atMoment(props.columns, lane.point, atMs))}`,
    );
    return [momentTime(atMs, window().toMs, props.zone, true), ...values].join(text().comma);
  };

  return (
    <div
      ref={area}
      class="touch"
      role="slider"
      tabIndex={0}
      aria-label={text().boiler.cursor}
      aria-valuemin={Math.round(window().fromMs / 1_000)}
      aria-valuemax={Math.round(window().toMs / 1_000)}
      aria-valuenow={Math.round((props.view.cursorMs() ?? window().toMs) / 1_000)}
      aria-valuetext={says()}
      onPointerMove={move}
      onPointerLeave={() => props.view.read(null)}
      onPointerDown={(event) => {
        area?.setPointerCapture(event.pointerId);
        grip = { x: event.clientX, untilMs: window().toMs, moved: false };
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onKeyDown={onKeyDown}
    />
  );
}
