import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Facet } from "../../state/connections/question.ts";
import { words } from "../../words/words.ts";
import { Marked } from "../shared/marked.tsx";

interface Facets {
  facets: Readonly<Partial<Record<Facet, string>>>;
  choose: (facet: Facet, value: string) => void;
}

/** The values that are filtered by, and how one is chosen. */
export const FacetContext = createContext<Facets>({ facets: {}, choose: () => {} });

/**
 * A value of a row: a click on it leaves only the rows that have it too. Not on the way of the Tab key, which
 * goes by rows; the details have the same for the keyboard.
 */
export function FacetValue(
  { facet, value, text, mono = false }: {
    facet: Facet;
    value: string;
    /** As it is shown, with nothing invisible in it. */
    text: string;
    mono?: boolean;
  },
) {
  const { facets, choose } = useContext(FacetContext);
  if (text === "") return null;
  const isChosen = facets[facet] === value;
  return (
    <button
      type="button"
      tabIndex={-1}
      title={isChosen ? text : words.connections.only(text)}
      onClick={(event) => {
        event.stopPropagation();
        choose(facet, value);
      }}
      class={`block max-w-full truncate rounded-xs text-left decoration-dotted underline-offset-4 hover:underline ${
        mono ? "font-mono text-[13px]" : ""
      }`}
    >
      <bdi>
        <Marked text={text} />
      </bdi>
    </button>
  );
}
