import { glob } from "../glob.ts";
import { isWithin, parseCidr } from "../net/cidr.ts";
import type { ConnectionRecord } from "../stats/report.ts";
import type { ConnectionFilter } from "./commands.ts";

type Fits = (record: ConnectionRecord) => boolean;

/** Makes the test whether a connection is one of those that the filter is about at `now`, in Unix seconds. */
export function connectionFilter(filter: ConnectionFilter, now: number): Fits {
  const { client, target, user, state, idle_s, older_s } = filter;
  const tests: Fits[] = [];
  if (client !== undefined) {
    const networks = [parseCidr(client)];
    tests.push(({ client_ip }) => isWithin(networks, client_ip));
  }
  if (target !== undefined) {
    const fits = glob(target);
    tests.push((record) => fits(record.target));
  }
  if (user !== undefined) {
    const fits = glob(user);
    tests.push((record) => fits(record.user));
  }
  if (state !== undefined) tests.push((record) => record.state === state);
  if (idle_s !== undefined) tests.push(({ last_activity }) => now - last_activity >= idle_s);
  if (older_s !== undefined) tests.push(({ start_time }) => now - start_time >= older_s);
  return (record) => tests.every((fits) => fits(record));
}
