//! The JavaScript that runs in Auth0, as it is pasted or deployed.

/// A script or an Action by the name that `auth0 write --print` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Its source.
    pub code: &'static str,
}

/// The database scripts while users cross.
pub const SCRIPTS: [Template; 2] = [
    Template { name: "login", code: include_str!("templates/login.js") },
    Template { name: "get_user", code: include_str!("templates/get_user.js") },
];

/// The database scripts of a finished migration: nobody is asked any more.
pub const COMPLETE: [Template; 2] = [
    Template { name: "login", code: include_str!("templates/complete_login.js") },
    Template { name: "get_user", code: include_str!("templates/complete_get_user.js") },
];

/// The Actions.
pub const ACTIONS: [Template; 4] = [
    Template { name: "restore-metadata", code: include_str!("templates/actions/restore-metadata.js") },
    Template { name: "mark-migrated", code: include_str!("templates/actions/mark-migrated.js") },
    Template {
        name: "protect-bridge-audience-login",
        code: include_str!("templates/actions/protect-bridge-audience-login.js"),
    },
    Template {
        name: "protect-bridge-audience-exchange",
        code: include_str!("templates/actions/protect-bridge-audience-exchange.js"),
    },
];

/// The script or Action of this name.
#[must_use]
pub fn find(name: &str, complete: bool) -> Option<Template> {
    let scripts = if complete { COMPLETE } else { SCRIPTS };
    scripts.into_iter().chain(ACTIONS).find(|template| template.name == name)
}
