import { words } from "../../words/words.ts";

/** The name of a direction with its arrow, in its colour everywhere. */
export function Direction(
  { name, rate = false, card = false }: {
    name: "sent" | "received";
    rate?: boolean;
    card?: boolean;
  },
) {
  const sent = name === "sent";
  const w = words.shared;
  const plain = sent ? w.sent : w.received;
  const word = rate ? (sent ? w.sendRate : w.receiveRate) : plain;
  return (
    <span
      class="whitespace-nowrap"
      title={sent ? w.fromClients : w.fromTargets}
    >
      <span aria-hidden="true" class={sent ? "text-sent" : "text-received"}>
        {sent ? "↑" : "↓"}
      </span>{" "}
      {card ? (sent ? w.dataSent : w.dataReceived) : word}
    </span>
  );
}
