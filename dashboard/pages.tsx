import { ConnectionsPage } from "./components/connections/connections_page.tsx";
import { FleetPage } from "./components/fleet/fleet_page.tsx";
import { ProxyPage } from "./components/proxy/proxy_page.tsx";
import { EventsPage } from "./components/events/events_page.tsx";
import { TopPage } from "./components/top/top_page.tsx";
import { SettingsPage } from "./components/settings/settings_page.tsx";
import type { Route } from "./state/route.ts";

/** The page that a route names; `focus` where the reader came to it from another one. */
export function PageView({ route, focus }: { route: Route; focus: boolean }) {
  switch (route.page) {
    case "fleet":
      return <FleetPage key="fleet" focus={focus} />;
    case "proxy":
      return <ProxyPage key={route.proxyId} proxyId={route.proxyId} focus={focus} />;
    case "connections":
      return <ConnectionsPage key="connections" focus={focus} />;
    case "top":
      return <TopPage key="top" focus={focus} />;
    case "events":
      return <EventsPage key="events" focus={focus} />;
    case "settings":
      return <SettingsPage key="settings" focus={focus} />;
  }
}
