import { strict as assert } from "node:assert";
import { pickLanguage, pickLocale } from "../../../dashboard/words/language.ts";

Deno.test("pickLanguage takes the first wanted language that exists", () => {
  const existing = ["en", "de", "pt-BR"] as const;
  for (
    const [wanted, expected] of [
      [[], "en"],
      [["fr"], "en"],
      [["fr", "de-AT", "en"], "de"],
      [["PT-br"], "pt-BR"],
      [["pt-PT"], "en"],
      [["", "x"], "en"],
    ] as const
  ) {
    assert.equal(pickLanguage(wanted, existing), expected, wanted.join());
  }
});

Deno.test("pickLocale keeps the reader's own flavour of the language, and no other language's", () => {
  assert.equal(pickLocale(["en-GB", "en"], "en"), "en-GB");
  assert.equal(pickLocale(["de-DE", "en-AU"], "en"), "en-AU");
  assert.equal(pickLocale(["de-DE"], "en"), "en");
  assert.equal(pickLocale(["en-", "en-IE"], "en"), "en-IE");
  assert.equal(pickLocale([], "en"), "en");
});
