import { type Command, type CommandResult, commandSchema, isReading } from "./commands.ts";
import { type Answer, digestOf } from "./protocol.ts";

/** Answers that are remembered, and for how long, in milliseconds. */
export const MAX_REMEMBERED = 10_000;
export const REMEMBERED_MS = 600_000;
/** Commands that may be under way at a time. */
export const MAX_RUNNING = 64;

const MAX_SAID = 500;

/** Does as it is told; never rejects. */
export type Execute = (command: Command) => Promise<CommandResult>;

interface Order {
  /** What was told, so that another command under the same id is told from a repeat. */
  digest: string;
  atMs: number;
  answer: Promise<Answer>;
}

/** Commands by their ids, each done once: one that comes again gets the first one's answer. */
export class Orders {
  readonly #execute: Execute;
  readonly #known: readonly string[];
  readonly #now: () => number;
  /** The oldest first. */
  readonly #orders = new Map<string, Order>();
  #running = 0;

  /** `known` are the commands that `execute` understands, `now` is milliseconds. */
  constructor(execute: Execute, known: readonly string[], now = () => performance.now()) {
    this.#execute = execute;
    this.#known = known;
    this.#now = now;
  }

  /** The answer to this command; never rejects. */
  take(id: string, told: { command: string }): Promise<Answer> {
    const digest = digestOf(told);
    this.#forget();
    const known = this.#orders.get(id);
    if (known) {
      if (known.digest === digest) return known.answer;
      return refused(id, "this id was given to another command before");
    }
    if (!this.#known.includes(told.command)) {
      return refused(id, `${JSON.stringify(told.command)} is no command of this proxy`);
    }
    const command = commandSchema.safeParse(told);
    if (!command.success) {
      return refused(id, `not understood: ${command.error.issues[0].message}`);
    }
    if (this.#running >= MAX_RUNNING || this.#orders.size >= MAX_REMEMBERED) {
      return refused(id, "too many commands have come in a short time");
    }
    const answer = this.#run(id, command.data);
    // What is only read may be long, and is read anew.
    if (!isReading(told.command)) this.#orders.set(id, { digest, atMs: this.#now(), answer });
    return answer;
  }

  async #run(id: string, command: Command): Promise<Answer> {
    this.#running++;
    try {
      return { type: "result", id, result: await this.#execute(command) };
    } catch (error) {
      // What must not happen has to be an answer all the same, or the command would be sent again.
      const detail = `it failed: ${error}`.slice(0, MAX_SAID);
      return { type: "result", id, result: { ok: false, detail } };
    } finally {
      this.#running--;
    }
  }

  #forget(): void {
    const before = this.#now() - REMEMBERED_MS;
    for (const [id, { atMs }] of this.#orders) {
      if (atMs > before) return;
      this.#orders.delete(id);
    }
  }
}

// Not remembered: the next try may be taken.
function refused(id: string, detail: string): Promise<Answer> {
  const result = { ok: false, detail: detail.slice(0, MAX_SAID) };
  return Promise.resolve({ type: "result", id, result, refused: true });
}
