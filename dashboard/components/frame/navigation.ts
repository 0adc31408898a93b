import type { JSX } from "preact";
import type { Page } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { ConnectionsIcon, EventsIcon, FleetIcon, SettingsIcon, TopIcon } from "./icons.tsx";

/** A page that the navigation leads to. */
export interface Entry {
  page: Page;
  word: string;
  icon: () => JSX.Element;
  /** After `g`, goes there. */
  key: string;
  /** Pages below it, at which it is marked too. */
  above?: readonly Page[];
  /** How many of something there want to be looked at; not shown where none do. */
  badge?: (store: Store) => number;
  /** The same in words. */
  badgeLabel?: (n: string) => string;
}

const { pages } = words.frame;

/** Alerts that fire. */
function firing({ fleet }: Store): number {
  return fleet.value.stats?.alerts.firing ?? 0;
}

/** The pages in their order; the sidebar, the bar of the phones and the keys follow. */
export const NAVIGATION: readonly Entry[] = [
  { page: "fleet", word: pages.fleet, icon: FleetIcon, key: "f", above: ["proxy"] },
  { page: "connections", word: pages.connections, icon: ConnectionsIcon, key: "c" },
  { page: "top", word: pages.top, icon: TopIcon, key: "t" },
  {
    page: "events",
    word: pages.events,
    icon: EventsIcon,
    key: "e",
    badge: firing,
    badgeLabel: words.alerts.firing,
  },
  { page: "settings", word: pages.settings, icon: SettingsIcon, key: "s" },
];
