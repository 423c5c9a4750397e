// The old application's database, in SQLite, with bcrypt hashes of cost 5: real ones, and quick to verify.
"use strict";
const { execFileSync } = require("node:child_process");

const PASSWORD = "correct horse battery staple";
const HASH = "$2b$05$IOpas2MV63LOdsCzvARxIu1dX8FgbdlZNlr7eTOCvMkv79UlRwsIi";
const UMLAUT_PASSWORD = "umlaut-pässword";
const UMLAUT_HASH = "$2b$05$QrCHUgK8SbYqDQ0QoqGIvuExNaVfDcA2mGlI4sJM/YTnz9M.4vNwe";

/** Everybody in it; `id` counts from 1. */
const PEOPLE = [
  { email: "Ada@Old.example", username: "ada", name: "Ada Lovelace", plan: "gold", roles: '["admin","author"]' },
  { email: "grace@old.example", username: "grace", name: "Grace Hopper", plan: "silver", hash: UMLAUT_HASH },
  { email: "blaise@old.example", username: "blaise", name: "Blaise Pascal", plan: "free", active: 0 },
  { email: "twin@old.example", username: "twin1", name: "First Twin" },
  { email: "TWIN@old.example", username: "twin2", name: "Second Twin" },
  { email: "nopass@old.example", username: "nopass", name: "No Password", hash: "!" },
  { email: "broken@old.example", username: "broken", name: "Broken Hash", hash: "$2b$05$broken" },
  { email: "kurt@old.example", username: "kurt", name: "Kurt Gödel", plan: "gold" },
  ...Array.from({ length: 40 }, (_, place) => ({
    email: `person${place}@old.example`,
    username: `person${place}`,
    plan: "free",
  })),
];

function statements() {
  const text = (value) => (value === undefined || value === null ? "NULL" : `'${String(value).replaceAll("'", "''")}'`);
  const rows = PEOPLE.map(
    ({ email, username, name, plan, roles, active = 1, hash = HASH }, place) =>
      `(${place + 1}, ${[email, username, name, plan, roles].map(text)}, ${active}, ${text(hash)}, 'de')`,
  );
  return `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE, username TEXT COLLATE NOCASE, full_name TEXT,
      plan_code TEXT, roles TEXT, is_active INTEGER, password TEXT, locale TEXT);
    CREATE INDEX users_email ON users (email); CREATE INDEX users_username ON users (username);
    INSERT INTO users VALUES ${rows.join(",\n")};`;
}

/** Runs SQL on the file; Node has had SQLite since 22, Python always. */
function sql(file, text) {
  try {
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(file);
    database.exec(text);
    database.close();
  } catch (error) {
    if (error.code !== "ERR_UNKNOWN_BUILTIN_MODULE") {
      throw error;
    }
    const program = "import sqlite3,sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())";
    execFileSync("python3", ["-c", program, file], { input: text });
  }
}

const makeLegacyDatabase = (file) => sql(file, statements());

module.exports = { makeLegacyDatabase, sql, PEOPLE, PASSWORD, UMLAUT_PASSWORD };
