import { useEffect, useRef } from "preact/hooks";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { LoginForm } from "./login_form.tsx";

const w = words.login;

/** What stands in place of everything while the manager wants to know who asks. */
export function LoginPage() {
  const { left, manager_version } = useStore().session.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = words.frame.title(w.title);
    // Who was sent here hears why; the form has the focus otherwise.
    if (left !== "") heading.current?.focus();
  }, []);
  return (
    <main class="grid min-h-dvh place-items-center px-4 py-10">
      <div class="w-full max-w-90">
        <div class="mb-6 flex items-center justify-center gap-3 text-xl font-semibold">
          <img src="./icon.svg" alt="" width="32" height="32" />
          {words.frame.product}
        </div>
        <div class="rounded-lg border border-line bg-surface px-6 py-6">
          <h1 ref={heading} tabIndex={-1} class="text-base font-semibold">{w.title}</h1>
          {left === "" ? null : (
            <p role="status" class="mt-1 text-muted">
              {left === "ended" ? w.ended : w.loggedOut}
            </p>
          )}
          <LoginForm focus={left === ""} />
        </div>
        <p class="mt-4 text-center text-xs wrap-anywhere text-muted">
          {w.manager(location.host, manager_version)}
        </p>
        {!isSecureContext && <p class="mt-2 text-center text-xs text-warn">{w.insecure}</p>}
      </div>
    </main>
  );
}
