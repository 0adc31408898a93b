import { CONNECT } from "./route.ts";
import { holdToContract } from "./suite.ts";

holdToContract(CONNECT);
