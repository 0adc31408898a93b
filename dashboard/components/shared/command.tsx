import { useState } from "preact/hooks";
import { words } from "../../words/words.ts";

/** A command line to copy. */
export function Command({ text }: { text: string }) {
  const [done, setDone] = useState<"copied" | "failed" | null>(null);
  const { copy, copied, notCopied } = words.shared;
  const run = async () => {
    setDone(await copyText(text) ? "copied" : "failed");
    setTimeout(() => setDone(null), 2000);
  };
  return (
    <div class="flex max-w-full items-center gap-4 rounded-lg border border-line bg-page py-1.5 pr-1.5 pl-3 text-left text-ink">
      <code class="min-w-0 overflow-x-auto font-mono text-[13px] max-sm:break-words sm:whitespace-nowrap">
        {text}
      </code>
      <button
        type="button"
        onClick={run}
        class="ml-auto h-8 min-w-20 shrink-0 rounded-md border border-edge bg-surface px-3 text-sm hover:bg-raised"
      >
        {done === "copied" ? copied : done === "failed" ? notCopied : copy}
      </button>
      <span class="sr-only" role="status">{done === "copied" ? copied : ""}</span>
    </div>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Over plain HTTP on another host there is no `navigator.clipboard`; the old way still works. */
function copySelected(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
