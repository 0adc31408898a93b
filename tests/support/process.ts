/** True where the system tells what a process holds; otherwise says what is skipped. */
export function haveProc(what: string): boolean {
  try {
    Deno.statSync("/proc/self/fd");
    return true;
  } catch {
    console.log(`${what}: skipped, since this system has no /proc`);
    return false;
  }
}

/** How many descriptors a process has open. */
export function descriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Bytes of memory that a process holds now, and the most that it has ever held. */
export function memory(pid: number): { now: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (field: string) => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status);
    if (found === null) throw new Error(`Expected ${field} in /proc/${pid}/status`);
    return Number(found[1]) * 1024;
  };
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

/** True where one process can ask another to end; otherwise says what is skipped. */
export function haveSignals(what: string): boolean {
  if (Deno.build.os !== "windows") return true;
  console.log(`${what}: skipped, since Windows has no SIGTERM`);
  return false;
}
