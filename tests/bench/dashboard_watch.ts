import type { CDPSession, Page } from "playwright-core";

interface Figures {
  /** Of every long task so far, in milliseconds. */
  tasks: number[];
  rowsDrawn: number;
  /** Bytes that came over the WebSocket. */
  bytes: number;
  sinceNavigationMs: number;
  atMs: number;
}

/** What a page of the dashboard costs. */
export class PageWatch {
  readonly startedAtMs = performance.now();
  readonly #page: Page;
  readonly #session: CDPSession;
  #bytes = 0;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => this.#bytes += payload.length);
    });
  }

  /** Watches a page that has not been opened yet. */
  static async start(page: Page): Promise<PageWatch> {
    await page.addInitScript(() => {
      const tasks: number[] = [];
      Object.assign(globalThis, { longTasks: tasks });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) tasks.push(duration);
      }).observe({ type: "longtask", buffered: true });
    });
    return new PageWatch(page, await page.context().newCDPSession(page));
  }

  /** What it is so far. */
  async figures(): Promise<Figures> {
    const inPage = await this.#page.evaluate(() => ({
      tasks: [...(globalThis as unknown as { longTasks: number[] }).longTasks],
      rowsDrawn: document.querySelectorAll("tbody tr[data-index]").length,
      sinceNavigationMs: performance.now(),
    }));
    return { ...inPage, bytes: this.#bytes, atMs: performance.now() };
  }

  /** When the page first showed anything, in milliseconds from its opening. */
  firstPaintMs(): Promise<number> {
    return this.#page.evaluate(() =>
      performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN
    );
  }

  /** What the page holds once all that is garbage is collected. */
  async heapBytes(): Promise<number> {
    // The second time takes what the first has let go.
    for (let i = 0; i < 2; i++) await this.#session.send("HeapProfiler.collectGarbage");
    return (await this.#session.send("Runtime.getHeapUsage")).usedSize;
  }
}
