import type { OpenAPIHono } from "@hono/zod-openapi";

/** A route of the API's document. */
interface Route {
  template: string;
  path: RegExp;
  method: string;
}

/** Which documented route a request is for. */
export class RouteTable {
  readonly #documented: OpenAPIHono["openAPIRegistry"];
  #routes: Route[] | undefined;

  constructor(documented: OpenAPIHono["openAPIRegistry"]) {
    this.#documented = documented;
  }

  /** The path as the document has it, such as `/api/proxy/{id}`; null where it has none. */
  template(path: string): string | null {
    return this.#all().find((route) => route.path.test(path))?.template ?? null;
  }

  /** The methods that the document has for this path. */
  methods(path: string): string[] {
    return this.#all().filter((route) => route.path.test(path)).map(({ method }) => method);
  }

  // Not before the first request: routes are added after this is made.
  #all(): Route[] {
    return this.#routes ??= this.#documented.definitions.flatMap((definition) =>
      definition.type === "route" ? [toRoute(definition.route)] : []
    );
  }
}

function toRoute({ path, method }: { path: string; method: string }): Route {
  const pattern = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]*\}/g, "[^/]+");
  return { template: path, path: new RegExp(`^${pattern}$`), method: method.toUpperCase() };
}
