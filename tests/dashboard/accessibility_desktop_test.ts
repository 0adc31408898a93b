import { accessibilityTests } from "./accessibility.ts";

accessibilityTests("desktop", { viewport: { width: 1280, height: 800 } });
