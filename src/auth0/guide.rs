//! What people have to do by hand, written beside the files.
use super::tenant_files::{BRIDGE, CONNECTION};
use crate::config::token::Token;

/// The README of the directory while users cross.
#[must_use]
pub fn crossing(token: &Token) -> String {
    let (issuer, audience) = (&token.issuer, &token.audience);
    format!(
        "# The Auth0 side of the bridge

Written by `drawbridge auth0 write`; import it with `a0deploy import --config_file config.json --input_file .` (auth0-deploy-cli).
It holds no secret. What it makes: the database connection `{CONNECTION}` with import mode, its two scripts, the API
`{audience}`, the client `{BRIDGE}` with its grant, and four Actions.

Five things are done by hand:

1. **Your own Actions.** `triggers/triggers.json` replaces the bindings of post-login and credentials-exchange. Export your
   tenant first (`a0deploy export`), and put your own Actions into that file where they have to run.
2. **Three values.** Put `AUTH0_CLIENT_ID` of the deploy tool and `BRIDGE_URL` (`https://` and the host on which Auth0 reaches the
   bridge) into `config.json`, and import once: the client `{BRIDGE}` comes to be. Then put its id and its secret
   (Applications → {BRIDGE} → Settings) into `BRIDGE_CLIENT_ID` and `BRIDGE_CLIENT_SECRET`, through the environment of the deploy tool
   rather than the file, and import again. Until then nobody can log in through the connection.
3. **The applications that use it.** Switch the connection `{CONNECTION}` on for them (Authentication → Database →
   {CONNECTION} → Applications), and off for connections that it replaces.
4. **The bridge.** `token.issuer = \"{issuer}\"` and `token.audience = \"{audience}\"` are in its configuration already; add
   `token.clients = [\"<id of {BRIDGE}>\"]`, start it, and let the firewall in front of it take Auth0's addresses of your region.
5. **Try it** (Authentication → Database → {CONNECTION} → Try Connection) with one old account and its password: the tenant's log
   has a success, the user is there with its metadata, and the second login no longer reaches the bridge.

The scripts read their settings from the connection (Custom Database → Database Settings). `METADATA_KEY` is the key under which
the user's metadata is handed over, `app_metadata` or `metadata`: if the first user arrives without metadata, take the other one.

`WAIT_FOR_RESTORE` of the Action `drawbridge-mark-migrated`: with `false` a user is marked at the first login. Auth0 stores metadata only
when a login ends; where people often break off behind the Actions (a second factor at the first login), `true` marks at the second
login instead, when the metadata is known to be stored.

When the last user has crossed: `drawbridge auth0 write --complete --out DIR`, and import that.
"
    )
}

/// The README of the directory of a finished migration.
#[must_use]
pub fn complete() -> String {
    format!(
        "# A finished migration

Written by `drawbridge auth0 write --complete`; import it with `a0deploy import --config_file config.json --input_file .`.
The scripts of the connection `{CONNECTION}` ask nobody any more. **Import Users to Auth0 stays on**: with it off, Auth0 would ask
the scripts instead of its own store, and nobody could log in.

Then, by hand: unbind the Actions `drawbridge-restore-metadata` and `drawbridge-mark-migrated` from post-login, remove the client
`{BRIDGE}` and its API, and stop the bridge. `drawbridge sql` prints the statements that take its role and its ledger away.
"
    )
}
