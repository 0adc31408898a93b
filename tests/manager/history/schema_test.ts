import { strict as assert } from "node:assert";
import { DatabaseSync } from "node:sqlite";
import {
  APPLICATION_ID,
  migrate,
  MIGRATIONS,
  SchemaError,
} from "../../../manager/history/schema.ts";

function open(): DatabaseSync & Disposable {
  const db = new DatabaseSync(":memory:");
  return Object.assign(db, { [Symbol.dispose]: () => db.close() });
}

function schemaOf(db: DatabaseSync): unknown[] {
  return db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
}

function versionOf(db: DatabaseSync): unknown {
  return db.prepare("PRAGMA user_version").get()!.user_version;
}

for (let version = 0; version <= MIGRATIONS.length; version++) {
  Deno.test(`migrate brings schema ${version} to the newest`, () => {
    using fresh = open();
    migrate(fresh);
    using db = open();
    if (version > 0) migrate(db, MIGRATIONS.slice(0, version));
    assert.equal(versionOf(db), version);
    migrate(db);
    assert.equal(versionOf(db), MIGRATIONS.length);
    assert.deepEqual(schemaOf(db), schemaOf(fresh));
    migrate(db);
    assert.deepEqual(schemaOf(db), schemaOf(fresh));
  });
}

Deno.test("migrate takes each step wholly or not at all, and goes on where it stopped", () => {
  using db = open();
  const steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x); SELECT * FROM missing"];
  assert.throws(() => migrate(db, steps), /missing/);
  assert.equal(versionOf(db), 1);
  assert.deepEqual(schemaOf(db).length, 1);
  migrate(db, [steps[0], "CREATE TABLE b (x); INSERT INTO b VALUES (1)", "UPDATE b SET x = x + 1"]);
  assert.equal(versionOf(db), 3);
  assert.equal(db.prepare("SELECT x FROM b").get()!.x, 2);
});

Deno.test("migrate leaves alone what is of a newer version or another program", () => {
  using newer = open();
  migrate(newer);
  newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  assert.throws(() => migrate(newer), (error) => {
    assert.ok(error instanceof SchemaError);
    assert.match(
      error.message,
      /^its schema \d+ is of a newer version of this program, which knows \d+$/,
    );
    return true;
  });
  using foreign = open();
  foreign.exec("CREATE TABLE theirs (x)");
  assert.throws(() => migrate(foreign), SchemaError);
  using owned = open();
  owned.exec("PRAGMA application_id = 1234");
  assert.throws(() => migrate(owned), SchemaError);
  assert.equal(schemaOf(owned).length, 0);
  assert.ok(APPLICATION_ID > 0);
});
