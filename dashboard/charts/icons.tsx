import type { JSX } from "solid-js";

const shapes = {
  report: "M5 2.8h7l3.5 3.5v10.9H5zM12 2.8v3.5h3.5M7.5 10h5M7.5 13h5",
  printer: "M6 7V3h8v4M6 14H3.5V7h13v7H14M6 11.5h8V17H6z",
  retrofit: "M3.5 15.5v-7h4v7M12.5 15.5V11h4v4.5M2.5 15.5h15M8 4.5h5.5l-1.7-1.7M13.5 4.5l-1.7 1.7",
  fleet: "M3 4.5h5v4H3zM12 4.5h5v4h-5zM3 11.5h5v4H3zM12 11.5h5v4h-5z",
  boiler:
    "M5 17V6.5A2.5 2.5 0 0 1 7.5 4h5A2.5 2.5 0 0 1 15 6.5V17zM3.5 17h13M10 7.5c.4 1.6 2.2 2.3 2.2 4.3A2.2 2.2 0 0 1 10 14a2.2 2.2 0 0 1-2.2-2.2c0-1.1.6-1.7 1-2.2.4.7.7.8.9.9C9.8 9.3 9.5 8.5 10 7.5z",
  bell: "M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.5 1.5H4zM8.5 17h3",
  trainer:
    "M3 5.5h8m3 0h3M3 10h2m3 0h9M3 14.5h9m3 0h2M14 5.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0M8 10a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0M15 14.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0",
  theme:
    "M13.2 10a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4",
  search: "M13.8 9a4.8 4.8 0 1 1-9.6 0 4.8 4.8 0 0 1 9.6 0m-1.2 3.6 4 4",
  calendar: "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5M6.5 11.5h2M11.5 11.5h2M6.5 14h2",
  devices: "M3.5 4h13v5h-13zM3.5 11.5h13v5h-13zM6 6.5h1.5M6 14h1.5M10.5 6.5H14M10.5 14H14",
  settings:
    "M4 6h7.5M15 6h1M4 14h1M8.5 14H16M13.3 4.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6M6.7 12.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6",
  down: "m5 7.5 5 5 5-5",
  pause: "M7 5v10M13 5v10",
  play: "M7 4.5v11l8.5-5.5z",
  sound: "M4 8v4h2.5L10 15V5L6.5 8zM12.5 7.5a3.5 3.5 0 0 1 0 5M14.5 5.5a6.3 6.3 0 0 1 0 9",
  soundOff: "M4 8v4h2.5L10 15V5L6.5 8zM13 8l4 4M17 8l-4 4",
  leave: "M8 4H4.5v12H8M12 6.5l3.5 3.5-3.5 3.5M15.5 10H8",
  note: "M4 15.8V4.5h12v8.5H7z",
  table: "M3.5 4.5h13v11h-13zM3.5 8h13M3.5 11.7h13M8.5 8v7.5",
  chart: "M3.5 4v12h13M5.5 12.5l3-4 3 2.5 4.5-6",
} as const;

export function Icon(props: { readonly of: keyof typeof shapes; readonly size?: number }): JSX.Element {
  return (
    <svg class="ic" viewBox="0 0 20 20" width={props.size ?? 18} height={props.size ?? 18} aria-hidden="true">
      <path d={shapes[props.of]} />
    </svg>
  );
}

export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 28 28" width="28" height="28" aria-hidden="true">
      <rect class="lb" x="1" y="1" width="26" height="26" rx="6" />
      <path class="lf" d="M9 22V9.5A3.5 3.5 0 0 1 12.5 6H21M9 14h8.5" />
      <path class="ll" d="M13 20.5c1.6-2.6 3.2 2 4.9-.6 1.2-1.8 2-1.7 3.1-1.4" />
    </svg>
  );
}

/** The hatch that means "beyond the limit", for every drawing on the page. */
export function Hatches(): JSX.Element {
  return (
    <svg class="defs" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="hl" d="M0 0V5" />
        </pattern>
        <pattern
          id="hatch-s"
          width="4"
          height="4"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path class="hl" d="M0 0V4" />
        </pattern>
      </defs>
    </svg>
  );
}
