import type { DatabaseSync, StatementSync } from "node:sqlite";
import { FLEET } from "./batch.ts";

/** The number of the whole fleet. */
export const FLEET_ID = 0;

/** The numbers that stand for proxies in the database. */
export class Names {
  // The one that was used last is the last.
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #max: number;

  /** Beyond `max` the name longest unused goes, and what is left of it is nobody's. */
  constructor(db: DatabaseSync, max: number) {
    this.#max = max;
    this.#insert = db.prepare("INSERT INTO proxy (name) VALUES (?)");
    this.#delete = db.prepare("DELETE FROM proxy WHERE id = ?");
    const rows = db.prepare("SELECT id, name FROM proxy ORDER BY id").all();
    for (const { id, name } of rows) this.#note(String(name), Number(id));
  }

  /** A proxy's number, given to it now if it has none; within a transaction. */
  idOf(given: string): number {
    if (given === FLEET) return FLEET_ID;
    // Names that differ only in what is no Unicode would be equal in the database.
    const name = given.toWellFormed();
    const known = this.#ids.get(name);
    if (known !== undefined) {
      this.#ids.delete(name);
      this.#ids.set(name, known);
      return known;
    }
    if (this.#ids.size >= this.#max) this.#forgetOne();
    const id = Number(this.#insert.run(name).lastInsertRowid);
    this.#note(name, id);
    return id;
  }

  /** A proxy's number if it has one. */
  known(name: string): number | undefined {
    return name === FLEET ? FLEET_ID : this.#ids.get(name.toWellFormed());
  }

  /** How many proxies have one. */
  get size(): number {
    return this.#ids.size;
  }

  nameOf(id: number): string | undefined {
    return this.#names.get(id);
  }

  #note(name: string, id: number): void {
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }

  #forgetOne(): void {
    const [[name, id]] = this.#ids;
    this.#delete.run(id);
    this.#ids.delete(name);
    this.#names.delete(id);
  }
}
