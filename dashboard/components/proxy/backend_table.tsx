import type { Backend } from "../../../manager/api/model.ts";
import { formatCount } from "../../format.ts";
import { Direction } from "../shared/direction.tsx";
import { Bytes, Latency } from "../shared/quantity.tsx";
import { BackendState } from "../shared/status.tsx";
import { Cell, Head, Row, Table } from "../shared/table.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

const WIDTHS = [112, null, 76, 84, 92, 84, 92, 96, 108];

/** The backends, one a row, in the order in which the proxy names them. */
export function BackendTable({ backends }: { backends: readonly Backend[] }) {
  return (
    <Table label="Backends" widths={WIDTHS} head={<BackendHeads />}>
      <tbody>
        {backends.map((backend) => <BackendRow key={backend.name} backend={backend} />)}
      </tbody>
    </Table>
  );
}

function BackendHeads() {
  return (
    <>
      <Head stay="first">State</Head>
      <Head>Backend</Head>
      <Head number>Weight</Head>
      <Head number>Active</Head>
      <Head number>Total</Head>
      <Head number>Errors</Head>
      <Head number>
        <Direction name="sent" />
      </Head>
      <Head number>
        <Direction name="received" />
      </Head>
      <Head number>Last check</Head>
    </>
  );
}

function BackendRow({ backend: b }: { backend: Backend }) {
  return (
    <Row>
      <Cell stay="first">
        <BackendState state={b.state} />
      </Cell>
      <Cell>
        <Untrusted text={b.name} mono />
      </Cell>
      <Cell number>{formatCount(b.weight)}</Cell>
      <Cell number>{formatCount(b.active_connections)}</Cell>
      <Cell number>{formatCount(b.total_connections)}</Cell>
      <Cell number>{formatCount(b.errors)}</Cell>
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
