import { strict as assert } from "node:assert";
import { versionGap } from "../../../dashboard/state/version.ts";

Deno.test("versionGap says whether the manager is older or newer than the page", () => {
  for (
    const [manager, page, expected] of [
      ["1.2.3", "1.2.3", "same"],
      ["1.2.10", "1.2.9", "newer"],
      ["1.10.0", "2.0", "older"],
      ["0", "0.1.0", "older"],
      ["v1.0", "1.0.0", "same"],
      ["1.0.0-rc.1", "1.0.0", "older"],
      ["1.0.0", "1.0.0-rc.1", "newer"],
      ["1.0.0-rc.2", "1.0.0-rc.1", "newer"],
      ["", "1.0.0", "unknown"],
      ["1.0.0", "", "unknown"],
    ]
  ) {
    assert.equal(versionGap(manager, page), expected, `${manager} ${page}`);
  }
});
