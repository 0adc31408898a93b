import { isAnswerTo } from "./query.ts";
import type { DnsServer } from "./servers.ts";
import type { Transport } from "./transport.ts";

const MEDIA_TYPE = "application/dns-message";
const MAX_MESSAGE = 65_535;

/** Asks over HTTPS (RFC 8484), by POST and with id 0, as section 4.1 wants it. */
export function createHttpsTransport({ name: url }: DnsServer, caCerts: string[]): Transport {
  const client = Deno.createHttpClient({ caCerts });
  const headers = { "content-type": MEDIA_TYPE, accept: MEDIA_TYPE };
  return {
    async ask(query, signal) {
      const request = { method: "POST", headers, body: query, redirect: "error", signal, client };
      const response = await fetch(url, request as RequestInit);
      const answer = await readAnswer(response);
      if (!isAnswerTo(answer, query)) throw new Error("the answer is to another question");
      return answer;
    },
    close: () => client.close(),
  };
}

async function readAnswer(response: Response): Promise<Uint8Array> {
  const type = response.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (response.status !== 200 || type !== MEDIA_TYPE || !response.body) {
    await response.body?.cancel();
    throw new Error(`status ${response.status} with ${type ?? "no content"}`);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Leaving the loop ends the response.
  for await (const part of response.body) {
    size += part.length;
    if (size > MAX_MESSAGE) throw new Error(`an answer of more than ${MAX_MESSAGE} bytes`);
    parts.push(part);
  }
  return await new Blob(parts).bytes();
}
