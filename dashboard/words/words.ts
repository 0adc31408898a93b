import { parseSettings, SETTINGS_KEY } from "../state/settings.ts";
import { en } from "./en.ts";
import { pickLanguage, pickLocale } from "./language.ts";

/** What a language has to say. */
export type Words = typeof en;

/** The languages there are, by tag, each with its own name for itself. A new one is a file and a line here. */
export const LANGUAGES = { en: { name: "English", words: en as Words } };

type Language = keyof typeof LANGUAGES;

const TAGS = Object.keys(LANGUAGES) as [Language, ...Language[]];

/** Tags in the order in which the reader likes them: what was chosen here, then the browser's. */
function wantedTags(): string[] {
  try {
    const { language } = parseSettings(localStorage.getItem(SETTINGS_KEY));
    return language === "" ? [...navigator.languages] : [language, ...navigator.languages];
  } catch {
    return [...navigator.languages];
  }
}

/** The reader's language; chosen once, so that another one takes effect when the page is loaded anew. */
export const language: Language = pickLanguage(wantedTags(), TAGS);

/** The locale of numbers and dates. */
export const locale: string = pickLocale(wantedTags(), language);

/** The dashboard's words in the reader's language. */
export const words: Words = LANGUAGES[language].words;
