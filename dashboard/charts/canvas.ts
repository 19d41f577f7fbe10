import { type Accessor, createSignal, onCleanup, onMount } from "solid-js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an element in CSS pixels, as it changes; 0 × 0 until it is on the page. */
export function sizeOf(element: Accessor<HTMLElement | undefined>): Accessor<Size> {
  const [size, setSize] = createSignal<Size>(
    { width: 0, height: 0 },
    { equals: (a, b) => a.width === b.width && a.height === b.height },
  );
  onMount(() => {
    const observed = element();
    if (observed === undefined) return;
    const watcher = new ResizeObserver(() =>
      setSize({ width: observed.clientWidth, height: observed.clientHeight }),
    );
    watcher.observe(observed);
    onCleanup(() => watcher.disconnect());
  });
  return size;
}

/** A cleared canvas of that size, scaled so that one unit is a CSS pixel; `null` where there is nothing to draw on. */
export function cleared(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D | null {
  const context = canvas.getContext("2d");
  if (context === null || width === 0 || height === 0) return null;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
