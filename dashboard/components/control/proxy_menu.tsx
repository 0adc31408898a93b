import type { ComponentChildren } from "preact";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Menu, type MenuItem } from "../shared/menu.tsx";
import { type Action, ACTIONS, APART } from "./actions.ts";
import { useHindrance } from "./use_hindrance.ts";

/** What a proxy can be told; nothing for readers who may not change anything. */
export function ProxyMenu({ proxy, act, label, buttonClass, tabIndex, children }: {
  proxy: ProxySummary;
  act: (action: Action) => void;
  label: string;
  buttonClass: string;
  tabIndex?: number;
  children: ComponentChildren;
}) {
  const { session, control } = useStore();
  const hindrance = useHindrance();
  if (!session.value.can_change) return null;
  const reasons = ACTIONS.map((action) => hindrance(proxy, action));
  // What holds for all of them is said once.
  const [common] = reasons;
  const isCommon = common !== null && reasons.every((reason) => reason === common);
  const items = ACTIONS.map((action, i): MenuItem => ({
    label: words.control.menu[action],
    onSelect: () => act(action),
    disabled: reasons[i] !== null,
    note: isCommon ? undefined : reasons[i] ?? undefined,
    danger: action === "stop",
    apart: APART.has(action),
  }));
  return (
    <Menu
      {...{ label, items, buttonClass, tabIndex }}
      note={isCommon ? common : undefined}
      busy={control.pending.value.has(proxy.proxy_id)}
    >
      {children}
    </Menu>
  );
}
