import type { Backend, ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import type { BackendAsked } from "../control/backend_dialog.tsx";
import { BackendMenu } from "../control/backend_menu.tsx";
import { Direction } from "../shared/direction.tsx";
import { Bytes, Latency } from "../shared/quantity.tsx";
import { BackendState } from "../shared/status.tsx";
import { Cell, Head, Row, Table } from "../shared/table.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

const WIDTHS = [112, null, 76, 84, 92, 84, 92, 96, 108, 52];
const MENU =
  "inline-grid size-7 place-items-center rounded-md text-muted hover:bg-line hover:text-ink";

/** The backends of a proxy, and what asks before something is done to one. */
export interface BackendsProps {
  backends: readonly Backend[];
  proxy: ProxySummary;
  ask: (asked: BackendAsked) => void;
}

/** The backends, one a row, in the order in which the proxy names them. */
export function BackendTable({ backends, ...parts }: BackendsProps) {
  return (
    <Table label={words.proxy.backends} widths={WIDTHS} head={<BackendHeads />}>
      <tbody>
        {backends.map((backend) => <BackendRow key={backend.name} backend={backend} {...parts} />)}
      </tbody>
    </Table>
  );
}

function BackendHeads() {
  const { backend: w } = words.proxy;
  return (
    <>
      <Head stay="first">{w.state}</Head>
      <Head>{w.name}</Head>
      <Head number>{w.weight}</Head>
      <Head number>{w.active}</Head>
      <Head number>{w.total}</Head>
      <Head number>{w.errors}</Head>
      <Head number>
        <Direction name="sent" />
      </Head>
      <Head number>
        <Direction name="received" />
      </Head>
      <Head number>{w.check}</Head>
      <Head>
        <span class="sr-only">{words.control.actions}</span>
      </Head>
    </>
  );
}

function BackendRow(
  { backend: b, ...parts }: { backend: Backend } & Omit<BackendsProps, "backends">,
) {
  const { count } = useFormat();
  return (
    <Row>
      <Cell stay="first">
        <BackendState state={b.state} />
      </Cell>
      <Cell>
        <Untrusted text={b.name} mono />
      </Cell>
      <Cell number>{count(b.weight)}</Cell>
      <Cell number>{count(b.active_connections)}</Cell>
      <Cell number>{count(b.total_connections)}</Cell>
      <Cell number>{count(b.errors)}</Cell>
      <Cell number>
        <Bytes value={b.bytes_sent} />
      </Cell>
      <Cell number>
        <Bytes value={b.bytes_received} />
      </Cell>
      <Cell number>
        <Latency ms={b.check_latency_ms} />
      </Cell>
      <Cell number>
        <BackendMenu backend={b} buttonClass={MENU} {...parts} />
      </Cell>
    </Row>
  );
}
