/** What --help says of the environment. */
export const ENVIRONMENT_HELP = `Environment:
  RUSTPROXY_<FLAG>     as the flag of a manager or a proxy, RUSTPROXY_MAX_CONNECTIONS as --max-connections:
                       true for a flag without a value, several values with line breaks between.
                       Flags go before the environment, and that before the file of --config
  RUSTPROXY_MANAGER    as --manager-addr
  RUSTPROXY_ACCESS     as --allow and its like: lines such as deny-target 10.0.0.0/8
  RUSTPROXY_STATS_KEY, RUSTPROXY_CONTROL_KEY  several, on a manager, with commas between
  RUSTPROXY_AUTH       as a manager's --auth alone
  RUSTPROXY_USER, RUSTPROXY_PASSWORD, RUSTPROXY_TOKEN  who asks with --ctl`;
