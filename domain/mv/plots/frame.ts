/** A drawing's place: its inner rectangle, in units of its view box. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Text that may stand in a drawing. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** One digit behind the point is finer than any screen. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);

export function scaleX({ left, right }: Frame, { from, to }: Span): (value: number) => number {
  const width = to - from || 1;
  return (value) => left + ((value - from) / width) * (right - left);
}

export function scaleY({ top, bottom }: Frame, { from, to }: Span): (value: number) => number {
  const height = to - from || 1;
  return (value) => bottom - ((value - from) / height) * (bottom - top);
}

/** Round marks between two ends, about so many. */
export function marks({ from, to }: Span, about: number): readonly number[] {
  const rough = (to - from) / about;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const list: number[] = [];
  for (let mark = Math.ceil(from / step - 1e-9) * step; mark <= to + step * 1e-9; mark += step)
    list.push(Math.round(mark / step) * step);
  return list;
}

/** A span of values with a little room around. */
export function roomAround(values: readonly number[], share = 0.05): Span {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (!(to >= from)) return { from: 0, to: 1 };
  const room = (to - from || Math.abs(to) || 1) * share;
  return { from: from - room, to: to + room };
}

const number = (value: number) =>
  (Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4)))
    .toLocaleString("en-US")
    .replace("-", "−");

/** Horizontal lines with their numbers on the left. */
export function gridY(frame: Frame, span: Span, about = 5): string {
  const y = scaleY(frame, span);
  return marks(span, about)
    .map(
      (mark) =>
        `<path class="gd" d="M${at(frame.left)} ${at(y(mark))}H${at(frame.right)}"/><text x="${at(frame.left - 6)}" y="${at(y(mark) + 4)}" text-anchor="end">${number(mark)}</text>`,
    )
    .join("");
}

/** Numbers below the horizontal axis. */
export function axisX(frame: Frame, span: Span, about = 6): string {
  const x = scaleX(frame, span);
  const line = `<path class="axl" d="M${at(frame.left)} ${at(frame.bottom)}H${at(frame.right)}"/>`;
  const numbers = marks(span, about).map(
    (mark) =>
      `<text x="${at(x(mark))}" y="${at(frame.bottom + 15)}" text-anchor="middle">${number(mark)}</text>`,
  );
  return line + numbers.join("");
}

/** Days below a time axis; `dayOf` names them. */
export function axisTime(frame: Frame, span: Span, dayOf: (atMs: number) => string, about = 5): string {
  const x = scaleX(frame, span);
  const line = `<path class="axl" d="M${at(frame.left)} ${at(frame.bottom)}H${at(frame.right)}"/>`;
  const days = Array.from({ length: about + 1 }, (_, k) => {
    const when = span.from + ((span.to - span.from) * k) / about;
    const anchor = k === 0 ? "start" : k === about ? "end" : "middle";
    return `<text x="${at(x(when))}" y="${at(frame.bottom + 15)}" text-anchor="${anchor}">${escaped(dayOf(when))}</text>`;
  });
  return line + days.join("");
}

export function lineThrough(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${at(x)} ${at(y)}`).join("");
}

export function drawing(width: number, height: number, label: string, inside: string): string {
  return `<svg class="dg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">${inside}</svg>`;
}
