import { type Counted, visible } from "../../format.ts";
import {
  modesOf,
  parseScope,
  proxiesOf,
  type Scope,
  scopeText,
} from "../../state/connections/scope.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { ChoiceField } from "../shared/choice_field.tsx";

const w = words.connections.control;
/** More than this is no list to choose from. */
const MOST = 1_000;

/** Whose connections an order is about: all that take orders, those of a mode, or one. */
export function ScopeChoice(
  { scope, onChange, label = w.which, others = w.others }: {
    scope: Scope;
    onChange: (scope: Scope) => void;
    label?: string;
    /** What comes of those that take no orders. */
    others?: (count: Counted) => string;
  },
) {
  const { proxies } = useStore().fleet.value;
  const { counted } = useFormat();
  const count = (of: Scope) => counted(proxiesOf(of, proxies.values()).ids.length);
  const { ids, others: left } = proxiesOf(scope, proxies.values());
  const all: Scope = { of: "all" };
  const modes = new Set(modesOf(proxies.values()));
  const names = new Set(proxiesOf(all, proxies.values()).ids.slice(0, MOST));
  // What was chosen stays to be seen, also where it takes no orders any more.
  if (scope.of === "mode") modes.add(scope.name);
  if (scope.of === "proxy") names.add(scope.name);
  const options: [string, string][] = [[scopeText(all), w.all(count(all))]];
  if (modes.size > 1 || scope.of === "mode") {
    for (const name of modes) {
      const mode: Scope = { of: "mode", name };
      options.push([scopeText(mode), w.ofMode(visible(name), count(mode))]);
    }
  }
  for (const name of names) {
    options.push([scopeText({ of: "proxy", name }), visible(name).slice(0, 60)]);
  }
  const note = ids.length === 0 ? w.nobody : left > 0 ? others(counted(left)) : undefined;
  return (
    <ChoiceField
      label={label}
      value={scopeText(scope)}
      options={options}
      onChange={(text) => onChange(parseScope(text))}
      note={note}
    />
  );
}
