import { DnsError } from "./error.ts";

type LookUp = (name: string) => Promise<string[]>;

/** Lets those who ask for a name while a look-up for it runs wait for that; past `max` look-ups it throws EDNSBUSY. */
export function sharing(lookUp: LookUp, max: number): LookUp {
  const running = new Map<string, Promise<string[]>>();
  return (name) => {
    const joined = running.get(name);
    if (joined) return joined;
    if (running.size >= max) {
      return Promise.reject(new DnsError("EDNSBUSY", `${max} names are being looked up`));
    }
    const promise = lookUp(name).finally(() => running.delete(name));
    running.set(name, promise);
    return promise;
  };
}
