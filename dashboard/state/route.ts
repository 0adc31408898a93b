/** Which page a URL's fragment names. Pure. */
export type Route = { page: "fleet" } | { page: "proxy"; proxyId: string };

const PROXY = "#/proxy/";

/** The manager ends the connection of a viewer that asks for a longer name than this. */
const MAX_ID = 300;

/** The route of `location.hash`; anything unknown, overlong or badly encoded is the fleet. */
export function parseRoute(hash: string): Route {
  if (!hash.startsWith(PROXY) || hash.length === PROXY.length) return { page: "fleet" };
  try {
    const proxyId = decodeURIComponent(hash.slice(PROXY.length));
    return proxyId.length <= MAX_ID ? { page: "proxy", proxyId } : { page: "fleet" };
  } catch {
    return { page: "fleet" };
  }
}

/** The link to a proxy's page. */
export function proxyHref(proxyId: string): string {
  // A lone surrogate cannot be encoded; a link must not break the page that shows it.
  return PROXY + encodeURIComponent(proxyId.toWellFormed());
}
