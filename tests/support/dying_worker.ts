/** A proxy's worker that dies when it is told to, over a channel that only tests know. */
import "../../worker.ts";

new BroadcastChannel("die").onmessage = () => {
  throw new Error("told to die");
};
