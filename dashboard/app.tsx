import { useRef } from "preact/hooks";
import { FleetPage } from "./components/fleet_page.tsx";
import { Header } from "./components/header.tsx";
import { ProxyPage } from "./components/proxy_page.tsx";
import { useStore } from "./state/store.ts";

/** The header and the page that the address names. */
export function App() {
  const store = useStore();
  const route = store.route.value;
  const first = useRef(route);
  // The page that is loaded first leaves the focus where the browser puts it.
  const focus = route !== first.current;
  return (
    <>
      <Header />
      <main class="mx-auto flex max-w-[1440px] flex-col gap-4 px-4 pt-5 pb-24 sm:px-6 sm:pb-10">
        {route.page === "fleet"
          ? <FleetPage key="fleet" focus={focus} />
          : <ProxyPage key={route.proxyId} proxyId={route.proxyId} focus={focus} />}
      </main>
    </>
  );
}
