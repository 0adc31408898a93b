/** Prometheus' own tool, where it is installed. */

/** True if promtool is on PATH; otherwise says what is skipped. */
export function havePromtool(): boolean {
  try {
    new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(
      "Skipped: promtool is not on PATH, so neither metrics nor queries are held against it",
    );
    return false;
  }
}

/** What promtool says of this input, and its exit code. */
export async function promtool(
  args: string[],
  input: string,
): Promise<{ code: number; said: string }> {
  const command = new Deno.Command("promtool", {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  await using child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
