import { visible } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

/** More than this is no list to choose from. */
const MOST = 1_000;

/** All proxies, or one of them; one that is gone stays chosen. */
export function ProxyChoice(
  { value, onChange }: { value: string; onChange: (proxyId: string) => void },
) {
  const { proxies } = useStore().fleet.value;
  const ids = [...proxies.keys()].slice(0, MOST).sort();
  const all = value === "" || ids.includes(value) ? ids : [value, ...ids];
  return (
    <select
      aria-label={words.shared.proxy}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
      class="h-8 max-w-60 min-w-0 rounded-md border border-edge bg-surface px-2 text-sm max-sm:h-9 max-sm:text-base"
    >
      <option value="">{words.shared.allProxies}</option>
      {all.map((id) => <option key={id} value={id}>{visible(id).slice(0, 60)}</option>)}
    </select>
  );
}
