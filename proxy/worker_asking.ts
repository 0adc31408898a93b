import { joinOutcomes } from "./control/outcome.ts";
import type { Address } from "./net/address.ts";
import type { ProxyOptions } from "./options.ts";
import type { Question, WorkerAnswer } from "./worker.ts";
import { shareOf } from "./worker_share.ts";
import type { WorkerThread } from "./worker_thread.ts";

/** The answers of those that have not ended meanwhile: those that take their places are told from the start. */
export async function askAll(
  members: Iterable<WorkerThread>,
  question: Question,
): Promise<WorkerAnswer[]> {
  const answers = await Promise.all(Array.from(members, (member) => member.ask(question)));
  return answers.filter((answer) => answer !== null);
}

/**
 * Lets all go over to these options. The first one finds the port if any may be taken, the others share it;
 * null where all have ended meanwhile.
 */
export async function applyToAll(
  members: Iterable<WorkerThread>,
  options: ProxyOptions,
  listen: Address,
): Promise<WorkerAnswer | null> {
  const one: Question = { kind: "apply", options: shareOf(options), listen };
  const rest = [...members];
  let first: WorkerAnswer | null = null;
  for (let member; !first && (member = rest.shift());) first = await member.ask(one);
  if (!first || first.error) return first;
  const { hostname: host, port } = first.addr;
  const others = await askAll(rest, { ...one, listen: { host, port } });
  return { ...joinOutcomes([first, ...others]), addr: first.addr };
}
