import type { Backend, ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { MoreIcon } from "../frame/icons.tsx";
import { Button } from "../shared/button.tsx";
import { Menu, type MenuItem } from "../shared/menu.tsx";
import type { BackendAction, BackendAsked } from "./backend_dialog.tsx";
import { useOrder } from "./use_order.ts";
import { useHindrance } from "./use_hindrance.ts";

const ASKED: readonly BackendAction[] = ["drain", "disable", "weight", "remove"];

interface Props {
  proxy: ProxySummary;
  ask: (asked: BackendAsked) => void;
}

/** What can be done to a backend; nothing for readers who may not change anything, or to one that is gone. */
export function BackendMenu(
  { proxy, backend, ask, buttonClass }: Props & { backend: Backend; buttonClass: string },
) {
  const { session, toasts } = useStore();
  const hindrance = useHindrance();
  const give = useOrder();
  if (!session.value.can_change || backend.state === "removed") return null;
  const note = hindrance(proxy, "backend") ?? undefined;
  const { backend: w } = words.control;
  const { name } = backend;
  const enable = async () => {
    const why = await give({ command: "backend", action: "enable", name }, [proxy.proxy_id]);
    if (why !== null) toasts.failed(why);
  };
  const asked = ASKED.map((action): MenuItem => ({
    label: w.menu[action],
    onSelect: () => ask({ proxyId: proxy.proxy_id, action, backend }),
    disabled: note !== undefined,
    danger: action === "remove",
    apart: action === "weight" || action === "remove",
  }));
  const items = [
    { label: w.menu.enable, onSelect: () => void enable(), disabled: note !== undefined },
    ...asked,
  ];
  const label = words.control.actionsOf(visible(name));
  return (
    <Menu {...{ label, items, note, buttonClass }}>
      <MoreIcon />
    </Menu>
  );
}

/** Adds a backend to a proxy that can have some. */
export function AddBackend({ proxy, ask }: Props) {
  const { session } = useStore();
  const why = useHindrance()(proxy, "backend");
  if (!session.value.can_change || proxy.proxy_type !== "tcp") return null;
  return (
    <Button
      disabled={why !== null}
      title={why ?? undefined}
      onClick={() => ask({ proxyId: proxy.proxy_id, action: "add", backend: null })}
    >
      {words.control.backend.add}
    </Button>
  );
}
