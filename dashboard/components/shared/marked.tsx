import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { EVERYTHING, type Filter } from "../../state/table/filter.ts";

/** The filter whose matches are marked in the cells below. */
export const MarkContext = createContext<Filter>(EVERYTHING);

/** A text with what the filter matched in it marked; all of it is text, whatever it says. */
export function Marked({ text }: { text: string }) {
  const spans = useContext(MarkContext).marks(text);
  if (spans.length === 0) return <>{text}</>;
  const last = spans[spans.length - 1][1];
  return (
    <>
      {spans.map(([from, to], i) => (
        <span key={i}>
          {text.slice(i === 0 ? 0 : spans[i - 1][1], from)}
          <mark class="rounded-xs bg-mark text-ink">{text.slice(from, to)}</mark>
        </span>
      ))}
      {text.slice(last)}
    </>
  );
}
