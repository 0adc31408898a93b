/** Clients of the proxies of a browser test: who they are, and where they go. */
import { strict as assert } from "node:assert";
import type { Page } from "playwright-core";
import { echoes } from "../support/control.ts";
import type { ProxyFlags, TestProxy } from "../support/proxy.ts";
import { connectTo, readUntil, send } from "../support/tcp.ts";
import type { Dashboard } from "./browser.ts";
import { startEdge } from "./control_support.ts";

/** An http proxy that reports to the manager, and believes its clients who they are. */
export function startFront(
  d: Dashboard,
  id: string,
  flags: ProxyFlags = {},
  control = true,
): TestProxy {
  const trusting = { acceptProxy: "127.0.0.1", access: ["--allow-target local"] };
  // So rarely that no stall of a loaded machine has the manager take its connections for lost.
  const calmly = { reportInterval: "0.5" };
  return startEdge(d, "http", id, { ...trusting, ...calmly, ...flags }, control);
}

/** The port is one of 127.0.0.1. */
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

/** What the focused element says. */
export function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.textContent ?? undefined);
}
