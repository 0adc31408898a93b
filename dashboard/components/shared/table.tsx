import type { ComponentChildren } from "preact";

interface CellProps {
  children?: ComponentChildren;
  /** Numbers stand at the right, under a head that does too. */
  number?: boolean;
  /** Columns that stay in sight where the table scrolls sideways. */
  stay?: keyof typeof STAY;
}

const HEAD = "h-9 border-y border-line bg-surface px-2 text-xs font-normal text-muted last:pr-4";
const CELL = "h-(--row) px-2 last:pr-4";
const STAY = {
  first: "pl-4 max-xl:sticky max-xl:left-0 max-xl:z-[1]",
  second: "max-xl:sticky max-xl:left-[104px] max-xl:z-[1]",
};

/** A column head. */
export function Head({ children, number = false, stay }: CellProps) {
  const side = number ? "text-right" : "text-left";
  return (
    <th scope="col" class={`${HEAD} ${side} ${stay ? STAY[stay] : ""}`}>
      {children}
    </th>
  );
}

/** A cell. */
export function Cell({ children, number = false, stay }: CellProps) {
  const side = number ? "text-right whitespace-nowrap tabular-nums" : "";
  return (
    <td class={`${CELL} ${side} ${stay ? `${STAY[stay]} bg-surface group-hover:bg-raised` : ""}`}>
      {children}
    </td>
  );
}

/** A row, marked while the pointer is on it. */
export function Row({ children, faint = false }: { children: ComponentChildren; faint?: boolean }) {
  return (
    <tr class={faint ? "group text-muted hover:bg-raised" : "group hover:bg-raised"}>{children}</tr>
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
    <div class="relative rounded-b-lg pb-2 max-xl:overflow-x-auto">
      <table
        aria-label={label}
        class="w-full min-w-[1040px] table-fixed border-separate border-spacing-0"
      >
        <colgroup>
          {widths.map((width, i) => (
            <col key={i} style={width === null ? undefined : { width: `${width}px` }} />
          ))}
        </colgroup>
        <thead class="xl:sticky xl:top-14 xl:z-10">
          <tr>{head}</tr>
        </thead>
        {children}
      </table>
    </div>
  );
}
