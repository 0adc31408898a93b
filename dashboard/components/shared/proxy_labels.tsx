import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import { labelsOf, labelText } from "../../state/proxy_labels.ts";
import { Marked } from "./marked.tsx";

/** A proxy's labels, each in a frame of its own. */
export function ProxyLabels({ proxy, wrap = false }: { proxy: ProxySummary; wrap?: boolean }) {
  const texts = labelsOf(proxy).map((label) => visible(labelText(label)));
  const flow = wrap ? "flex-wrap" : "overflow-hidden";
  return (
    <span class={`flex gap-1 ${flow}`} title={texts.join(" ")}>
      {texts.map((text) => (
        <bdi
          key={text}
          class="truncate rounded border border-line bg-raised px-1 text-xs leading-5"
        >
          <Marked text={text} />
        </bdi>
      ))}
    </span>
  );
}
