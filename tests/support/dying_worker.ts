/** A proxy's worker that dies when it is told to, over a channel that only tests know. */
import "../../worker.ts";

new BroadcastChannel(new URL(import.meta.url).searchParams.get("channel") ?? "die").onmessage =
  () => {
    throw new Error("told to die");
  };
