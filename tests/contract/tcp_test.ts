import { TCP } from "./route.ts";
import { holdToContract } from "./suite.ts";

holdToContract(TCP);
