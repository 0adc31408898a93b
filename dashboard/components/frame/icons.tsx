import { STROKE } from "../shared/stroke.ts";

const ICON = { ...STROKE, viewBox: "0 0 20 20", class: "size-5" } as const;

/** The sun: leads to the light theme. */
export function SunIcon() {
  return (
    <svg {...ICON}>
      <circle cx="10" cy="10" r="3.25" />
      <path d="M10 2.5v1.25M10 16.25v1.25M2.5 10h1.25M16.25 10h1.25M4.7 4.7l.9.9M14.4 14.4l.9.9M4.7 15.3l.9-.9M14.4 5.6l.9-.9" />
    </svg>
  );
}

/** The moon: leads to the dark theme. */
export function MoonIcon() {
  return (
    <svg {...ICON}>
      <path d="M16.5 11.9A7 7 0 0 1 8.1 3.5a7 7 0 1 0 8.4 8.4z" />
    </svg>
  );
}

/** Machines: the fleet. */
export function FleetIcon() {
  return (
    <svg {...ICON}>
      <rect x="3" y="3.5" width="14" height="5.5" rx="1.5" />
      <rect x="3" y="11" width="14" height="5.5" rx="1.5" />
      <path d="M6 6.25h.01M6 13.75h.01M9.5 6.25H14M9.5 13.75H14" />
    </svg>
  );
}

/** To and fro: the connections. */
export function ConnectionsIcon() {
  return (
    <svg {...ICON}>
      <path d="M4 7h12M13 4l3 3-3 3M16 13H4M7 10l-3 3 3 3" />
    </svg>
  );
}

/** Sliders: the settings. */
export function SettingsIcon() {
  return (
    <svg {...ICON}>
      <path d="M3 6h7M14 6h3M3 14h3M10 14h7" />
      <circle cx="12" cy="6" r="2" />
      <circle cx="8" cy="14" r="2" />
    </svg>
  );
}

/** Two lines that cross: closes. */
export function CloseIcon() {
  return (
    <svg {...ICON}>
      <path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />
    </svg>
  );
}

/** A keyboard: its shortcuts. */
export function KeyboardIcon() {
  return (
    <svg {...ICON}>
      <rect x="2" y="5" width="16" height="10.5" rx="2" />
      <path d="M5 8.25h.01M8.3 8.25h.01M11.7 8.25h.01M15 8.25h.01M7 12.25h6" />
    </svg>
  );
}

/** Somebody: who is logged in. */
export function UserIcon() {
  return (
    <svg {...ICON}>
      <circle cx="10" cy="6.75" r="3.25" />
      <path d="M3.75 16.75c.6-3.2 3.1-4.75 6.25-4.75s5.65 1.55 6.25 4.75" />
    </svg>
  );
}

/** Bars that get shorter: the top users. */
export function TopIcon() {
  return (
    <svg {...ICON}>
      <path d="M3 4.5h14M3 10h9.5M3 15.5h5" />
    </svg>
  );
}

/** A bell: events and alerts. */
export function EventsIcon() {
  return (
    <svg {...ICON}>
      <path d="M5.5 8.5a4.5 4.5 0 0 1 9 0c0 4 1.5 4.5 1.5 5.5H4c0-1 1.5-1.5 1.5-5.5zM8.25 16.5a1.9 1.9 0 0 0 3.5 0" />
    </svg>
  );
}

/** Three dots: what can be done. */
export function MoreIcon() {
  return (
    <svg {...ICON}>
      <path d="M10 4.75h.01M10 10h.01M10 15.25h.01" stroke-width="2.5" stroke-linecap="round" />
    </svg>
  );
}
