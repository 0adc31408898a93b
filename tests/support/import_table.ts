/** What of the proxy the manager knows too. */
const REPORT = [
  ...["proxy/stats/report.ts", "proxy/stats/backend_record.ts", "proxy/stats/seal.ts"],
  ...["proxy/stats/limits_record.ts", "proxy/stats/labels_record.ts"],
  "proxy/net/address.ts",
];
/** Addresses and networks, pure. */
const NETWORKS = ["proxy/net/address.ts", "proxy/net/ip.ts", "proxy/net/cidr.ts"];
const WIRING = [
  ...["deno.json", "cli.ts", "flags.ts", "flag_texts.ts", "demo.ts", "log.ts"],
  ...["ctl.ts", "manager/ctl/options.ts", "start.ts", "read_flags.ts", "config/"],
  ...[
    ...["proxy/mod.ts", "proxy/check_access.ts", "proxy/options.ts", "proxy/net/address.ts"],
    ...[
      "proxy/net/pause.ts",
      "proxy/tcp/options.ts",
      "proxy/stats/key.ts",
      "proxy/stats/key_options.ts",
    ],
    "proxy/control/options.ts",
    "manager/mod.ts",
    "manager/options.ts",
    ...["manager/auth/options.ts", "manager/auth/tokens.ts", "manager/auth/hash_password.ts"],
  ],
];
/** What the control channel's two sides share. */
const ORDERS = [
  ...["proxy/control/commands.ts", "proxy/control/protocol.ts", "proxy/control/shown.ts"],
];
const MODE = [
  "proxy/net/",
  "proxy/auth/basic.ts",
  "type:proxy/auth/check.ts",
  "proxy/limits.ts",
  "proxy/stats/",
];
const FLEET = ["manager/fleet/", "manager/registry.ts", "manager/history/"];
/** The fleet as the API shows it. */
const VIEWS = ["manager/api/model.ts", "manager/api/model_history.ts", "manager/api/views.ts"];
/** What alerts are called. */
const ALERT_WORDS = ["manager/alerts/metric.ts", "manager/alerts/rule.ts"];

/**
 * Who may import what. The longest name that fits a file is its rule; a folder may import itself;
 * `type:` allows what is gone when the program runs.
 */
/** What each part may import of the others. */
export const MAY_IMPORT: Record<string, string[]> = {
  "build.ts": ["deno.json"],
  "main.ts": WIRING,
  "start.ts": WIRING,
  "read_flags.ts": WIRING,
  // Files and the environment hold what the command line says, of either half.
  "config/": [
    ...["flags.ts", "log.ts", "proxy/net/address.ts", "proxy/options.ts", "proxy/tcp/options.ts"],
    ...["proxy/toml/", "proxy/check_files.ts", "proxy/control/", "type:proxy/"],
    "proxy/stats/labels_record.ts",
    ...["manager/options.ts", "manager/check_files.ts", "manager/alerts/config.ts"],
    ...["manager/alerts/webhook_schema.ts", "type:manager/"],
  ],
  "worker.ts": [
    "log.ts",
    "proxy/worker.ts",
    "manager/receiver/receiver.ts",
    "manager/history/worker.ts",
    "type:manager/receiver/",
    "type:manager/history/",
  ],
  "flags.ts": WIRING,
  "cli.ts": WIRING,
  "demo.ts": WIRING,
  "log.ts": [],
  "ctl.ts": ["log.ts", "manager/ctl/run.ts", "type:manager/ctl/options.ts"],

  "proxy/mod.ts": ["proxy/"],
  "proxy/engine.ts": ["proxy/"],
  "proxy/check_access.ts": [
    ...["proxy/access/gate.ts", "proxy/dns/resolver.ts", "proxy/net/", "type:proxy/options.ts"],
  ],
  "proxy/identity.ts": ["proxy/net/address.ts", "type:proxy/"],
  "proxy/door.ts": ["proxy/net/"],
  "proxy/handlers.ts": [
    ...["proxy/net/", "proxy/tcp/", "proxy/http/", "proxy/socks5/", "proxy/tls/", "type:proxy/"],
  ],
  "proxy/serving.ts": ["type:proxy/"],
  "proxy/reports.ts": ["proxy/stats/", "type:proxy/net/"],
  "proxy/running.ts": [
    ...["proxy/control/", "proxy/access/describe.ts", "proxy/identity.ts"],
    ...["proxy/limits_record.ts", "proxy/reports.ts", "proxy/turns.ts"],
    "type:proxy/",
  ],
  "proxy/worker.ts": [
    ...["proxy/engine.ts", "proxy/identity.ts", "proxy/net/address.ts", "proxy/reports.ts"],
    ...["proxy/stats/", "type:proxy/"],
  ],
  "proxy/workers.ts": [
    ...["proxy/control/", "proxy/door.ts", "proxy/files.ts", "proxy/identity.ts", "proxy/net/"],
    ...["proxy/reloaded.ts", "proxy/stats/shared_totals.ts", "proxy/turns.ts", "type:proxy/"],
    ...["proxy/worker_asking.ts", "proxy/worker_detail.ts", "proxy/worker_restarts.ts"],
    ...["proxy/worker_share.ts", "proxy/worker_thread.ts"],
  ],
  "proxy/worker_thread.ts": ["proxy/net/address.ts", "type:proxy/"],
  "proxy/worker_detail.ts": ["type:proxy/"],
  "proxy/worker_asking.ts": ["proxy/control/", "proxy/worker_share.ts", "type:proxy/"],
  "proxy/worker_share.ts": ["type:proxy/"],
  "proxy/worker_restarts.ts": [],
  "proxy/turns.ts": [],
  "proxy/flags.ts": ["proxy/net/address.ts"],
  "proxy/options.ts": [
    ...["proxy/tcp/options.ts", "proxy/http/options.ts", "proxy/socks5/options.ts"],
    ...["proxy/access/options.ts", "proxy/dns/options.ts", "proxy/flags.ts"],
    ...["proxy/net/address.ts", "proxy/net/cidr.ts"],
    ...["proxy/rate.ts", "proxy/auth/options.ts", "proxy/tls/options.ts"],
    "proxy/control/options.ts",
    "proxy/stats/key_options.ts",
    ...["proxy/stats/options.ts", "proxy/labels.ts", "type:proxy/stats/labels_record.ts"],
  ],
  "proxy/rate.ts": [],
  "proxy/glob.ts": [],
  "proxy/control/": [
    ...["proxy/access/", "proxy/glob.ts", "proxy/net/", "proxy/tcp/target.ts", "type:proxy/"],
  ],
  "proxy/control/options.ts": [
    ...["proxy/control/", "proxy/net/address.ts", "proxy/stats/key_options.ts"],
  ],
  "proxy/control/manager_conn.ts": [
    ...["proxy/net/", "proxy/tls/pair.ts", "proxy/tls/pipe.ts"],
  ],
  "proxy/control/trust.ts": [
    ...["proxy/reloaded.ts", "proxy/stats/key_file.ts", "type:proxy/control/"],
  ],
  "proxy/control/commands.ts": [
    ...["proxy/access/options.ts", "proxy/glob.ts", "proxy/tcp/target.ts", ...NETWORKS],
    "proxy/control/shown.ts",
  ],
  "proxy/size.ts": [],
  "proxy/dns/": ["proxy/net/"],
  "proxy/dns/options.ts": ["proxy/flags.ts", "proxy/dns/"],
  "proxy/sessions.ts": ["proxy/net/", "type:proxy/limits.ts", "type:proxy/stats/"],
  "proxy/access/": ["proxy/net/"],
  "proxy/auth/": ["proxy/net/failure.ts", "proxy/reloaded.ts"],
  "proxy/auth/options.ts": ["type:proxy/auth/"],
  "proxy/auth/htpasswd.ts": ["type:proxy/auth/"],
  "proxy/auth/hash_worker.ts": ["proxy/auth/verify.ts", "type:proxy/auth/"],
  "proxy/reloaded.ts": [],
  "proxy/toml/": [],
  "proxy/check_files.ts": [
    ...["proxy/control/trust.ts", "proxy/files.ts", "proxy/reloaded.ts"],
    ...["proxy/stats/report_seal.ts", "type:proxy/options.ts"],
  ],
  "proxy/files.ts": ["proxy/auth/", "proxy/tls/", "type:proxy/options.ts"],
  "proxy/tls/": ["proxy/net/", "proxy/reloaded.ts"],
  "proxy/tls/options.ts": [],
  "proxy/limits.ts": ["proxy/net/"],
  "proxy/labels.ts": ["proxy/stats/labels_record.ts"],
  "proxy/limits_record.ts": ["type:proxy/options.ts", "type:proxy/stats/limits_record.ts"],
  "proxy/net/": ["type:proxy/stats/"],
  "proxy/stats/": [
    ...["proxy/net/address.ts", "proxy/net/failure.ts", "proxy/net/pause.ts", "proxy/reloaded.ts"],
  ],
  "proxy/stats/key.ts": [],
  "proxy/stats/key_options.ts": ["proxy/stats/key.ts"],
  "proxy/stats/options.ts": ["proxy/flags.ts", "proxy/rate.ts", "proxy/stats/report.ts"],
  "proxy/tcp/": MODE,
  "proxy/tcp/options.ts": ["proxy/flags.ts", "proxy/net/", "proxy/tcp/"],
  "proxy/http/": MODE,
  "proxy/http/options.ts": ["proxy/flags.ts", "proxy/net/address.ts", "proxy/size.ts"],
  "proxy/socks5/": MODE,
  "proxy/socks5/options.ts": ["proxy/flags.ts"],

  "manager/apply.ts": [
    ...["manager/alerts/", "type:manager/", "proxy/control/differences.ts", "proxy/reloaded.ts"],
  ],
  "manager/check_files.ts": [
    ...["manager/alerts/config.ts", "manager/auth/", "manager/sealed/keys.ts"],
    ...["proxy/check_files.ts", "proxy/tls/certificate.ts", "type:manager/options.ts"],
  ],
  "manager/mod.ts": ["manager/", "proxy/tls/certificate.ts", ...REPORT],
  "manager/options.ts": [
    ...["proxy/flags.ts", "proxy/net/address.ts", "proxy/options.ts", "manager/bounds.ts"],
    "manager/auth/options.ts",
    ...["proxy/stats/key_options.ts", "manager/sealed/options.ts", "manager/http/options.ts"],
    "manager/http/exposure_options.ts",
    ...["manager/history/options.ts", "manager/control/options.ts"],
    ...["manager/alerts/options.ts", "type:manager/alerts/"],
  ],
  "manager/alerts/": [
    ...["manager/fleet/", "type:manager/registry.ts", "proxy/glob.ts", "proxy/reloaded.ts"],
    "proxy/toml/",
  ],
  "manager/alerts/options.ts": [],
  "manager/audit.ts": ["type:manager/api/env.ts", "type:manager/history/batch.ts"],
  "manager/auth/": [
    ...[
      "proxy/auth/check.ts",
      "proxy/auth/basic.ts",
      "proxy/auth/digest.ts",
      "type:proxy/auth/",
      "proxy/reloaded.ts",
    ],
    ...["proxy/net/failure.ts", "proxy/net/ip.ts", "proxy/net/token_bucket.ts"],
    "type:manager/audit.ts",
  ],
  "manager/bounds.ts": ["proxy/flags.ts"],
  "manager/ctl/": [
    ...["log.ts", "proxy/control/commands.ts", "proxy/control/manager_url.ts"],
    ...["proxy/control/options.ts", "proxy/flags.ts", "proxy/rate.ts", "type:manager/api/"],
    ...["proxy/control/trust.ts", "proxy/reloaded.ts", "type:proxy/control/shown.ts"],
    ...["proxy/labels.ts", "proxy/stats/labels_record.ts"],
    "proxy/control/tls_reason.ts",
  ],
  "manager/series.ts": [],
  "manager/control/": [
    ...["manager/series.ts", "proxy/net/ip.ts"],
    ...[...ORDERS, "proxy/control/proof.ts", "type:manager/sealed/keys.ts"],
  ],
  "manager/control/options.ts": [
    ...["proxy/control/options.ts", "proxy/stats/key_options.ts", "manager/sealed/options.ts"],
    "type:manager/sealed/keys.ts",
  ],
  "manager/sealed/": [
    ...["proxy/reloaded.ts", "proxy/stats/key.ts", "proxy/stats/key_options.ts"],
    ...["type:manager/fleet/report.ts", ...REPORT],
  ],
  "manager/receiver/": [
    ...["manager/sealed/", "manager/program_worker.ts", "proxy/net/token_bucket.ts", ...REPORT],
  ],
  "manager/fleet/": REPORT,
  "manager/history/": [
    ...["manager/fleet/", "proxy/glob.ts", "manager/program_worker.ts", "type:manager/registry.ts"],
    ...NETWORKS,
    ...REPORT,
  ],
  "manager/registry.ts": ["manager/fleet/", ...REPORT],
  "manager/legacy_report.ts": ["manager/fleet/", ...REPORT],
  "manager/ingest.ts": [
    ...FLEET,
    ...["manager/fitting.ts", "manager/legacy_report.ts"],
    "manager/receiver/",
    "type:manager/sealed/",
    ...REPORT,
  ],
  "manager/ingest_stats.ts": [
    ...["type:manager/api/model.ts", "type:manager/ingest.ts", "type:manager/receiver/"],
  ],
  "manager/warnings.ts": ["proxy/net/address.ts", "type:manager/options.ts"],
  "manager/clock.ts": [],
  "manager/fitting.ts": [],
  "manager/program_worker.ts": [],
  "manager/live.ts": [
    ...[...FLEET, ...VIEWS, "manager/fitting.ts", "manager/topic.ts"],
    "manager/fleet_topic.ts",
  ],
  "manager/topic.ts": [...FLEET, ...VIEWS],
  "manager/metrics.ts": [
    ...[...FLEET, ...VIEWS, "type:manager/health.ts", "type:manager/auth/auth.ts"],
    ...["type:manager/alerts/", "type:manager/control/"],
    ...["manager/series.ts", "manager/control/metrics.ts"],
  ],
  "manager/fleet_topic.ts": [
    ...[...FLEET, ...REPORT, "manager/fleet_changes.ts", "manager/newest_start.ts"],
  ],
  "manager/fleet_changes.ts": [...FLEET, ...REPORT, "type:manager/api/model_live.ts"],
  "manager/newest_start.ts": [...FLEET, ...REPORT],
  "manager/health.ts": ["type:manager/http/"],
  "manager/server.ts": [
    ...["manager/http/", "proxy/net/address.ts", "proxy/net/pause.ts"],
    ...["type:proxy/net/", "type:proxy/tls/"],
  ],
  // Strict about HTTP as the proxy is, and TLS to clients by the same means: one reader of either.
  "manager/http/": [
    ...["proxy/net/close.ts", "proxy/net/listener.ts", "proxy/net/write.ts", ...NETWORKS],
    ...["proxy/http/request_line.ts", "proxy/http/fields.ts", "proxy/http/body.ts"],
    ...["proxy/http/error.ts", "proxy/net/buffer.ts", "proxy/tls/pair.ts", "proxy/tls/pipe.ts"],
    ...["proxy/tls/tls_client.ts", "type:proxy/tls/certificate.ts", "proxy/net/frames.ts"],
  ],
  "manager/http/options.ts": ["proxy/flags.ts", "type:manager/http/front.ts"],
  "manager/http/exposure_options.ts": [
    ...["proxy/flags.ts", "proxy/tls/options.ts", ...NETWORKS],
  ],
  "manager/api/": [
    "proxy/glob.ts",
    ...[...FLEET, ...REPORT, ...NETWORKS],
    ...["type:manager/live.ts", "type:manager/metrics.ts", "type:manager/http/"],
    ...["manager/audit.ts", "manager/auth/principal.ts", "type:manager/auth/"],
    ...["manager/alerts/silences.ts", "type:manager/alerts/", ...ALERT_WORDS],
    ...[...ORDERS, "manager/control/figures.ts", "type:manager/control/"],
  ],

  "dashboard/": [
    ...["type:manager/api/model.ts", "type:manager/api/model_history.ts"],
    ...["type:manager/api/model_session.ts", "type:manager/api/model_alerts.ts"],
    ...["type:manager/api/model_control.ts", "type:manager/api/app.ts"],
  ],
};
