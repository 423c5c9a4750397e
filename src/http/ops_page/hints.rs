//! What to do about a dependency or a kind of problem, in one or two sentences.

/// The hint for a check of `/readyz` that is not well.
pub fn for_part(name: &str) -> &'static str {
    match name {
        "database" => {
            "Logins are answered with 503, which Auth0 passes on as \u{201c}try again\u{201d}. Is the database up, and reachable from \
             this host? `drawbridge check` says at which step it fails."
        }
        "ledger" => {
            "Without the ledger nobody can be looked up or marked. It lives where `migration.store` says; `drawbridge \
             check` says what is wrong with it."
        }
        "keys" => {
            "No token can be verified without the issuer\u{2019}s keys. Is `token.jwks_url` reachable from this host, by its \
             proxy and firewall, and its certificate trusted? They are fetched again by themselves."
        }
        "certificate" => {
            "Put a new certificate and its key in the place of the old ones: they are read again within seconds, \
             without a restart."
        }
        "configuration" => {
            "The log and the list of problems say what is wrong with it; `drawbridge check` says it, too. It is tried again \
             by itself, and at once by `systemctl reload drawbridge` or SIGHUP."
        }
        "audit" => {
            "Decisions are not recorded; with `audit.required` every request is refused until they are. Is the disk full, or \
             the file no longer the service\u{2019}s to write? It goes on by itself."
        }
        "throttle_store" => {
            "Nobody is refused or let in because of it, but a guesser has as many attempts as there are replicas. Is the \
             Redis of `limits.store` up, and reachable from this host?"
        }
        "shutdown" => "The process was told to end: accepted requests finish, new ones are for the other replicas.",
        _ => "The log has the details; `drawbridge check` tells more.",
    }
}

/// The hint for an event of the log that brings none.
pub fn for_problem(message: &str) -> &'static str {
    let hints: &[(&str, &str)] = &[
        (
            "the database did not answer",
            "The request got 503. Once is a hiccup; a row of them is an outage, or a pool or time limit that is too \
             small (`database.pool`, `database.statement_timeout`). `drawbridge check` says which.",
        ),
        (
            "the signing keys could not be fetched",
            "The last good keys stay in use until `token.max_stale`. Is `token.jwks_url` reachable from this host, and \
             is its certificate trusted?",
        ),
        (
            "a stored hash cannot be verified",
            "People with such a hash cannot log in. `drawbridge census` counts them by reason; where the scheme is \
             `ambiguous`, name it in `password.schemes`.",
        ),
        (
            "a user cannot be mapped",
            "A row breaks a rule of the profile, and this person cannot cross. `drawbridge check` finds such rows in a \
             sample; mend the row, or the mapping in `[users]`.",
        ),
        (
            "a genuine token has no",
            "Somebody other than the scripts uses the audience. Deploy the Actions that protect it (`drawbridge auth0 \
             write`).",
        ),
        (
            "the new configuration is not used",
            "Beside this line are the ones that say what is wrong. The old configuration serves on; the new one is tried \
             again when a file changes, and by itself.",
        ),
        (
            "these keys need a restart",
            "Everything else in the file is in force. Restart the service when it suits; with `drawbridge.socket` nobody is \
             refused meanwhile.",
        ),
        (
            "confined as far as this system can",
            "The line of the log says what this kernel does not have; everything is there from Linux 6.12 on.",
        ),
        (
            "the users could not be counted",
            "The numbers of the migration stay as they were. Counting reads the whole table within \
             `database.statement_timeout`; `drawbridge status` counts without that limit.",
        ),
        ("the metrics cannot be written", "This is a fault of the program: please report it with the line of the log."),
    ];
    let found = hints.iter().find(|(beginning, _)| message.starts_with(beginning));
    found.map_or("The line of the log has the details.", |(_, hint)| hint)
}
