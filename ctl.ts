import { escapeControls } from "./log.ts";
import type { CtlOptions } from "./manager/ctl/options.ts";
import { runCtl } from "./manager/ctl/run.ts";

/** `--ctl` in a terminal, to its exit code. */
export function controlFromTerminal(options: CtlOptions): Promise<number> {
  const isThere = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  return runCtl(options, {
    print: (text) => console.log(text),
    complain: (text) => console.error(`rustproxy: ${escapeControls(text)}`),
    confirm: (question) => isThere ? confirm(escapeControls(question)) : null,
  });
}
