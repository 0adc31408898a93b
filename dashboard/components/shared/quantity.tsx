import {
  formatBytes,
  formatCount,
  formatLatency,
  formatRate,
  type Quantity,
} from "../../format.ts";

/** Bytes with a lighter unit, and the exact number on hover. */
export function Bytes({ value }: { value: number }) {
  return <Figure quantity={formatBytes(value)} title={`${formatCount(value)} bytes`} />;
}

/** Bytes a second with a lighter unit. */
export function Rate({ value }: { value: number }) {
  return (
    <Figure
      quantity={formatRate(value)}
      title={`${formatCount(value)} bytes a second, over the last report interval`}
    />
  );
}

/** Milliseconds with a lighter unit, or a dash where none are known. */
export function Latency({ ms }: { ms: number | null }) {
  if (ms === null) return <span class="text-muted">–</span>;
  return <Figure quantity={formatLatency(ms)} title={`the last check took ${ms} ms`} />;
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
