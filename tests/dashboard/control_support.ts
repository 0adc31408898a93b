import type { Locator, Page } from "playwright-core";
import { CONTROL_KEY } from "../support/control_channel.ts";
import { eventually } from "../support/eventually.ts";
import { type ProxyFlags, startTestProxy, type TestProxy } from "../support/proxy.ts";
import type { Mode } from "../../proxy/options.ts";
import type { Dashboard } from "./browser.ts";

/** A manager that gives orders. */
export const CONTROL = { flags: { controlKey: CONTROL_KEY } };

/** A real proxy that reports to the manager and, unless it is told otherwise, takes its orders. */
export function startEdge(
  { manager }: Pick<Dashboard, "manager">,
  mode: Mode,
  id: string,
  flags: ProxyFlags = {},
  control = true,
): TestProxy {
  const orders = control ? { control: true as const, controlKey: CONTROL_KEY } : {};
  return startTestProxy(mode, {
    ...{ id, managerAddr: `127.0.0.1:${manager.addr.port}` },
    ...{ statsAddr: `127.0.0.1:${manager.statsAddr.port}`, ...orders, ...flags },
  });
}

/** Resolves once the manager knows all of these and they take its orders. */
export async function controlled({ origin }: Dashboard, ...ids: string[]): Promise<void> {
  await eventually(`${ids} take orders`, async () => {
    const proxies = await (await fetch(`${origin}/api/proxies`)).json();
    return ids.every((id) =>
      proxies.some((each: { proxy_id: string; controlled: boolean }) =>
        each.proxy_id === id && each.controlled
      )
    );
  });
}

/** Chooses something from a proxy's menu, wherever that is. */
export async function choose(page: Page, proxy: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${proxy}` }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** The dialog of this name. */
export function dialogOf(page: Page, name: string | RegExp): Locator {
  return page.getByRole("dialog", { name });
}

/** Waits for the toast that tells an outcome. */
export async function told(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole("status").getByText(text).first().waitFor();
}

/** What the audit log has of these commands, the oldest first: command, target and outcome. */
export async function audited({ origin }: Dashboard): Promise<string[]> {
  const { entries } = await (await fetch(`${origin}/api/audit`)).json();
  return entries.map((each: Record<string, string>) =>
    `${each.action} ${each.target} ${each.outcome}`
  );
}
