import type { Connection } from "../../../manager/api/model.ts";
import { formatClient, formatCount } from "../../format.ts";
import { Direction } from "../shared/direction.tsx";
import { useHeldRows } from "../shared/held_rows.ts";
import { Bytes } from "../shared/quantity.tsx";
import { ConnectionState } from "../shared/status.tsx";
import { Cell, Head, Row, Table } from "../shared/table.tsx";
import { Duration } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** Which columns there is anything to say in. */
export interface Columns {
  user: boolean;
  requests: boolean;
}

/** The connections, one a row. */
export function ConnectionTable(
  { connections, columns }: { connections: Connection[]; columns: Columns },
) {
  const { rows, handlers } = useHeldRows(connections, (c) => String(c.id));
  const widths = [
    112,
    188,
    null,
    ...(columns.user ? [104] : []),
    ...(columns.requests ? [84] : []),
    92,
    96,
    108,
    136,
  ];
  return (
    <Table label="Connections" widths={widths} head={<ConnectionHeads columns={columns} />}>
      <tbody {...handlers}>
        {rows.map((c) => <ConnectionRow key={c.id} connection={c} columns={columns} />)}
      </tbody>
    </Table>
  );
}

function ConnectionHeads({ columns }: { columns: Columns }) {
  return (
    <>
      <Head stay="first">State</Head>
      <Head>Client</Head>
      <Head>Target</Head>
      {columns.user && <Head>User</Head>}
      {columns.requests && <Head number>Requests</Head>}
      <Head number>
        <Direction name="sent" />
      </Head>
      <Head number>
        <Direction name="received" />
      </Head>
      <Head number>Duration</Head>
      <Head>Reason</Head>
    </>
  );
}

function ConnectionRow({ connection: c, columns }: { connection: Connection; columns: Columns }) {
  return (
    <Row faint={!c.active}>
      <Cell stay="first">
        <ConnectionState state={c.state} />
      </Cell>
      <Cell>
        <Untrusted text={formatClient(c.client_ip, c.client_port)} mono />
      </Cell>
      <Cell>
        <Untrusted text={c.target} mono />
      </Cell>
      {columns.user && (
        <Cell>
          <Untrusted text={c.user} />
        </Cell>
      )}
      {columns.requests && <Cell number>{formatCount(c.requests)}</Cell>}
      <Cell number>
        <Bytes value={c.bytes_sent} />
      </Cell>
      <Cell number>
        <Bytes value={c.bytes_received} />
      </Cell>
      <Cell number>
        <Duration start={c.start_time} end={c.active ? undefined : c.last_activity} />
      </Cell>
      <Cell>
        <Untrusted text={reasonWords(c.reason)} />
      </Cell>
    </Row>
  );
}

/** A reason as words: it travels as one token, such as `client_closed`. */
export function reasonWords(reason: string): string {
  return reason.replaceAll(/[_-]/g, " ");
}
