import type { Quantity } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";

/** Bytes with a lighter unit, and the exact number on hover. */
export function Bytes({ value }: { value: number }) {
  const format = useFormat();
  return <Figure quantity={format.bytes(value)} title={words.shared.bytes(format.count(value))} />;
}

/** Bytes a second with a lighter unit. */
export function Rate({ value }: { value: number }) {
  const format = useFormat();
  return (
    <Figure
      quantity={format.rate(value)}
      title={words.shared.bytesPerSecond(format.count(value))}
    />
  );
}

/** Milliseconds with a lighter unit, or a dash where none are known. */
export function Latency({ ms }: { ms: number | null }) {
  const format = useFormat();
  if (ms === null) return <span class="text-muted">{words.shared.none}</span>;
  return (
    <Figure
      quantity={format.latency(ms)}
      title={words.shared.lastCheck(format.decimal(ms))}
    />
  );
}

function Figure({ quantity, title }: { quantity: Quantity; title: string }) {
  return (
    <span class="whitespace-nowrap tabular-nums" title={title}>
      {quantity.value}
      {"\u00a0"}
      <span class="text-[max(0.86em,12px)] font-normal text-muted">{quantity.unit}</span>
    </span>
  );
}
