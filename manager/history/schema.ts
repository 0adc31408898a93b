import type { DatabaseSync } from "node:sqlite";
import { TIERS } from "./rollup.ts";

/** A database that is none of ours to touch; the message is one line. */
export class SchemaError extends Error {
  override name = "SchemaError";
}

const FIGURES = `time INTEGER NOT NULL, proxy INTEGER NOT NULL,
  sent INTEGER NOT NULL, received INTEGER NOT NULL, connections INTEGER NOT NULL,
  failed INTEGER NOT NULL, rejected INTEGER NOT NULL,
  active_sum INTEGER NOT NULL, active_max INTEGER NOT NULL, samples INTEGER NOT NULL,
  PRIMARY KEY (time, proxy)`;

// By time first: what is written goes to the end and what is too old comes off the front, whatever the
// number of proxies; the steps lie on a grid, so that one proxy's are found one by one.
const FIRST = `
${
  TIERS.map(({ name }) => `CREATE TABLE "series_${name}" (${FIGURES}) STRICT, WITHOUT ROWID;`).join(
    "\n",
  )
}
CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE proxy (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE proxy_meta (proxy INTEGER PRIMARY KEY, meta TEXT NOT NULL) STRICT;
CREATE TABLE proxy_figures (proxy INTEGER PRIMARY KEY, figures TEXT NOT NULL) STRICT;
CREATE TABLE top (hour INTEGER NOT NULL, proxy INTEGER NOT NULL, kind TEXT NOT NULL,
  key TEXT NOT NULL, weight INTEGER NOT NULL,
  PRIMARY KEY (hour, proxy, kind, key)) STRICT, WITHOUT ROWID;
CREATE TABLE top_error (hour INTEGER NOT NULL, proxy INTEGER NOT NULL, kind TEXT NOT NULL,
  error INTEGER NOT NULL, floor INTEGER NOT NULL,
  PRIMARY KEY (hour, proxy, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE log (ended_ms INTEGER NOT NULL, proxy INTEGER NOT NULL, boot INTEGER NOT NULL,
  id INTEGER NOT NULL, started_ms INTEGER NOT NULL, client_ip TEXT NOT NULL,
  client_port INTEGER NOT NULL, target TEXT NOT NULL, user TEXT NOT NULL, state TEXT NOT NULL,
  reason TEXT NOT NULL, sent INTEGER NOT NULL, received INTEGER NOT NULL, requests INTEGER NOT NULL,
  PRIMARY KEY (ended_ms, proxy, boot, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX log_connection ON log (proxy, boot, id);
CREATE TABLE event (id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, kind TEXT NOT NULL,
  proxy_id TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
`;

const AUDIT = `
CREATE TABLE audit (id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, actor TEXT NOT NULL,
  client_ip TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL,
  detail TEXT NOT NULL) STRICT;
`;

/** Texts that other parts of the manager keep. */
const KEPT = `
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What brings a database from each version to the next; only ever added to. */
export const MIGRATIONS: readonly string[] = [FIRST, AUDIT, KEPT];

/** Says whose file it is, for those who look into it ("rpmh"). */
export const APPLICATION_ID = 0x72706d68;

/** Brings the schema up to date, a version at a time, each wholly or not at all; throws {@link SchemaError}. */
export function migrate(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  const version = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  if (owner !== APPLICATION_ID && (owner !== 0 || version !== 0 || !isEmpty(db))) {
    throw new SchemaError("the file is another program's database");
  }
  if (version > migrations.length) {
    throw new SchemaError(
      `its schema ${version} is of a newer version of this program, which knows ${migrations.length}`,
    );
  }
  for (let next = version; next < migrations.length; next++) {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(migrations[next]);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${next + 1}`);
      db.exec("COMMIT");
    } catch (error) {
      rollBack(db);
      throw error;
    }
  }
}

/** Undoes what a transaction has done, where the error has not undone it already. */
export function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // A full disk ends the transaction by itself.
  }
}

function isEmpty(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
