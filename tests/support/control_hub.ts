import { ControlHub, type HubDeps } from "../../manager/control/hub.ts";
import { HttpServer } from "../../manager/server.ts";
import { CONTROL_KEY } from "./control_channel.ts";
import { setUpApp } from "./manager_app.ts";
import { statsKey } from "./sealed.ts";

/** The manager's end of the channel on a port, with what HTTP needs and nothing else. */
export function startHub(deps: Partial<HubDeps> = {}, viewerTimeoutS?: number) {
  const now = deps.now ?? (() => performance.now());
  const hub = new ControlHub({ keys: [statsKey(CONTROL_KEY)], onChange: () => {}, ...deps, now });
  const { app } = setUpApp({ control: hub, viewerTimeoutS });
  const answer = (request: Request, client: unknown) => app.fetch(request, { client });
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, answer);
  const timer = setInterval(() => hub.tick(now()), 50);
  return {
    ...{ hub, refusals: server.refusals },
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      hub.stop();
      await server.stop();
    },
  };
}
