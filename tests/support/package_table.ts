/** Which packages each part may import. */
export const PACKAGES: Record<string, string[]> = {
  "build.ts": ["tailwindcss"],
  "dashboard/": ["preact", "@preact/signals", "chart.js", "hono"],
  "proxy/": ["@logtape/logtape", "ipaddr.js", "zod"],
  "proxy/dns/": ["@logtape/logtape", "dns-packet", "ipaddr.js", "zod"],
  "proxy/auth/": ["@logtape/logtape", "bcryptjs", "zod"],
  "config/": ["@logtape/logtape", "commander", "smol-toml", "zod"],
  "proxy/toml/": ["smol-toml", "zod"],
  "manager/": ["@hono/zod-openapi", "@logtape/logtape", "hono", "ipaddr.js", "prom-client", "zod"],
  "": ["@logtape/logtape", "commander", "zod"],
};
