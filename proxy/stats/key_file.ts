import { Reloaded } from "../reloaded.ts";
import { KEY_EXPECTED, keyLines, parseStatsKey } from "./key.ts";

/** The one key in the file that `flag` names; throws FileError. `silent` where another thread tells of changes. */
export function openKeyFile(flag: string, path: string, silent: boolean): Reloaded<Uint8Array> {
  return new Reloaded({
    files: [{ flag, path }],
    silent,
    parse([{ bytes, error }]) {
      const lines = keyLines(bytes);
      if (lines.length !== 1) throw error(`expected one line with a key, found ${lines.length}`);
      const [{ text, number }] = lines;
      const key = parseStatsKey(text);
      if (key === null) throw error(`line ${number}: ${KEY_EXPECTED}`);
      return key;
    },
  });
}
