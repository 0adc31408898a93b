import { declareCrowds } from "./crowds.ts";
import { declareDrain } from "./drain.ts";
import { declareEnds } from "./ends.ts";
import { declareResets } from "./resets.ts";
import { declareLoads } from "./loads.ts";
import type { Route } from "./route.ts";

/** Declares what every mode owes those who talk through it, as tests. */
export function holdToContract(route: Route): void {
  declareEnds(route);
  declareResets(route);
  declareLoads(route);
  declareCrowds(route);
  declareDrain(route);
}
