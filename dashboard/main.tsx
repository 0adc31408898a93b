import { render } from "preact";
import { App } from "./app.tsx";
import { createStore, StoreContext } from "./state/store.ts";

render(
  <StoreContext.Provider value={createStore()}>
    <App />
  </StoreContext.Provider>,
  document.getElementById("app")!,
);
