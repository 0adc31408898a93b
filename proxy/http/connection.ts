import { HttpError } from "./error.ts";
import { equalsIgnoreCase, FIELD, type Field, listElements, valueText } from "./fields.ts";

/** Most names in Connection: each field is compared with all of them. */
const MAX_CONNECTION_NAMES = 64;

/** What Connection (and Proxy-Connection of old clients) says of this hop (RFC 9110, section 7.6.1). */
export function connectionOptions(
  bytes: Uint8Array,
  fields: readonly Field[],
  minor: number,
): { connectionNames: string[]; keepAlive: boolean } {
  const connectionNames: string[] = [];
  let close = false;
  let keep = false;
  for (const field of fields) {
    const isProxyConnection = field.id === FIELD.hop && field.nameEnd - field.line === 16;
    if (field.id !== FIELD.connection && !isProxyConnection) continue;
    for (const name of words(bytes, field)) {
      if (name === "close") close = true;
      else if (name === "keep-alive") keep = true;
      else if (!isProxyConnection) connectionNames.push(name);
    }
  }
  if (connectionNames.length > MAX_CONNECTION_NAMES) {
    throw new HttpError(400, `Connection names more than ${MAX_CONNECTION_NAMES} fields`);
  }
  return { connectionNames, keepAlive: !close && (minor > 0 || keep) };
}

const KEEP_ALIVE = ["keep-alive"];
const CLOSE = ["close"];

/** The field's list; nearly always it is one of two words, for which nothing has to be made. */
function words(bytes: Uint8Array, field: Field): readonly string[] {
  if (isWord(bytes, field, "keep-alive")) return KEEP_ALIVE;
  if (isWord(bytes, field, "close")) return CLOSE;
  return listElements(valueText(bytes, field));
}

function isWord(bytes: Uint8Array, { valueStart, valueEnd }: Field, word: string): boolean {
  return valueEnd - valueStart === word.length && equalsIgnoreCase(bytes, valueStart, word);
}
