import type { ProxySummary } from "../../../manager/api/model.ts";
import { formatCount, visible } from "../../format.ts";
import { proxyHref } from "../../state/route.ts";
import { isSilent } from "../../state/rows.ts";
import { Direction } from "../shared/direction.tsx";
import { useHeldRows } from "../shared/held_rows.ts";
import { LossNote } from "../shared/loss.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { ProxyStatus } from "../shared/status.tsx";
import { Cell, Head, Row, Table } from "../shared/table.tsx";
import { Ago } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

const WIDTHS = [104, null, 68, 148, 72, 104, 84, 92, 96, 108, 64];

/** The proxies, one a row. */
export function ProxyTable({ proxies }: { proxies: ProxySummary[] }) {
  const { rows, handlers } = useHeldRows(proxies, (proxy) => proxy.proxy_id);
  return (
    <Table label="Proxies" widths={WIDTHS} head={<ProxyHeads />}>
      <tbody {...handlers}>
        {rows.map((proxy) => <ProxyRow key={proxy.proxy_id} proxy={proxy} />)}
      </tbody>
    </Table>
  );
}

function ProxyHeads() {
  return (
    <>
      <Head stay="first">Status</Head>
      <Head stay="second">Proxy</Head>
      <Head>Type</Head>
      <Head>Listen address</Head>
      <Head number>Active</Head>
      <Head number>Total</Head>
      <Head number>
        <Direction name="sent" />
      </Head>
      <Head number>
        <Direction name="received" />
      </Head>
      <Head number>
        <Direction name="sent" rate />
      </Head>
      <Head number>
        <Direction name="received" rate />
      </Head>
      <Head>
        <span class="sr-only">Details</span>
      </Head>
    </>
  );
}

function ProxyRow({ proxy }: { proxy: ProxySummary }) {
  const href = proxyHref(proxy.proxy_id);
  return (
    <Row>
      <Cell stay="first">
        <ProxyStatus proxy={proxy} />
      </Cell>
      <Cell stay="second">
        <span class="flex items-baseline gap-2">
          <a href={href} class="block min-w-0 rounded font-medium hover:underline">
            <Untrusted text={proxy.proxy_id} />
          </a>
          <LossNote proxy={proxy} />
        </span>
      </Cell>
      <Cell>
        <Untrusted text={proxy.proxy_type} />
      </Cell>
      <Cell>
        <Untrusted text={proxy.listen_addr} mono />
      </Cell>
      <Cell number>{formatCount(proxy.active_connections)}</Cell>
      <Cell number>{formatCount(proxy.total_connections)}</Cell>
      <Cell number>
        <Bytes value={proxy.total_bytes_sent} />
      </Cell>
      <Cell number>
        <Bytes value={proxy.total_bytes_received} />
      </Cell>
      <RateCells proxy={proxy} />
      <Cell number>
        <a
          href={href}
          class="rounded text-accent hover:underline"
          aria-label={`View ${visible(proxy.proxy_id)}`}
        >
          View
        </a>
      </Cell>
    </Row>
  );
}

/** The rates of a proxy that reports; of another, when it was heard last. */
function RateCells({ proxy }: { proxy: ProxySummary }) {
  if (isSilent(proxy)) {
    return (
      <td colSpan={2} class="h-9 px-2 text-right whitespace-nowrap text-muted tabular-nums">
        last seen <Ago time={proxy.last_seen} />
      </td>
    );
  }
  return (
    <>
      <Cell number>
        <Rate value={proxy.rate_sent} />
      </Cell>
      <Cell number>
        <Rate value={proxy.rate_received} />
      </Cell>
    </>
  );
}
