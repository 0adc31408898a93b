/** A choice of one, with its name before it. */
export function Select(
  { label, value, options, onChange }: {
    label: string;
    value: string;
    options: readonly (readonly [value: string, word: string])[];
    onChange: (value: string) => void;
  },
) {
  return (
    <label class="flex h-9 min-w-0 items-center gap-2 max-sm:w-[calc(50%-4px)] rounded-lg border border-edge bg-surface pl-3 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:bg-raised sm:h-8">
      <span class="text-xs whitespace-nowrap text-muted">{label}</span>
      <select
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        class="h-full min-w-0 cursor-pointer max-sm:flex-1 sm:max-w-40 rounded-lg bg-transparent pr-1 outline-none"
      >
        {options.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
      </select>
    </label>
  );
}
