import { strict as assert } from "node:assert";
import { backend, connection } from "../support/reports.ts";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(`Dashboard shows a proxy's backends on ${device}, and follows them`, async (d) => {
    const tcp = { proxy_type: "tcp" };
    const down = backend({ name: "b.example:80", state: "down", check_latency_ms: null });
    await d.reports.send(d.manager, tcp, [connection()]);
    await d.reports.sendDetail(d.manager, tcp, [backend({ weight: 3, errors: 0 }), down]);
    await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=backends`);
    const section = d.page.getByRole("tabpanel", { name: "Backends" }).locator("section");
    await section.getByText("1 of 2 up").waitFor();
    const rows = section.locator(context ? "li" : "tbody tr");
    const [first, second] = await rows.allInnerTexts();
    assert.match(first, /192\.0\.2\.10:80/);
    assert.match(first, /\bup\b/);
    assert.match(first, /0\.4\sms/);
    assert.match(second, /b\.example:80/);
    assert.match(second, /\bdown\b/);
    await d.reports.sendDetail(d.manager, tcp, [{ ...down, state: "set_aside" }]);
    await section.getByText("set aside").waitFor();
    assert.equal(await rows.count(), 2);
    await noSidewaysScroll(d.page);
    assert.deepEqual(d.errors, []);
  }, { context });
}

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(`Dashboard tells on ${device} what is lost, dropped and left out`, async (d) => {
    const refused = { client_denied: 1204, connect_refused: 7, "<b>x": 1 };
    const busy = { active_connections: 4120, omitted_connections: 3770 };
    const many = Array.from({ length: 350 }, (_, id) => connection({ id }));
    await d.page.goto(d.origin);
    await d.page.getByText("No proxy has reported yet.").waitFor();
    await d.page.getByText("none dropped").waitFor();
    await d.reports.send(d.manager, busy, many);
    await d.reports.send(d.manager, { ...busy, seq: 1000 });
    await d.reports.sendDetail(d.manager, { ...busy, seq: 1001 }, [], refused);
    await d.reports.sendRaw(d.manager, new TextEncoder().encode("?"));
    await d.page.getByText("1 datagram dropped").waitFor();
    const panel = d.page.locator("section", { has: d.page.getByText("1 datagram dropped") });
    assert.match(await panel.locator("dl").innerText(), /not JSON\s+1/);
    await panel.getByText("1 address").waitFor();
    await d.page.getByText(/^9\d(\.\d)? %( lost)?$/).waitFor();
    await noSidewaysScroll(d.page);

    await d.page.goto(`${d.origin}/#/proxy/edge-1`);
    await d.page.getByText("350 connections · 3,770 more not shown").waitFor();
    await d.page.getByRole("tab", { name: "Active 4,120" }).waitFor();
    const reasons = d.page.locator("section", { has: d.page.getByText("by reason") });
    assert.deepEqual(
      (await reasons.locator("dl > div").allInnerTexts()).map((text) => text.split(/\s*\n\s*/)),
      [["client denied", "1,204"], ["connect refused", "7"], ["<b>x", "1"]],
    );
    await d.page.getByLabel("Filter connections").fill("nothing like it");
    await d.page.getByText("0 of 350 match · 3,770 more not shown").waitFor();
    await noSidewaysScroll(d.page);
    assert.deepEqual(d.errors, []);
  }, { context });
}
