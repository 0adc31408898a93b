/** One of a few values, as radio buttons in a row. */
export function Choice<T extends string>(
  { name, label, options, value, onChange }: {
    name: string;
    label: string;
    /** Values with their words. */
    options: Readonly<Record<T, string>>;
    value: T;
    onChange: (value: T) => void;
  },
) {
  return (
    <fieldset>
      <legend class="mb-1.5 text-muted">{label}</legend>
      <div class="flex flex-wrap gap-x-6 gap-y-2">
        {(Object.keys(options) as T[]).map((key) => (
          <label key={key} class="flex min-h-6 items-center gap-2">
            <input
              type="radio"
              name={name}
              checked={key === value}
              onChange={() =>
                onChange(key)}
              class="size-4 accent-accent"
            />
            {options[key]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
