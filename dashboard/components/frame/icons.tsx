const STROKE = {
  viewBox: "0 0 20 20",
  class: "size-5",
  fill: "none",
  stroke: "currentColor",
  "stroke-width": 1.5,
  "stroke-linecap": "round",
  "stroke-linejoin": "round",
  "aria-hidden": true,
} as const;

/** The sun: leads to the light theme. */
export function SunIcon() {
  return (
    <svg {...STROKE}>
      <circle cx="10" cy="10" r="3.25" />
      <path d="M10 2.5v1.25M10 16.25v1.25M2.5 10h1.25M16.25 10h1.25M4.7 4.7l.9.9M14.4 14.4l.9.9M4.7 15.3l.9-.9M14.4 5.6l.9-.9" />
    </svg>
  );
}

/** The moon: leads to the dark theme. */
export function MoonIcon() {
  return (
    <svg {...STROKE}>
      <path d="M16.5 11.9A7 7 0 0 1 8.1 3.5a7 7 0 1 0 8.4 8.4z" />
    </svg>
  );
}
