import { iperf, wrk } from "./clients.ts";
import { cpuLoad, echoByte, GIB, type Load, memoryLoad, type Suite, wavesLoad } from "./load.ts";
import { freePort, start } from "./process.ts";
import { nginxHead } from "./servers.ts";
import type { Peer } from "./subject.ts";
import { latencyLoads, webLoads } from "./web_loads.ts";

const haproxy: Peer = async (path, folder, target) => {
  const port = freePort();
  const file = `${folder}/haproxy-${port}.cfg`;
  await Deno.writeTextFile(
    file,
    `global
  nbthread 1
  maxconn 9500
  maxpipes 200
defaults
  mode tcp
  option splice-auto
  timeout connect 10s
  timeout client 1h
  timeout server 1h
frontend in
  bind 127.0.0.1:${port} backlog 4096
  default_backend out
backend out
  server one 127.0.0.1:${target}
`,
  );
  return { ...await start(path, ["-db", "-f", file], port), port };
};

const nginx: Peer = async (path, folder, target) => {
  const port = freePort();
  const file = `${folder}/nginx-${port}.conf`;
  await Deno.writeTextFile(
    file,
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
${nginxHead(`${folder}/nginx-${port}`)}
stream {
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_pass 127.0.0.1:${target};
    proxy_timeout 1h;
    tcp_nodelay on;
  }
}
`,
  );
  return { ...await start(path, ["-c", file, "-e", "stderr"], port), port };
};

const IPERF: Pick<Load, "target" | "needs"> = { target: "iperf", needs: ["iperf3"] };

/** The relay, against HAProxy and nginx. */
export const TCP: Suite = {
  mode: "tcp",
  flags: (target) => ["--target", `127.0.0.1:${target}`],
  peers: { haproxy, nginx },
  requests: (subject, context) => wrk(subject, context, "origin-form"),
  loads: [
    ...[1, 8].map((streams): Load => ({
      ...IPERF,
      name: `bulk-${streams}`,
      unit: "Gbit/s",
      better: "more",
      measure: async (subject, context) =>
        await iperf(subject, context, streams) * 8 / context.seconds / 1e9,
    })),
    cpuLoad(
      { ...IPERF, name: "cpu-bulk", unit: "s/GiB" },
      GIB,
      (subject, context) => iperf(subject, context, 1),
    ),
    ...webLoads("origin-form"),
    ...latencyLoads("origin-form"),
    ...[4000, 9000].map((count) => memoryLoad(`memory-${count}`, "hold", echoByte, count)),
    wavesLoad("memory-waves", "hold", echoByte, 9000),
  ],
};
