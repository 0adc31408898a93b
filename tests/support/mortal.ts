/** Workers of one proxy that die when they are told to, and no others'. */
export function mortalWorkers(): { module: URL; kill(): void } {
  const channel = `die ${crypto.randomUUID()}`;
  const module = new URL("./dying_worker.ts", import.meta.url);
  module.searchParams.set("channel", channel);
  return {
    module,
    kill() {
      const killer = new BroadcastChannel(channel);
      killer.postMessage("die");
      killer.close();
    },
  };
}
