//! `drawbridge sql`: prints what an administrator runs once. With `--apply` it creates the ledger, and nothing else.
use super::{
    start,
    terminal::{self, Exit},
};
use crate::{
    config::{
        Config,
        database::{Database, DatabaseUrl},
        load::Needs,
    },
    ledger,
    preflight::needed::{self, Needed},
    sql::grants::{self, Grantee, LedgerTable},
    store::{catalogue, console::Console, runtime::DatabaseRuntime},
};
use std::path::Path;

/// Runs the command.
#[must_use]
pub fn run(path: &Path, apply: bool, admin_url_file: Option<&Path>) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let admin = match admin_url_file.map(|file| administrator(&config.database, file)).transpose() {
        Ok(admin) => admin,
        Err((message, hint)) => {
            terminal::error(&message, Some(&hint));
            return Exit::Usage;
        }
    };
    if apply {
        return create_ledger(&config, admin, &runtime);
    }
    let needed = ask_for_needed(&config, admin.as_ref(), &runtime);
    for key in &needed.unknown {
        terminal::error(
            &format!("`{key}` is SQL of your own, and nobody can tell which columns it reads"),
            Some("name them in `[users.reads]`, like `groups = [\"id\", \"name\"]`, or give `--admin-url-file`"),
        );
    }
    anstream::print!("{}", script(&config, &needed));
    if needed.unknown.is_empty() { Exit::Done } else { Exit::Usage }
}

/// The same server as somebody else, whose URL stands in a file.
fn administrator(database: &Database, file: &Path) -> Result<Database, (String, String)> {
    let url = DatabaseUrl::from_file(file)?;
    Ok(Database { url, ..database.clone() })
}

/// With an administrator at hand the catalogue tells how names are spelled; without one the configuration does.
fn ask_for_needed(config: &Config, admin: Option<&Database>, runtime: &DatabaseRuntime) -> Needed {
    let Some(admin) = admin.cloned() else { return needed::of(config, None) };
    let asked = runtime.handle().block_on(async {
        let mut console = Console::open(&admin, true).await?;
        catalogue::read(&mut console).await
    });
    match asked {
        Ok(catalogue) => needed::of(config, Some(&catalogue)),
        Err(error) => {
            terminal::error(&format!("{error}; names are as the configuration spells them"), None);
            needed::of(config, None)
        }
    }
}

fn grantee(url: &DatabaseUrl) -> Grantee<'_> {
    match url {
        DatabaseUrl::Postgres(server) | DatabaseUrl::Mysql(server) | DatabaseUrl::SqlServer(server) => {
            Grantee { role: &server.user, database: &server.database }
        }
        DatabaseUrl::Sqlite { .. } => Grantee { role: "", database: "" },
    }
}

fn script(config: &Config, needed: &Needed) -> String {
    let url = &config.database.url;
    let (dialect, grantee_) = (url.dialect(), grantee(url));
    let elsewhere = config.migration.store.as_ref().filter(|store| *store != url);
    let table = |url: &DatabaseUrl| LedgerTable { name: ledger::TABLE, create: ledger::table(url.dialect()) };
    let place = |url: &DatabaseUrl| match url {
        DatabaseUrl::Sqlite { path } => path.display().to_string(),
        _ => format!("the database {}", grantee(url).database),
    };
    let mut script =
        format!("-- Run once in {}, as its administrator; running it again changes nothing.\n", place(url));
    script += &grants::role(dialect, &grantee_);
    script += &grants::read(dialect, &grantee_, &needed.tables);
    let mut undo = String::new();
    match elsewhere {
        None => {
            script += &format!("\n-- The ledger.\n{}", grants::ledger(dialect, &grantee_, table(url)));
        }
        Some(store) => {
            let (dialect, grantee) = (store.dialect(), grantee(store));
            script += &format!("\n-- The ledger, in {}.\n", place(store));
            script += &grants::role(dialect, &grantee);
            script += &grants::ledger(dialect, &grantee, table(store));
            undo += &grants::undo(dialect, &grantee, &[], Some(ledger::TABLE));
        }
    }
    let ledger_here = elsewhere.is_none().then_some(ledger::TABLE);
    undo += &grants::undo(dialect, &grantee_, &needed.tables, ledger_here);
    script += "\n-- When the migration is over, this takes everything away again, marks included:\n";
    for line in undo.lines() {
        script += &format!("-- {line}\n");
    }
    script
}

fn create_ledger(config: &Config, admin: Option<Database>, runtime: &DatabaseRuntime) -> Exit {
    let url = config.migration.store.as_ref().unwrap_or(&config.database.url).clone();
    let database = admin.unwrap_or_else(|| Database { url: url.clone(), ..config.database.clone() });
    let dialect = url.dialect();
    if database.url.dialect() != dialect {
        terminal::error("the administrator's URL is of another backend than the ledger's", None);
        return Exit::Usage;
    }
    let role = grantee(&url);
    let mut statements = vec![ledger::table(dialect).to_owned()];
    if grantee(&database.url).role != role.role {
        statements.push(grants::on_ledger(dialect, &role, ledger::TABLE));
    }
    let done = runtime.handle().block_on(async {
        if let DatabaseUrl::Sqlite { path } = &database.url {
            ledger::create_file(path)?;
        }
        let mut console = Console::open(&database, false).await?;
        for statement in &statements {
            console.run(statement.trim()).await.map_err(crate::store::console::Said::into_error)?;
        }
        Ok::<_, crate::store::error::StoreError>(())
    });
    match done {
        Ok(()) => {
            anstream::println!("the ledger `{}` is there", ledger::TABLE);
            Exit::Done
        }
        Err(error) => {
            terminal::error(
                &error.to_string(),
                Some("`--admin-url-file FILE` names the URL of a role that may create it"),
            );
            terminal::exit_of(&error)
        }
    }
}
