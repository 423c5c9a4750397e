//! Loads a configuration: file, environment and secret files, with all problems at once.
use super::{
    Config,
    database::Database,
    difference::Said,
    noted::NotedFile,
    preset,
    problem::{Origin, Problem, Problems},
    section::{Context, Section},
    source,
};
use crate::sql::dialect::Dialect;
use std::path::Path;

/// Which optional sections a command needs.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    token: bool,
    placeholders: bool,
    auth0: bool,
}

impl Needs {
    /// The database and the users, as every command.
    #[must_use]
    pub fn database() -> Self {
        Self { token: false, placeholders: true, auth0: false }
    }

    /// The token rules, which may still be what `init` wrote.
    #[must_use]
    pub fn check() -> Self {
        Self { token: true, placeholders: true, auth0: false }
    }

    /// The token rules, too.
    #[must_use]
    pub fn token() -> Self {
        Self { token: true, placeholders: false, auth0: false }
    }

    /// The database and the tenant's Management API.
    #[must_use]
    pub fn management_api() -> Self {
        Self { token: false, placeholders: true, auth0: true }
    }
}

/// Loads the file, with the environment over it.
///
/// # Errors
/// All problems, in the order of the file.
pub fn load(
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
    needs: Needs,
) -> Result<Config, Problems> {
    load_noting(path, environment, needs).0
}

/// The same, with the files that it looked at, whatever came of it.
pub fn load_noting(
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
    needs: Needs,
) -> (Result<Config, Problems>, Vec<NotedFile>) {
    let mut files = vec![NotedFile::read_now(String::new(), path)];
    let loaded = load_into(path, environment, needs, &mut files);
    let loaded = loaded.map(|config| Config { files: files.clone(), ..config });
    (loaded, files)
}

fn load_into(
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
    needs: Needs,
    files: &mut Vec<NotedFile>,
) -> Result<Config, Problems> {
    let file = path.display().to_string();
    let whole = |message: String, hint: &str| Problems {
        file: file.clone(),
        all: vec![Problem { origin: Origin::Missing, key: String::new(), message, hint: Some(hint.to_owned()) }],
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        whole(
            format!("the configuration cannot be read: {error}"),
            "name it with `--config FILE` or `DRAWBRIDGE_CONFIG`",
        )
    })?;
    let mut tree =
        source::tree(&text, environment).map_err(|problem| Problems { file: file.clone(), all: vec![problem] })?;
    let context = Context::new(path.parent().unwrap_or(Path::new("")));
    let database = super::database::read(&Section::new("database", tree.get("database"), &context));
    let dialect = database.as_ref().map_or(Dialect::Postgres, |database| database.url.dialect());
    let preset = preset::apply(&mut tree, dialect, &context);
    let config = read(&Section::new("", Some(&tree), &context), needs, database, dialect, preset);
    let secrets_inside = context.secrets_inside.into_inner();
    files.extend(context.files.into_inner());
    let said = Said::of(&tree, files);
    let config = config.map(|config| Config { secrets_inside, said, ..config });
    let mut all = context.problems.into_inner();
    match config {
        Some(config) if all.is_empty() => Ok(config),
        _ => {
            // Lines first, in their order; then variables; then what is missing.
            all.sort_by(|a, b| a.origin.cmp(&b.origin));
            all.dedup();
            Err(Problems { file, all })
        }
    }
}

/// Reads every section, whatever is wrong with the others.
fn read(
    root: &Section<'_>,
    needs: Needs,
    database: Option<Database>,
    dialect: Dialect,
    preset: Option<String>,
) -> Option<Config> {
    root.node("database");
    let server = super::server::read(&root.table("server"));
    let ops = super::ops::read(&root.table("ops"));
    let token = super::token::read(&root.table("token"), needs.token, needs.placeholders);
    let users = super::users_reader::read(&root.table("users"), dialect, preset);
    let password = super::password::read(&root.table("password"), users.as_ref());
    let migration = super::migration::read(&root.table("migration"));
    let limits = super::limits::read(&root.table("limits"));
    let issuer = token.as_ref().map(|token| token.issuer.as_str()).filter(|issuer| !issuer.is_empty());
    let auth0 = super::auth0::read(&root.table("auth0"), needs.auth0, issuer);
    let audit = super::audit::read(&root.table("audit"));
    let log = super::log::read(&root.table("log"));
    root.finish();
    if server.listen == ops.listen && server.listen.port() != 0 {
        root.table("ops").problem("listen", "`ops.listen` and `server.listen` are the same address", None);
    }
    Some(Config {
        server,
        ops,
        token,
        database: database?,
        users: users?,
        password,
        migration,
        limits,
        auth0,
        audit,
        log,
        secrets_inside: Vec::new(),
        files: Vec::new(),
        said: Said::default(),
    })
}
