#!/usr/bin/env bash
# Ghost 6: its knex-migrator makes a SQLite database, its model User the staff. The newest version whose SQLite is the
# package sqlite3, which compiles with the C++ compiler of Debian 12 in a minute.
# First run 25 to 50 s, a minute more where SQLite is not compiled yet, 0.8 GB with Node; second run 13 s.
. "$(dirname "$0")/common.sh"
database "${1:-}"
only sqlite
version=6.44.0
own_node
ghost=$cache/ghost-$version
if [ ! -e "$ghost/.done" ]; then
    rm -rf "$ghost"
    mkdir -p "$ghost"
    # The package cannot be a dependency: it refers to packages in a folder of its own. It is unpacked and brings the
    # lock file of pnpm with it.
    npm_in "$cache/pnpm" install --no-save pnpm@10.34.8
    scratch
    (cd "$scratch" && run npm pack --silent "ghost@$version")
    tar -xzf "$scratch/ghost-$version.tgz" -C "$ghost" --strip-components 1
    # This pnpm and not the one that Ghost names, which it would download; a store that goes again after it.
    (cd "$ghost" && run node "$cache/pnpm/node_modules/pnpm/bin/pnpm.cjs" install --prod --frozen-lockfile \
        --ignore-scripts --config.manage-package-manager-versions=false --store-dir "$scratch/store")
    node_sqlite3 "$ghost/node_modules"
    touch "$ghost/.done"
fi
[ -n "${scratch:-}" ] || scratch
mkdir -p "$scratch/data" "$scratch/logs"
export NODE_ENV=development url=http://localhost paths__contentPath=$scratch logging__transports='["stdout"]'
export database__client=sqlite3 database__connection__filename=$file database__useNullAsDefault=true
export password ghost
cat >"$scratch/users.js" <<'JS'
const { ghost, password } = process.env;
require(`${ghost}/core/server/overrides`);
const { Role, User } = require(`${ghost}/core/server/models`);

(async () => {
  const context = { internal: true };
  const roles = await Role.findAll({ context });
  const role = (name) => roles.find((one) => one.get("name") === name).id;
  await User.add({
    name: "Ada Pontis", email: "Ada@Example.com", password, roles: [role("Editor")], website: "https://ada.example.com",
    profile_image: "https://example.com/ada.png",
  }, { context });
  await User.add({ name: "Grace", email: "grace@example.com", password, roles: [role("Author")], status: "inactive" },
    { context });
})().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
JS
cd "$ghost"
run node node_modules/knex-migrator/bin/knex-migrator init --mgpath "$ghost"
run node "$scratch/users.js"
echo "$name: $kind"
