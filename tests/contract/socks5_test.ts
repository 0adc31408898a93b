import { SOCKS5 } from "./route.ts";
import { holdToContract } from "./suite.ts";

holdToContract(SOCKS5);
