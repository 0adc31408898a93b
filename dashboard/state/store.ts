import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { ManagerClient } from "../api/client.ts";
import { ControlClient } from "../api/control.ts";
import type { Answer, Question } from "../api/history.ts";
import { FleetSocket } from "../api/socket.ts";
import type { EventsReply, HistoryReply } from "../../manager/api/model_history.ts";
import type { Format } from "../format.ts";
import { ConnectionStore } from "./connections/store.ts";
import { Control } from "./control.ts";
import { type FleetState, initialFleet, reduceFleet } from "./fleet.ts";
import { followControlled } from "./follow_control.ts";
import { followFormat } from "./format.ts";
import { Keys, listenForKeys } from "./keys.ts";
import { createLabels, type LabelStore } from "./label_store.ts";
import { changedHref, parseRoute, type Query, type Route } from "./route.ts";
import { type LoginFailure, type Session, Sessions } from "./session.ts";
import { createSettings, type SettingsStore } from "./settings.ts";
import { rememberChoice } from "./table/memory.ts";
import { Toasts } from "./toasts.ts";
import { applyLook, type Look } from "./theme.ts";

/** Everything the components read. */
export interface Store {
  fleet: ReadonlySignal<FleetState>;
  route: ReadonlySignal<Route>;
  /** This machine's clock in milliseconds, moving once a second. */
  now: ReadonlySignal<number>;
  /** True where a table would not fit: cards are shown instead. */
  phone: ReadonlySignal<boolean>;
  /** Those of the page that is open: the fleet's, or one proxy's. */
  connections: ConnectionStore;
  /** Which of their columns the reader chose. */
  connectionColumns: ReturnType<typeof rememberChoice>;
  settings: SettingsStore;
  /** Names of addresses. */
  labels: LabelStore;
  /** Writes numbers, sizes and times as the reader wants them; see useFormat(). */
  format: ReadonlySignal<Format>;
  look: Look;
  keys: Keys;
  /** Tells what became of something the reader did. */
  toasts: Toasts;
  /** Changes what the present page remembers in its address, with no step back in the browser's history. */
  setQuery(changes: Query): void;
  /** The same as a step of the reader's own, which the browser's Back takes back. */
  go(changes: Query): void;
  /** The manager's API. */
  client: ManagerClient;
  /** Orders to proxies. */
  control: Control;
  /** Asks for the past. */
  askHistory(question: Question, signal: AbortSignal): Promise<Answer<HistoryReply>>;
  /** Asks for what happened to a proxy. */
  askEvents(proxyId: string, signal: AbortSignal): Promise<Answer<EventsReply>>;
  /** Who the reader is, and what they may do. */
  session: ReadonlySignal<Session>;
  /** The version of this page, which was the manager's when the page was loaded. */
  pageVersion: string;
  /** Logs in; why that does not succeed, or null. */
  login(user: string, password: string): Promise<LoginFailure | null>;
  /** Ends the session; false where the manager does not answer. */
  logout(): Promise<boolean>;
  /** Tries to reach the manager now. */
  retry(): void;
  /** Has the manager forget a proxy that is gone; why it does not, or null. */
  forget(proxyId: string): Promise<string | null>;
}

/** The store of a page that lives until it is left: nothing here is ever torn down. */
export function createStore(): Store {
  const fleet = signal(initialFleet(Date.now()));
  const route = signal(parseRoute(location.hash));
  const now = signal(Date.now());
  const narrow = matchMedia("(max-width: 639.98px)");
  const phone = signal(narrow.matches);

  const connections = new ConnectionStore((id) => fleet.peek().proxies.get(id)?.interval);
  const settings = createSettings(() => localStorage);
  const keys = new Keys();
  listenForKeys(keys, () => settings.value.value.shortcuts);

  const page = location.href.replace(/[?#].*$/, "");
  const base = new URL(".", page).href;
  const ask: typeof fetch = async (...args) => {
    const reply = await fetch(...args);
    if (reply.status === 401) sessions.ask().catch(() => {});
    return reply;
  };
  const client = new ManagerClient(base, ask);
  const control = new Control(new ControlClient(base, ask));
  const sessions = new Sessions(client);
  const socket = new FleetSocket({
    url: new URL("ws", page.replace(/^http/, "ws")).href,
    onMessage: (message) => {
      const at = Date.now();
      fleet.value = reduceFleet(fleet.value, { type: "message", at, message });
      connections.take(message);
    },
    mayOpen: () => sessions.ask(),
    onLost: () => {
      fleet.value = reduceFleet(fleet.value, { type: "lost", at: Date.now() });
    },
  });

  effect(() => {
    const { page, proxyId } = route.value;
    const ofProxy = page === "proxy" ? proxyId : null;
    fleet.value = reduceFleet(fleet.peek(), { type: "view", proxyId: ofProxy });
    const watched = ofProxy ?? (page === "connections" ? null : undefined);
    connections.watch(watched);
    socket.view(watched);
  });
  effect(() => {
    // Who has left leaves nothing behind for the next.
    if (sessions.session.value.access !== "login") return;
    fleet.value = initialFleet(Date.now());
    connections.clear();
    control.clear();
  });
  followControlled(control, fleet, sessions.session);
  addEventListener("hashchange", () => route.value = parseRoute(location.hash));
  addEventListener("online", () => socket.retry());
  narrow.addEventListener("change", () => phone.value = narrow.matches);
  setInterval(() => now.value = Date.now(), 1000);

  return {
    fleet,
    route,
    now,
    phone,
    connections,
    connectionColumns: rememberChoice("connections"),
    settings,
    labels: createLabels(() => localStorage),
    format: followFormat(settings.value),
    look: applyLook(document.documentElement, settings),
    keys,
    toasts: new Toasts(),
    setQuery(changes) {
      history.replaceState(null, "", changedHref(route.value, changes));
      route.value = parseRoute(location.hash);
    },
    go: (changes) => location.hash = changedHref(route.value, changes),
    askHistory: (question, signal) => client.history(question, signal),
    askEvents: (proxyId, signal) => client.events(proxyId, signal),
    client,
    control,
    session: sessions.session,
    pageVersion: document.querySelector<HTMLMetaElement>("meta[name=version]")?.content ?? "",
    async login(user, password) {
      const failure = await sessions.login(user, password);
      if (failure === null) socket.retry();
      return failure;
    },
    logout: () => sessions.logout(),
    retry: () => socket.retry(),
    forget: (proxyId) => client.forget(proxyId),
  };
}

/** Hands the store to the components. */
export const StoreContext = createContext<Store | null>(null);

/** The store; throws outside of the page that provides it. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("Cannot read the store: no StoreContext above");
  return store;
}

/** The manager's time in Unix seconds, as well as this machine can tell it. */
export function managerNow(store: Store): number {
  const { clockOffset } = store.fleet.value;
  return (store.now.value + clockOffset) / 1000;
}
