/** A field that narrows the table below it as one types. */
export function Filter(
  { label, value, onChange }: { label: string; value: string; onChange: (text: string) => void },
) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onInput={(e) => onChange(e.currentTarget.value)}
      onKeyDown={(e) => e.key === "Escape" && onChange("")}
      maxLength={200}
      autocomplete="off"
      spellcheck={false}
      class="h-9 w-full rounded-lg border border-edge bg-surface px-3 text-base placeholder:text-muted sm:h-8 sm:w-60 sm:text-sm"
    />
  );
}
