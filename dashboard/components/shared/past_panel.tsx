import type { ComponentChildren } from "preact";
import type { Asked } from "../../chart/use_answer.ts";
import type { Failure } from "../../state/request.ts";
import { visible } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "./button.tsx";
import { Command } from "./command.tsx";
import { Empty, Panel, Waiting } from "./panel.tsx";
import { Progress } from "./progress.tsx";

/** Something that the manager was asked for: on its way, there, empty, or why there is none. */
export function PastPanel<T>({ title, past, isOff = false, note, filter, empty, children }: {
  title: string;
  past: Asked<T>;
  /** There is no past, by choice, so nothing was asked. */
  isOff?: boolean;
  note?: (value: T) => ComponentChildren;
  filter?: ComponentChildren;
  /** What to say where there is nothing to show; null where there is. */
  empty: (value: T) => ComponentChildren | null;
  children: (value: T) => ComponentChildren;
}) {
  const { value, failure, asking, answered, key } = past;
  const nothing = value === null ? null : empty(value);
  return (
    <div class="relative" aria-busy={asking && answered !== key}>
      <Progress active={asking && answered !== key} />
      <Panel title={title} note={value && note?.(value)} filter={filter}>
        {isOff
          ? <HistoryOff />
          : failure !== null && answered !== key
          ? <Failed past={past} />
          : value === null
          ? <Unasked />
          : nothing !== null
          ? <Empty>{nothing}</Empty>
          : children(value)}
        {failure !== null && answered === key && <Stale past={past} />}
      </Panel>
    </div>
  );
}

/** Off is a choice, not a failure; so is the other one. */
function HistoryOff() {
  return (
    <Empty>
      <p class="mb-4">{words.shared.historyOff}</p>
      <div class="mx-auto w-fit max-w-full">
        <Command text={`rustproxy --manager --listen ${location.host}`} />
      </div>
    </Empty>
  );
}

/** Room, until the manager has answered. */
function Unasked() {
  const { phase, stats } = useStore().fleet.value;
  return stats === null ? <Waiting phase={phase} /> : <Empty>&nbsp;</Empty>;
}

/** What is shown is no longer asked for with success. */
function Stale({ past: { failure } }: { past: Asked<unknown> }) {
  return (
    <p role="alert" class="border-t border-line px-4 py-2 text-xs wrap-anywhere text-warn">
      {words.shared.cannotTell(reasonOf(failure!))}
    </p>
  );
}

function reasonOf({ code, message }: Failure): string {
  return code === "unreachable"
    ? words.shared.unreachable
    : visible(message).replace(/[.\s]+$/, "");
}

function Failed({ past: { failure, retry } }: { past: Asked<unknown> }) {
  const w = words.shared;
  const why = reasonOf(failure!);
  return (
    <Empty>
      <p role="alert" class="mb-3 wrap-anywhere text-ink">{w.cannotTell(why)}</p>
      <Button onClick={retry}>{w.tryAgain}</Button>
    </Empty>
  );
}
