import { useEffect, useRef, useState } from "preact/hooks";
import { visible } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

const BUTTON = "h-8 shrink-0 rounded-md border border-edge bg-surface px-3 text-sm hover:bg-raised";

/** Lets a proxy that is gone be forgotten, after a question. */
export function ForgetProxy({ proxyId }: { proxyId: string }) {
  const { forget } = useStore();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const go = async () => {
    setAsking(false);
    const failure = await forget(proxyId);
    setFailure(failure);
    if (failure === null) location.hash = "#/";
  };
  if (asking) return <Question proxyId={proxyId} onYes={go} onNo={() => setAsking(false)} />;
  return (
    <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
      {failure !== null && <p role="alert" class="text-bad">{words.proxy.notForgotten(failure)}</p>}
      <button type="button" class={BUTTON} onClick={() => setAsking(true)}>
        {words.proxy.forget}
      </button>
    </div>
  );
}

function Question(
  { proxyId, onYes, onNo }: { proxyId: string; onYes: () => void; onNo: () => void },
) {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  return (
    <div
      role="group"
      aria-label={words.proxy.forget}
      class="flex flex-wrap items-center gap-x-4 gap-y-1"
    >
      <p class="[overflow-wrap:anywhere]">
        {words.proxy.forgetStart} <bdi>{visible(proxyId)}</bdi> {words.proxy.forgetEnd}
      </p>
      <span class="flex gap-2">
        <button type="button" ref={cancel} class={BUTTON} onClick={onNo}>
          {words.proxy.cancel}
        </button>
        <button type="button" class={`${BUTTON} text-bad`} onClick={onYes}>
          {words.proxy.forgetDo}
        </button>
      </span>
    </div>
  );
}
