/** One of a few, side by side. */
export function Segments<T extends string>({ label, options, value, onChange }: {
  label: string;
  options: readonly { value: T; word: string; title: string }[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div role="group" aria-label={label} class="flex rounded-md border border-edge bg-surface p-px">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          title={option.title}
          onClick={() => onChange(option.value)}
          class={`h-7 rounded px-2.5 text-xs whitespace-nowrap ${
            option.value === value ? "bg-raised font-semibold" : "text-muted hover:text-ink"
          }`}
        >
          {option.word}
        </button>
      ))}
    </div>
  );
}
