import { useRef } from "preact/hooks";
import { OutcomeDialog } from "./components/control/outcome_dialog.tsx";
import { Header } from "./components/frame/header.tsx";
import { Navigation } from "./components/frame/sidebar.tsx";
import { SkipLink } from "./components/frame/skip_link.tsx";
import { VersionNotice } from "./components/frame/version_notice.tsx";
import { LoginPage } from "./components/login/login_page.tsx";
import { Progress } from "./components/shared/progress.tsx";
import { ToastList } from "./components/shared/toast.tsx";
import { PageView } from "./pages.tsx";
import { useStore } from "./state/store.ts";

/** The page that the address names in its frame; or the login, where the manager wants one. */
export function App() {
  const { session, fleet } = useStore();
  const { access } = session.value;
  if (access === "login") return <LoginPage />;
  // A frame that is there for a moment before the login would tell what it may not.
  if (access === "unknown" && fleet.value.phase === "connecting") return <Progress active />;
  return <Frame />;
}

function Frame() {
  const route = useStore().route.value;
  const first = useRef(route);
  const moved = useRef(false);
  // The page that is loaded first leaves the focus where the browser puts it.
  const { page, proxyId } = first.current;
  if (route.page !== page || route.proxyId !== proxyId) moved.current = true;
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
          <VersionNotice />
          <PageView route={route} focus={moved.current} />
        </main>
      </div>
      <OutcomeDialog />
      <ToastList />
    </div>
  );
}
