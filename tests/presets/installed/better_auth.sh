#!/usr/bin/env bash
# better-auth 1.7: getMigrations() makes the tables, signUpEmail() the users. SQLite (Node's own module) or an empty
# PostgreSQL database, as the URL says. The plugins username, admin and phone number are on: they add columns.
# First run 19 s, 220 MB in the cache, 185 of them Node; second run 1 s.
. "$(dirname "$0")/common.sh"
database "${1:-}"
only sqlite postgres
node_packages better_auth better-auth@1.7.7 pg@8.16.3
scratch
ln -s "$modules" "$scratch/node_modules"
cat >"$scratch/users.mjs" <<'JS'
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { admin, phoneNumber, username } from "better-auth/plugins";
import pg from "pg";

const { kind, file, password, db_host, db_port, db_user, db_password, db_name } = process.env;
const database = kind === "sqlite"
  ? new DatabaseSync(file)
  : new pg.Pool({ host: db_host, port: Number(db_port), user: db_user, password: db_password, database: db_name });
const auth = betterAuth({
  database,
  baseURL: "http://localhost:3000",
  secret: "only for this test, and long enough for the library",
  telemetry: { enabled: false },
  emailAndPassword: { enabled: true },
  plugins: [username(), admin(), phoneNumber()],
});
await (await getMigrations(auth.options)).runMigrations();
const ada = await auth.api.signUpEmail({
  body: {
    email: "Ada@Example.com", password, name: "Ada Pontis", username: "ada", image: "https://example.com/ada.png",
  },
});
await auth.api.signUpEmail({ body: { email: "grace@example.com", password, name: "Grace", username: "grace" } });
// What the routes of the plugins do behind their check of a session.
const context = await auth.$context;
const more = { role: "admin,editor", emailVerified: true, phoneNumber: "+4930123" };
await context.internalAdapter.updateUser(ada.user.id, more);
const grace = await context.internalAdapter.findUserByEmail("grace@example.com");
await context.internalAdapter.updateUser(grace.user.id, { banned: true, banReason: "test" });
// Somebody who signed up with another provider has an account without a password, and Ada has one beside her own.
await context.internalAdapter.linkAccount({ userId: ada.user.id, providerId: "github", accountId: "4711" });
if (kind === "postgres") await database.end();
JS
export kind file="${file:-}" password
run node --no-warnings "$scratch/users.mjs"
echo "$name: $kind"
