/** What a hostile page tries; runs in the browser, so it uses nothing from outside of itself. */
export async function attack(
  { http, ws, victim }: { http: string; ws: string; victim: string },
): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  const note = async (what: string, attempt: () => Promise<string> | string) => {
    results[what] = await Promise.resolve().then(attempt).catch(() => "refused");
  };
  const read = (path: string, init: RequestInit) => async () => {
    const reply = await fetch(http + path, init);
    return reply.type === "opaque" ? "opaque" : `${reply.status} ${await reply.text()}`;
  };
  const paths = ["/api/stats", "/api/proxies", "/metrics", "/api/openapi.json", "/app.js", "/"];
  for (const path of paths) {
    for (const credentials of ["omit", "include"] as const) {
      for (const mode of ["cors", "no-cors"] as const) {
        await note(`${mode} ${credentials} ${path}`, read(path, { mode, credentials }));
      }
    }
  }
  const target = `/api/proxy/${victim}`;
  const changes: RequestInit[] = [
    { method: "DELETE" },
    { method: "DELETE", credentials: "include" },
    { method: "POST", mode: "no-cors", body: "{}", headers: { "Content-Type": "text/plain" } },
    { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" },
    { method: "POST", headers: { "X-Http-Method-Override": "DELETE" } },
    { method: "PUT", body: "x" },
  ];
  for (const init of changes) {
    await note(`change ${JSON.stringify(init)}`, read(target, init));
  }
  await note("beacon", () => {
    navigator.sendBeacon(http + target, "x");
    return "refused";
  });
  const ended = (socket: WebSocket) =>
    new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => resolve(`got ${data}`);
      socket.onopen = () => resolve("open");
      socket.onclose = () => resolve("refused");
    });
  await note("websocket", () => ended(new WebSocket(`${ws}/ws`)));
  const embed = (name: string, set: (element: HTMLElement) => void) => () =>
    new Promise<string>((resolve) => {
      const element = document.createElement(name);
      element.onload = () => resolve("loaded");
      element.onerror = () => resolve("refused");
      set(element);
      document.body.append(element);
    });
  for (const path of ["/app.js", "/api/stats", "/metrics"]) {
    await note(
      `script ${path}`,
      embed("script", (script) => (script as HTMLScriptElement).src = http + path),
    );
  }
  for (const path of ["/icon.svg", target]) {
    await note(`img ${path}`, embed("img", (img) => (img as HTMLImageElement).src = http + path));
  }
  await note(
    "style",
    embed("link", (link) => Object.assign(link, { rel: "stylesheet", href: `${http}/app.css` })),
  );
  await note("events", () =>
    new Promise((resolve) => {
      const source = new EventSource(`${http}/api/stats`);
      source.onopen = () => resolve("open");
      source.onerror = () => {
        source.close();
        resolve("refused");
      };
    }));
  // A frame says "load" whatever it has got: who looks into it from outside tells what that is.
  for (const [name, path] of [["page", "/"], ["figures", "/api/stats"]]) {
    await note(`iframe ${path}`, async () => {
      await embed("iframe", (frame) => Object.assign(frame, { name, src: http + path }))();
      return "refused";
    });
  }
  for (
    const enctype of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
  ) {
    await note(`form ${enctype}`, async () => {
      const name = enctype.replaceAll(/\W/g, "_");
      const frame = Object.assign(document.createElement("iframe"), { name });
      document.body.append(frame);
      const form = document.createElement("form");
      Object.assign(form, { method: "POST", action: http + target, target: name, enctype });
      form.append(Object.assign(document.createElement("input"), { name: "a", value: "b" }));
      document.body.append(form);
      const loaded = new Promise((resolve) => frame.onload = resolve);
      form.submit();
      await loaded;
      return "refused";
    });
  }
  return results;
}
