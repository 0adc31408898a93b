import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { type ColumnContext, durationOf } from "../../state/connections/columns.ts";
import { type Facet, facetOf, FACETS } from "../../state/connections/question.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useFormat } from "../../state/format.ts";
import { hostOf } from "../../state/labels.ts";
import { proxyHref } from "../../state/route.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Drawer } from "../shared/dialog.tsx";
import type { MenuItem } from "../shared/menu.tsx";
import { Bytes } from "../shared/quantity.tsx";
import { ConnectionState } from "../shared/status.tsx";
import { Ago, Exact } from "../shared/time.tsx";
import { ConnectionRate } from "./connection_cell.tsx";
import { FacetContext } from "./facet_value.tsx";
import { OrderButtons } from "./order_buttons.tsx";

const w = words.connections;

interface PartProps {
  row: ConnectionRow;
  /** Another one for each drawing: a row changes in place, which no part could tell by it alone. */
  context: ColumnContext;
}

/** Everything known of a connection. It stays while the connection ends, and says so. */
export function ConnectionDrawer(
  { row, context, orders, onClose }: PartProps & {
    orders: readonly MenuItem[];
    onClose: () => void;
  },
) {
  return (
    <Drawer title={<bdi>{w.details(row.shown.client)}</bdi>} onClose={onClose}>
      <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2.5">
        <Who row={row} context={context} />
        <Traffic row={row} context={context} />
        <Times row={row} context={context} />
      </dl>
      <OrderButtons orders={orders} />
      <Same row={row} context={context} onClose={onClose} />
    </Drawer>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt class="text-muted">{name}</dt>
      <dd class="min-w-0 wrap-anywhere tabular-nums">{children}</dd>
    </>
  );
}

/** A text from a stranger, whole: here is the place to read it. */
function Whole({ text, mono = false }: { text: string; mono?: boolean }) {
  if (text === "") return <span class="text-muted">{words.shared.none}</span>;
  return <bdi class={mono ? "font-mono text-[13px]" : ""}>{text}</bdi>;
}

function Who({ row, context }: PartProps) {
  const labels = [context.labelOf(row.client_ip), context.labelOf(hostOf(row.target))];
  const { columns } = w;
  const named = (text: string, label: string) => (
    <>
      <Whole text={text} mono />
      {label !== "" && <bdi class="ml-2 text-muted">{label}</bdi>}
    </>
  );
  return (
    <>
      <Fact name={columns.state}>
        <ConnectionState state={row.state} />
      </Fact>
      {row.reason !== "" && (
        <Fact name={columns.reason}>
          <Whole text={row.shown.reason} />
        </Fact>
      )}
      <Fact name={columns.client}>{named(row.shown.client, labels[0])}</Fact>
      <Fact name={columns.target}>{named(row.shown.target, labels[1])}</Fact>
      <Fact name={columns.user}>
        <Whole text={row.shown.user} />
      </Fact>
      <Fact name={columns.proxy}>
        <a href={proxyHref(row.proxy_id)} class="text-accent underline underline-offset-4">
          <bdi>{row.shown.proxy}</bdi>
        </a>
      </Fact>
      <Fact name={columns.type}>
        <Whole text={context.typeOf(row.proxy_id)} />
      </Fact>
    </>
  );
}

function Traffic({ row, context }: PartProps) {
  const { count } = useFormat();
  const { columns } = w;
  const total = (bytes: number) => (
    <>
      <Bytes value={bytes} /> <span class="text-muted">({words.shared.bytes(count(bytes))})</span>
    </>
  );
  return (
    <>
      {row.active && (
        <>
          <Fact name={columns.rate_received}>
            <ConnectionRate row={row} way="rate_received" now={context.now()} />
          </Fact>
          <Fact name={columns.rate_sent}>
            <ConnectionRate row={row} way="rate_sent" now={context.now()} />
          </Fact>
        </>
      )}
      <Fact name={columns.bytes_received}>{total(row.bytes_received)}</Fact>
      <Fact name={columns.bytes_sent}>{total(row.bytes_sent)}</Fact>
      <Fact name={columns.requests}>{count(row.requests)}</Fact>
    </>
  );
}

function Times({ row, context }: PartProps) {
  const { count, duration } = useFormat();
  const { columns } = w;
  const moment = (time: number) => (
    <>
      <Exact time={time} />{" "}
      <span class="text-muted">
        (<Ago time={time} />)
      </span>
    </>
  );
  return (
    <>
      <Fact name={columns.start_time}>{moment(row.start_time)}</Fact>
      <Fact name={row.active ? columns.last_activity : w.ended}>
        {moment(row.last_activity)}
      </Fact>
      <Fact name={columns.duration}>{duration(durationOf(row, context.now()))}</Fact>
      <Fact name={columns.id}>{count(row.id)}</Fact>
    </>
  );
}

/** The filters by value, for the keyboard and for phones. */
function Same({ row, context, onClose }: PartProps & { onClose: () => void }) {
  const { choose } = useContext(FacetContext);
  const has = (facet: Facet) =>
    facetOf(row, facet, context.typeOf) !== "" &&
    (context.fleet || (facet !== "proxy" && facet !== "type"));
  return (
    <section class="mt-6 border-t border-line pt-4">
      <h3 class="mb-2 text-xs text-muted">{w.filterBy}</h3>
      <div class="flex flex-wrap gap-2">
        {FACETS.filter(has).map((facet) => (
          <Button
            key={facet}
            onClick={() => {
              choose(facet, facetOf(row, facet, context.typeOf));
              onClose();
            }}
          >
            {w.columns[facet]}
          </Button>
        ))}
      </div>
    </section>
  );
}
