import { useRef } from "preact/hooks";
import { Header } from "./components/frame/header.tsx";
import { Navigation } from "./components/frame/sidebar.tsx";
import { SkipLink } from "./components/frame/skip_link.tsx";
import { ToastList } from "./components/shared/toast.tsx";
import { PageView } from "./pages.tsx";
import { useStore } from "./state/store.ts";

/** The frame and the page that the address names. */
export function App() {
  const route = useStore().route.value;
  const first = useRef(route);
  const moved = useRef(false);
  // The page that is loaded first leaves the focus where the browser puts it.
  const { page, proxyId } = first.current;
  if (route.page !== page || route.proxyId !== proxyId) moved.current = true;
  const focus = moved.current;
  return (
    <div class="flex">
      <SkipLink />
      <Navigation />
      <div class="min-w-0 flex-1">
        <Header />
        <main
          id="main"
          tabIndex={-1}
          class="mx-auto flex max-w-[1440px] flex-col gap-4 px-4 pt-5 pb-24 outline-none sm:px-6 sm:pb-10"
        >
          <PageView route={route} focus={focus} />
        </main>
      </div>
      <ToastList />
    </div>
  );
}
