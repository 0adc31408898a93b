import { ControlTrust } from "./control/trust.ts";
import { OptionFiles } from "./files.ts";
import type { ProxyOptions } from "./options.ts";
import { FileError } from "./reloaded.ts";
import { ReportSeal } from "./stats/report_seal.ts";

/** Reads the files that a proxy's options name; returns a sentence for each that cannot be used. */
export function proxyFileProblems(options: ProxyOptions): string[] {
  const { authFile, tls, control } = options;
  return fileProblemsOf([
    () => new OptionFiles({ authFile, tls: null }, true),
    () => new OptionFiles({ authFile: null, tls }, true),
    () => new ReportSeal(options, true),
    () => control && new ControlTrust(control),
  ]);
}

/** What FileErrors say that these throw. */
export function fileProblemsOf(openers: readonly (() => unknown)[]): string[] {
  const problems: string[] = [];
  for (const open of openers) {
    try {
      open();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}
