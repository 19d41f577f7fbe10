import { createRenderEffect, type JSX } from "solid-js";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { type Bucket, hourBuckets } from "../air-ratio-hours.ts";
import { classes, toneClass } from "../classes.ts";
import { setAttribute } from "../dom.ts";

interface SparklineProps {
  readonly buckets: readonly (Bucket | null)[];
  readonly latest: number | null;
  readonly limit: number | null;
  readonly tone: Priority | null;
}

const width = 98;
const height = 22;
const endX = width - 4;
const limitY = 5.6;
/** Of an axis from no excess air up to the limit. */
const spanY = 14.4;
/** What the axis ends at where no limit is known. */
const usualLimit = 1.5;

/** The last hour as a small line, with the limit dashed across it; a hole stays a hole. */
export function Sparkline(props: SparklineProps): JSX.Element {
  const line = (<path class="ln" />) as SVGPathElement;
  const hotLine = (<path class="ln hot" />) as SVGPathElement;
  const dot = (<circle class="dot" cx={endX} r="2.1" />) as SVGCircleElement;
  const drawing = (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path class="lim" d={`M0 ${limitY}H${width}`} />
      {line}
      <svg width={width} height={limitY} overflow="hidden" aria-hidden="true">
        {hotLine}
      </svg>
      {dot}
    </svg>
  ) as SVGSVGElement;

  createRenderEffect(() => {
    const path = pathOf(props.buckets, props.limit ?? usualLimit);
    setAttribute(line, "d", path);
    // Above the limit and alarmed: the same line once more in the colour, cut off at the limit.
    setAttribute(hotLine, "d", props.tone === null || props.limit === null ? null : path);
  });
  createRenderEffect(() => {
    const { latest, limit, tone } = props;
    setAttribute(
      drawing,
      "class",
      classes(
        "sp",
        toneClass(tone),
        tone !== null && limit !== null && "hot",
        limit === null && "unlimited",
        latest === null && "blank",
      ),
    );
    if (latest !== null) setAttribute(dot, "cy", placeOf(latest, limit ?? usualLimit).toFixed(1));
  });
  return drawing;
}

function pathOf(buckets: readonly (Bucket | null)[], limit: number): string {
  let path = "";
  let broken = true;
  for (const [index, bucket] of buckets.entries()) {
    if (bucket === null) {
      broken = true;
      continue;
    }
    const x = 1 + ((index + 0.5) / hourBuckets) * (endX - 1);
    const ends =
      bucket.lowestMs <= bucket.highestMs ? [bucket.lowest, bucket.highest] : [bucket.highest, bucket.lowest];
    for (const [half, ratio] of ends.entries()) {
      path += `${broken ? "M" : "L"}${(x + half).toFixed(1)} ${placeOf(ratio, limit).toFixed(1)}`;
      broken = false;
    }
  }
  return path;
}

function placeOf(ratio: number, limit: number): number {
  const y = limitY + ((limit - ratio) / (limit - 1)) * spanY;
  return Math.min(height - 1, Math.max(1.5, y));
}
