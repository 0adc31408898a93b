import { accessibilityTests } from "./accessibility.ts";
import { PHONE } from "./browser.ts";

accessibilityTests("phone", PHONE);
