/**
 * A program that watches a manager with many viewers until its input ends, and then prints as JSON what they
 * got: manager_viewers.ts PORT VIEWERS.
 */
if (import.meta.main) {
  const [port, count] = Deno.args.map(Number);
  const got = { messages: 0, bytes: 0, lost: 0 };
  let open = 0;
  for (let i = 0; i < count; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    socket.onmessage = ({ data }) => {
      got.messages++;
      got.bytes += data.length;
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    socket.onclose = () => got.lost++;
    open++;
  }
  console.log(open);
  const startedAt = performance.now();
  got.messages = got.bytes = 0;
  await Deno.stdin.read(new Uint8Array(1));
  console.log(JSON.stringify({ ...got, seconds: (performance.now() - startedAt) / 1000 }));
  Deno.exit();
}
