import type { Locator, Page } from "playwright-core";
import type { ConnectionRecord } from "../../proxy/stats/report.ts";
import { connection } from "../support/reports.ts";
import { eventually } from "../support/eventually.ts";
import type { Dashboard } from "./browser.ts";

export const SCRIPT = "<script>alert(1)</script>";
export const IMAGE = "<img src=x onerror=alert(1)>";

/** The rows that are drawn, without the room of others. */
export const rowsOf = (page: Page): Locator => page.locator("tbody tr[data-index]");

/** What stands in a column of the drawn rows, by the column's title. */
export async function columnOf(page: Page, title: string): Promise<string[]> {
  const heads = await page.locator("thead th").allInnerTexts();
  const said = (line: string) => line.replace(/[^\w ]/g, "").trim();
  const at = heads.findIndex((head) => head.split("\n").some((line) => said(line) === title));
  if (at === -1) throw new Error(`no column ${title} among ${heads.join(", ")}`);
  const cells = page.locator(`tbody tr[data-index] > :nth-child(${at + 1})`);
  return (await cells.allInnerTexts()).map((text) => text.trim());
}

/** A connection that began so many seconds ago. */
export function began(ago: number, overrides: Partial<ConnectionRecord>): ConnectionRecord {
  const now = Date.now() / 1000;
  return connection({ start_time: now - ago, last_activity: now, ...overrides });
}

/** What the fleet of the tests does: three clients, two users, two proxies. */
export async function report(d: Dashboard): Promise<void> {
  await d.reports.send(d.manager, { proxy_id: "edge-1" }, [
    began(10, { id: 1, client_ip: "10.0.0.1", target: "github.com:443", bytes_received: 3000 }),
    began(20, { id: 2, client_ip: "10.0.0.2", target: "gitlab.com:443", bytes_received: 9000 }),
    began(30, { id: 3, client_ip: "10.0.0.1", user: "alice", target: "example.org:80" }),
    began(40, { id: 4, target: "gone.example:1", state: "failed", reason: "connect_refused" }),
    began(50, { id: 5, target: "", state: "rejected", reason: "client_denied" }),
  ]);
  await d.reports.send(d.manager, { proxy_id: "edge-2", proxy_type: "socks5" }, [
    began(60, { id: 1, client_ip: "2001:db8::1", user: "bob", target: "10.9.9.9:5432" }),
  ]);
  await eventually("the manager knows them", async () => await countOf(d) === 6);
}

async function countOf(d: Dashboard): Promise<number> {
  return (await (await fetch(`${d.origin}/api/connections?limit=0`)).json()).total;
}

/** Opens the page of the fleet's connections and waits for its first row. */
export async function openConnections(d: Dashboard, query = ""): Promise<void> {
  await d.page.goto(`${d.origin}/#/connections${query}`);
  await rowsOf(d.page).first().waitFor();
}

/** Reports these until the manager knows them all: a loaded machine loses some of so many datagrams at once. */
export async function reportAll(d: Dashboard, records: ConnectionRecord[]): Promise<void> {
  await eventually("all are known", async () => {
    await d.reports.send(d.manager, {}, records);
    return await countOf(d) === records.length;
  });
}
