import { strict as assert } from "node:assert";
import {
  type Closed,
  closeEach,
  type Give,
} from "../../../../dashboard/state/connections/close_each.ts";

type Result = Awaited<ReturnType<Give>> & { value: unknown };

/** Answers to orders by the connection's number, with what was told in which order. */
function answering(answers: Record<number, { outcome: string; count?: number } | "lost">) {
  const told: string[] = [];
  const give: Give = (command, [proxy_id]) => {
    assert.equal(command.command, "close_connection");
    const { id } = command as { id: number };
    told.push(`${proxy_id} ${id}`);
    const answer = answers[id];
    if (answer === "lost") {
      return Promise.resolve({ failure: { code: "unreachable", message: "" } });
    }
    const results = [{ proxy_id, detail: "", ...answer }];
    return Promise.resolve({ value: { id: "x", command: "close_connection", results } } as Result);
  };
  return { give, told };
}

const ROWS = [
  ...[{ proxy_id: "edge-1", id: 1 }, { proxy_id: "edge-2", id: 2 }, { proxy_id: "edge-1", id: 3 }],
];

async function close(give: Give): Promise<{ result: Closed; tried: number[] }> {
  const tried: number[] = [];
  return { result: await closeEach(ROWS, give, (n) => tried.push(n)), tried };
}

Deno.test("closeEach tells each one's proxy in turn, and sums up what became of them", async () => {
  const { give, told } = answering({
    ...{ 1: { outcome: "done", count: 1 }, 2: { outcome: "timeout" } },
    3: { outcome: "done", count: 0 },
  });
  const { result, tried } = await close(give);
  assert.deepEqual(told, ["edge-1 1", "edge-2 2", "edge-1 3"]);
  assert.deepEqual(tried, [1, 2, 3]);
  assert.deepEqual(result, {
    ...{ closed: 1, ended: 1, failure: null },
    undone: [{ proxy_id: "edge-2", outcome: "timeout" }],
  });
});

Deno.test("closeEach asks no more once the manager does not answer", async () => {
  const { give, told } = answering({ 1: { outcome: "done", count: 1 }, 2: "lost" });
  const { result, tried } = await close(give);
  assert.deepEqual(told, ["edge-1 1", "edge-2 2"]);
  assert.deepEqual(tried, [1]);
  assert.deepEqual(result, {
    ...{ closed: 1, ended: 0, undone: [] },
    failure: { code: "unreachable", message: "" },
  });
});
