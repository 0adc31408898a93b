/** Which page a URL's fragment names, and how that page shows what it shows. Pure. */

/** The pages; each is a word of the fragment: `#/connections?q=edge`. */
export const PAGES = ["fleet", "proxy", "connections", "top", "events", "settings"] as const;
export type Page = (typeof PAGES)[number];

/** What a page remembers in its address: filters, order, range. */
export type Query = Readonly<Record<string, string>>;

export interface Route {
  page: Page;
  /** Of the page of one proxy; else empty. */
  proxyId: string;
  query: Query;
}

/** The manager ends the connection of a viewer that asks for a longer name than this. */
const MAX_ID = 300;
// A filter for a name of 300 characters that all have to be encoded, and some more.
const MAX_QUERY = 8_000;

const FLEET: Route = { page: "fleet", proxyId: "", query: {} };

/** The route of `location.hash`; anything unknown, overlong or badly encoded is the fleet. */
export function parseRoute(hash: string): Route {
  const [, name = "", id = "", search = ""] =
    /^#\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(hash) ?? [];
  const page = name === "" ? "fleet" : name as Page;
  if (!PAGES.includes(page) || (page === "proxy") !== (id !== "")) return FLEET;
  try {
    const proxyId = decodeURIComponent(id);
    if (proxyId.length > MAX_ID) return FLEET;
    return { page, proxyId, query: parseQuery(search) };
  } catch {
    return FLEET;
  }
}

function parseQuery(text: string): Query {
  return text.length > MAX_QUERY ? {} : Object.fromEntries(new URLSearchParams(text));
}

/** The link to a page, with what of its query is not empty. */
export function pageHref(page: Page, query: Query = {}, proxyId = ""): string {
  const entries = Object.entries(query).filter(([, value]) => value !== "");
  const search = new URLSearchParams(entries).toString();
  // A lone surrogate cannot be encoded; a link must not break the page that shows it.
  const id = proxyId === "" ? "" : `/${encodeURIComponent(proxyId.toWellFormed())}`;
  return `#/${page === "fleet" ? "" : page}${id}${search === "" ? "" : `?${search}`}`;
}

/** The link to a proxy's page. */
export function proxyHref(proxyId: string, query: Query = {}): string {
  return pageHref("proxy", query, proxyId);
}

/** The link to the same page with some of its query changed; an empty value takes one away. */
export function changedHref({ page, proxyId, query }: Route, changes: Query): string {
  return pageHref(page, { ...query, ...changes }, proxyId);
}
