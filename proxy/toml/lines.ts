import { parse } from "smol-toml";

/** The names and indices that lead to a value, from the outside in. */
export type TomlPath = readonly PropertyKey[];

/** On which line of a TOML text each of its values stands. */
export class TomlLines {
  readonly #lines: ReadonlyMap<string, number>;

  /** `text` is TOML that a parser takes; of any other the lines may be wrong. */
  constructor(text: string) {
    this.#lines = new Scanner(text).scan();
  }

  /** The line, from 1, where this value's key stands; where it has none, that of what it belongs to. */
  of(path: TomlPath): number {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(idOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }
}

function idOf(path: TomlPath): string {
  return JSON.stringify(path.map((part) => typeof part === "symbol" ? String(part) : part));
}

const QUOTES = ['"""', "'''", '"', "'"];
const END_OF_SCALAR = /[,\]}#\r\n]/g;
const BARE_KEY = /[\w-]+/y;

/** Walks over a text, of which a parser has said that it is TOML, so that it need not complain of anything. */
class Scanner {
  readonly #text: string;
  readonly #lines = new Map<string, number>();
  /** How many tables each array of tables has so far. */
  readonly #tables = new Map<string, number>();
  #at = 0;
  #line = 1;
  /** Up to where lines are counted. */
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Map<string, number> {
    let table: TomlPath = [];
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      if (this.#takes("[[")) table = this.#header(true);
      else if (this.#takes("[")) table = this.#header(false);
      else this.#pair(table);
    }
    return this.#lines;
  }

  /** The path of the table that a header begins. */
  #header(repeated: boolean): TomlPath {
    const names = this.#key();
    const path: PropertyKey[] = [];
    for (const [at, name] of names.entries()) {
      path.push(name);
      const id = idOf(path);
      if (repeated && at === names.length - 1) this.#tables.set(id, this.#count(id) + 1);
      const count = this.#count(id);
      this.#note(path);
      if (count > 0) path.push(count - 1);
      this.#note(path);
    }
    this.#takes("]");
    this.#takes("]");
    return path;
  }

  #count(id: string): number {
    return this.#tables.get(id) ?? 0;
  }

  #pair(table: TomlPath): void {
    const path = [...table];
    for (const name of this.#key()) {
      path.push(name);
      this.#note(path);
    }
    this.#takes("=");
    this.#value(path);
  }

  #key(): string[] {
    const names: string[] = [];
    do {
      this.#skip();
      const start = this.#at;
      BARE_KEY.lastIndex = start;
      if (BARE_KEY.test(this.#text)) this.#at = BARE_KEY.lastIndex;
      else this.#string();
      names.push(unquoted(this.#text.slice(start, this.#at)));
      this.#skip();
    } while (this.#takes("."));
    return names;
  }

  #value(path: TomlPath): void {
    this.#skip();
    if (this.#takes("[")) this.#list(path);
    else if (this.#takes("{")) this.#inline(path);
    else if (!this.#string()) {
      END_OF_SCALAR.lastIndex = this.#at;
      this.#at = END_OF_SCALAR.exec(this.#text)?.index ?? this.#text.length;
    }
  }

  #list(path: TomlPath): void {
    for (let index = 0; !this.#ends("]"); index++) {
      this.#note([...path, index]);
      this.#value([...path, index]);
    }
  }

  #inline(path: TomlPath): void {
    while (!this.#ends("}")) this.#pair(path);
  }

  /** Passes a comma, and the closing bracket where it comes next. */
  #ends(close: string): boolean {
    this.#skip();
    if (this.#takes(",")) this.#skip();
    return this.#takes(close) || this.#at >= this.#text.length;
  }

  /** Passes a string; false where there is none. */
  #string(): boolean {
    const quote = QUOTES.find((quote) => this.#text.startsWith(quote, this.#at));
    if (quote === undefined) return false;
    this.#at += quote.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(quote, this.#at)) {
      this.#at += this.#text[this.#at] === "\\" && quote[0] === '"' ? 2 : 1;
    }
    this.#at += quote.length;
    // Up to two quotes may stand before those that end it.
    if (quote.length === 3) { while (this.#takes(quote[0])); }
    return true;
  }

  #skip(): void {
    const space = /(?:\s|#[^\n]*)*/y;
    space.lastIndex = this.#at;
    space.test(this.#text);
    this.#at = space.lastIndex;
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** A value's first mention counts. */
  #note(path: TomlPath): void {
    const id = idOf(path);
    if (!this.#lines.has(id)) this.#lines.set(id, this.#lineHere());
  }

  #lineHere(): number {
    for (; this.#counted < this.#at; this.#counted++) {
      if (this.#text[this.#counted] === "\n") this.#line++;
    }
    return this.#line;
  }
}

function unquoted(key: string): string {
  return /^["']/.test(key) ? String(parse(`key = ${key}`).key) : key;
}
