import { useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { labelsText, parseLabels } from "../../state/labels.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";

const w = words.connections.labels;

/** Names for addresses and networks, one a line. */
export function LabelEditor() {
  const { labels, toasts } = useStore();
  const { count } = useFormat();
  const [text, setText] = useState(() => labelsText(labels.labels.peek()));
  const [problem, setProblem] = useState("");
  const save = () => {
    const parsed = parseLabels(text);
    if (!("labels" in parsed)) {
      return setProblem(w.problem(count(parsed.line), w.problems[parsed.problem]));
    }
    setProblem("");
    labels.set(parsed.labels);
    toasts.done(w.saved);
  };
  return (
    <section class="flex max-w-3xl flex-col gap-3 rounded-lg border border-line bg-surface px-4 py-4">
      <h2 class="font-semibold" id="labels-title">{w.title}</h2>
      <p class="text-muted" id="labels-note">{w.note}</p>
      <textarea
        aria-labelledby="labels-title"
        aria-describedby="labels-note labels-problem"
        aria-invalid={problem !== ""}
        rows={5}
        value={text}
        placeholder={w.example}
        onInput={(event) => setText(event.currentTarget.value)}
        spellcheck={false}
        maxLength={20_000}
        class="rounded-lg border border-edge bg-surface px-3 py-2 font-mono text-[13px] placeholder:text-muted aria-invalid:border-bad"
      />
      <div class="flex items-center gap-4">
        <Button onClick={save}>{w.save}</Button>
        <p id="labels-problem" role="status" class="text-bad">{problem}</p>
      </div>
    </section>
  );
}
