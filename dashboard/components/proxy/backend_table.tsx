import type { Backend } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Direction } from "../shared/direction.tsx";
import { Bytes, Latency } from "../shared/quantity.tsx";
import { BackendState } from "../shared/status.tsx";
import { Cell, Head, Row, Table } from "../shared/table.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

const WIDTHS = [112, null, 76, 84, 92, 84, 92, 96, 108];

/** The backends, one a row, in the order in which the proxy names them. */
export function BackendTable({ backends }: { backends: readonly Backend[] }) {
  return (
    <Table label={words.proxy.backends} widths={WIDTHS} head={<BackendHeads />}>
      <tbody>
        {backends.map((backend) => <BackendRow key={backend.name} backend={backend} />)}
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
    </>
  );
}

function BackendRow({ backend: b }: { backend: Backend }) {
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
    </Row>
  );
}
