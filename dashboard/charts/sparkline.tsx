import { createMemo, type JSX, Show } from "solid-js";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { type Bucket, hourBuckets } from "../air-ratio-hours.ts";
import { classes, toneClass } from "../classes.ts";

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

/** The last hour as a small line, with the limit dashed across it; a hole stays a hole. */
export function Sparkline(props: SparklineProps): JSX.Element {
  const y = (ratio: number) => {
    const limit = props.limit ?? 1.5;
    return clamp(limitY + ((limit - ratio) / (limit - 1)) * spanY);
  };
  const line = createMemo(() => {
    let path = "";
    let broken = true;
    for (const [index, bucket] of props.buckets.entries()) {
      if (bucket === null) {
        broken = true;
        continue;
      }
      const x = 1 + ((index + 0.5) / hourBuckets) * (endX - 1);
      const ends =
        bucket.lowestMs <= bucket.highestMs
          ? [bucket.lowest, bucket.highest]
          : [bucket.highest, bucket.lowest];
      for (const [half, ratio] of ends.entries()) {
        path += `${broken ? "M" : "L"}${(x + half).toFixed(1)} ${y(ratio).toFixed(1)}`;
        broken = false;
      }
    }
    return path;
  });
  /** Above the limit and alarmed: the same line once more in the colour, cut off at the limit. */
  const hot = () => props.tone !== null && props.limit !== null;
  return (
    <svg
      class={classes("sp", toneClass(props.tone))}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <Show when={props.limit !== null}>
        <path class="lim" d={`M0 ${limitY}H${width}`} />
      </Show>
      <path class="ln" d={line()} />
      <Show when={hot()}>
        <svg width={width} height={limitY} overflow="hidden">
          <path class="ln hot" d={line()} />
        </svg>
      </Show>
      <Show when={props.latest !== null}>
        <circle
          class={classes("dot", hot() && "hot")}
          cx={endX}
          cy={y(props.latest ?? 1).toFixed(1)}
          r="2.1"
        />
      </Show>
    </svg>
  );
}

function clamp(y: number): number {
  return Math.min(height - 1, Math.max(1.5, y));
}
