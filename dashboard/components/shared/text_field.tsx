import type { RefObject } from "preact";

/** A line of text with its name above it. */
export function TextField(
  { label, input, note, ...rest }: {
    label: string;
    input: RefObject<HTMLInputElement>;
    name: string;
    /** What may be left empty, or is meant. */
    note?: string;
    type?: "text" | "password";
    autocomplete?: "username" | "current-password" | "off";
    maxLength: number;
  },
) {
  return (
    <label class="flex flex-col gap-1.5">
      <span>
        {label}
        {note && <span class="ml-2 text-xs text-muted">{note}</span>}
      </span>
      <input
        ref={input}
        type="text"
        autocapitalize="none"
        spellcheck={false}
        {...rest}
        class="h-9 w-full rounded-lg border border-edge bg-surface px-3 text-base sm:text-sm"
      />
    </label>
  );
}
