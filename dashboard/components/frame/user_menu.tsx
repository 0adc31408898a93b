import { visible } from "../../format.ts";
import { type Store, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Menu } from "../shared/menu.tsx";
import { UserIcon } from "./icons.tsx";

const w = words.frame;

/** Who is logged in and what that lets them do; or, where nobody has to, that this page only reads. */
export function UserMenu() {
  const store = useStore();
  const { access, via, can_change, login_required } = store.session.value;
  if (access !== "open") return null;
  if (!login_required) return can_change ? null : <ReadOnly title={w.onlyLocal} />;
  if (via !== "session") return <span class="max-w-40 truncate text-muted">{nameOf(store)}</span>;
  return (
    <Menu
      label={w.user(nameOf(store))}
      buttonClass="flex h-10 min-w-10 items-center justify-center gap-2 rounded-lg px-2 text-muted hover:bg-raised hover:text-ink"
      items={[{ label: w.logout, onSelect: () => void leave(store) }]}
    >
      <UserIcon />
      <span class="max-w-40 truncate max-md:hidden">{nameOf(store)}</span>
    </Menu>
  );
}

function ReadOnly({ title }: { title: string }) {
  return <span class="px-2 text-xs whitespace-nowrap text-muted" title={title}>{w.readOnly}</span>;
}

function nameOf({ session }: Store): string {
  const { user, role } = session.value;
  return `${visible(user ?? "")} · ${w.roles[role ?? "viewer"]}`;
}

async function leave(store: Store): Promise<void> {
  if (!await store.logout()) store.toasts.failed(w.notLoggedOut);
}
