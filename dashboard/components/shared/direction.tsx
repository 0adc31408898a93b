/** The name of a direction with its arrow, in its colour everywhere. */
export function Direction(
  { name, rate = false, card = false }: {
    name: "sent" | "received";
    rate?: boolean;
    card?: boolean;
  },
) {
  const sent = name === "sent";
  const plain = sent ? "Sent" : "Received";
  const word = rate ? (sent ? "Send rate" : "Receive rate") : plain;
  return (
    <span
      class="whitespace-nowrap"
      title={sent ? "from clients to targets" : "from targets to clients"}
    >
      <span aria-hidden="true" class={sent ? "text-sent" : "text-received"}>
        {sent ? "↑" : "↓"}
      </span>{" "}
      {card ? `Data ${plain.toLowerCase()}` : word}
    </span>
  );
}
