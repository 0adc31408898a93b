import type { OpenAPIHono } from "@hono/zod-openapi";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** What any request may be answered, whatever its route. */
const COMMON: Record<string, string> = {
  400: "The Host header is missing, or a parameter is not valid",
  401: "Nobody is logged in, or the Authorization field is wrong",
  403: "A page of another origin asks",
  413: "The request's body is too large",
  429: "Too many attempts to log in were wrong; Retry-After says when the next is looked at",
  421: "The manager does not answer to the name in the Host header",
  500: "The manager failed to answer; its log says why",
};

/** What a request that changes something may be answered besides. */
const COMMON_OF_CHANGES: Record<string, string> = {
  403: "Only admins may change things, and without accounts only programs on the manager's host; " +
    "and no page of another origin",
  415: "The request's body is not of type application/json",
};

/** How somebody says who they are, where there are accounts. */
const SCHEMES = {
  basic: { type: "http", scheme: "basic" },
  bearer: { type: "http", scheme: "bearer", description: "a token of --token-file" },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "rustproxy_session_<port>",
    description: "what POST /api/login gives; the port is that of --listen",
  },
} as const;

/** The API's document, with the errors that are the same for every route. */
export function apiDocument(
  app: Pick<OpenAPIHono, "getOpenAPI31Document">,
  { version, basePath, auth }: { version: string; basePath?: string; auth?: unknown },
): Document {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "RustProxy Manager", version },
    ...(basePath ? { servers: [{ url: basePath }] } : {}),
    ...(auth ? { security: Object.keys(SCHEMES).map((name) => ({ [name]: [] })) } : {}),
  });
  if (auth) document.components = { ...document.components, securitySchemes: SCHEMES };
  for (const item of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item)) {
      const common = method === "get" ? COMMON : { ...COMMON, ...COMMON_OF_CHANGES };
      for (const [status, description] of Object.entries(common)) {
        operation.responses[status] ??= {
          description,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        };
      }
    }
  }
  return document;
}
