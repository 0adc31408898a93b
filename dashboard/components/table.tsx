import type { ComponentChildren } from "preact";

/** A column head; numbers stand at the right, under a head that does too. */
export function Head({ children, number = false }: {
  children?: ComponentChildren;
  number?: boolean;
}) {
  return (
    <th
      scope="col"
      class={number
        ? "h-9 border-y border-line bg-surface px-3 text-right text-xs font-normal text-muted last:pr-4"
        : "h-9 border-y border-line bg-surface px-3 text-left text-xs font-normal text-muted first:pl-4"}
    >
      {children}
    </th>
  );
}

/** A cell; see {@link Head}. */
export function Cell({ children, number = false }: {
  children?: ComponentChildren;
  number?: boolean;
}) {
  return (
    <td
      class={number
        ? "h-9 px-3 text-right whitespace-nowrap tabular-nums last:pr-4"
        : "h-9 px-3 first:pl-4"}
    >
      {children}
    </td>
  );
}

/**
 * A table of fixed columns, so that a changing number moves nothing. Its head stays at the top of the
 * screen; where the screen is too narrow for it, it scrolls sideways instead.
 */
export function Table(
  { label, widths, head, children }: {
    label: string;
    /** The columns' widths in pixels; null shares what is left. */
    widths: readonly (number | null)[];
    head: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <div class="overflow-x-auto rounded-b-lg lg:overflow-visible">
      <table
        aria-label={label}
        class="w-full min-w-[1000px] table-fixed border-separate border-spacing-0"
      >
        <colgroup>
          {widths.map((width, i) => (
            <col key={i} style={width === null ? undefined : { width: `${width}px` }} />
          ))}
        </colgroup>
        <thead class="lg:sticky lg:top-14 lg:z-10">
          <tr>{head}</tr>
        </thead>
        {children}
      </table>
    </div>
  );
}
