/** A fleet that takes orders from the manager of a browser test, and clients of it. */
import { strict as assert } from "node:assert";
import type { Locator, Page } from "playwright-core";
import { CONTROL_KEY } from "../support/control_channel.ts";
import { echoes } from "../support/control.ts";
import { eventually } from "../support/eventually.ts";
import { type ProxyFlags, startTestProxy, type TestProxy } from "../support/proxy.ts";
import { connectTo, readUntil, send } from "../support/tcp.ts";
import type { Dashboard } from "./browser.ts";

/** The flags of a manager that gives orders. */
export const GIVES_ORDERS = { flags: { controlKey: CONTROL_KEY } };

/** An http proxy of this name that reports to the manager and takes its orders. */
export function startOperated(d: Dashboard, id: string, flags: ProxyFlags = {}): TestProxy {
  const managerAddr = `127.0.0.1:${d.manager.addr.port}`;
  return startUnoperated(d, id, { control: true, controlKey: CONTROL_KEY, managerAddr, ...flags });
}

/** The same, which takes no orders. */
export function startUnoperated(d: Dashboard, id: string, flags: ProxyFlags = {}): TestProxy {
  const statsAddr = `127.0.0.1:${d.manager.statsAddr.port}`;
  const access = ["--allow-target local"];
  return startTestProxy("http", { id, acceptProxy: "127.0.0.1", access, statsAddr, ...flags });
}

/** Resolves once exactly these proxies take orders. */
export function takeOrders(d: Dashboard, ...ids: string[]): Promise<unknown> {
  return eventually(`${ids} take orders`, async () => {
    const { proxies } = await (await fetch(`${d.origin}/api/control`)).json();
    return proxies.map(({ proxy_id }: { proxy_id: string }) => proxy_id).join() === ids.join();
  });
}

/** Who a client is, and where it goes: a port of 127.0.0.1. */
export interface Client {
  ip?: string;
  user?: string;
  port: number;
}

/** A tunnel through the proxy to an echo server, used once. */
export async function openVia(
  proxy: TestProxy,
  { ip = "10.0.0.1", user, port }: Client,
): Promise<Deno.TcpConn> {
  const conn = await connectTo(proxy.port);
  try {
    const login = user === undefined ? "" : `Proxy-Authorization: Basic ${btoa(`${user}:x`)}\r\n`;
    await send(conn, `PROXY TCP4 ${ip} ${ip} 1 1\r\nCONNECT 127.0.0.1:${port} HTTP/1.1\r\n`);
    await send(conn, `Host: x\r\n${login}\r\n`);
    assert.match(await readUntil(conn, (text) => text.endsWith("\r\n\r\n")), /^HTTP\/1\.1 200/);
    await echoes(conn);
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** Several of them. */
export function openAll(proxy: TestProxy, n: number, client: Client): Promise<Deno.TcpConn[]> {
  return Promise.all(Array.from({ length: n }, () => openVia(proxy, client)));
}

/** The dialog with this title. */
export function dialogOf(page: Page, title: string): Locator {
  return page.getByRole("dialog", { name: title });
}

/** What the focused element says. */
export function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.textContent ?? undefined);
}
