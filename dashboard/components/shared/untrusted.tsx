import { visible } from "../../format.ts";
import { Marked } from "./marked.tsx";

/**
 * A name that came over the network, on one line and cut short where it does not fit. It cannot
 * reorder or hide what stands beside it; the whole of it shows on hover, and what a filter found is marked.
 */
export function Untrusted({ text, mono = false }: { text: string; mono?: boolean }) {
  const shown = visible(text);
  return (
    <bdi class={mono ? "block truncate font-mono text-[13px]" : "block truncate"} title={shown}>
      <Marked text={shown} />
    </bdi>
  );
}
