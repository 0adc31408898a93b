import { en } from "./en.ts";

/** What a language has to say. */
export type Words = typeof en;

/** The dashboard's words in the reader's language. */
export const words: Words = en;
