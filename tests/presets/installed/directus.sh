#!/usr/bin/env bash
# Directus 11: `directus bootstrap` makes a SQLite database; its UsersService, which `directus users create` calls and
# which takes more than an address, makes the users.
# First run 2:35 (a third of it compiling SQLite), 1 GB in the cache with Node; second run 7 s.
. "$(dirname "$0")/common.sh"
database "${1:-}"
only sqlite
node_packages directus directus@11.17.4
[ -e "$modules/isolated-vm/out/isolated_vm.js" ] || {
    node_sqlite3 "$modules"
    # The sandbox of its flows would take minutes to compile; nothing here runs a flow.
    mkdir -p "$modules/isolated-vm/out"
    echo 'exports.ivm = {};' >"$modules/isolated-vm/out/isolated_vm.js"
}
scratch
mkdir "$scratch/extensions" "$scratch/uploads"
export DB_CLIENT=sqlite3 DB_FILENAME=$file SECRET=only-for-this-test-and-long-enough PUBLIC_URL=http://localhost
export ADMIN_EMAIL=root@example.com ADMIN_PASSWORD=Another-Horse-9 TELEMETRY=false CONFIG_PATH=$scratch/none
export EXTENSIONS_PATH=$scratch/extensions STORAGE_LOCAL_ROOT=$scratch/uploads CI=true NO_UPDATE_NOTIFIER=1
export password
ln -s "$modules" "$scratch/node_modules"
cat >"$scratch/users.mjs" <<'JS'
import getDatabase from "@directus/api/database/index";
import { RolesService } from "@directus/api/services/roles";
import { UsersService } from "@directus/api/services/users";
import { getSchema } from "@directus/api/utils/get-schema";

const services = { schema: await getSchema(), knex: getDatabase() };
const role = await new RolesService(services).createOne({ name: "Editors" });
const users = new UsersService(services);
const { password } = process.env;
await users.createOne({
  email: "Ada@Example.com", password, first_name: "Ada", last_name: "Pontis", role, language: "de-DE", status: "active",
});
await users.createOne({ email: "grace@example.com", password, first_name: "Grace", status: "suspended" });
process.exit(0);
JS
cd "$scratch"
run node "$modules/directus/cli.js" bootstrap
run node "$scratch/users.mjs"
echo "$name: $kind"
