//! Opens a store: asks the catalogue, plans the statements, builds the pool. A store that does not fit its database
//! is never opened.
use super::{
    Store,
    error::{StoreError, StoreErrorKind},
    mysql, mysql_catalogue,
    mysql_stream::Unbuffered,
    pipeline::Pipeline,
    plan::{self, Facts, SchemaProblem},
    postgres, postgres_catalogue,
    postgres_copy::Copy,
    runtime::DatabaseRuntime,
    session::{self, SessionLimits, Sessions},
    sql_store::SqlStore,
    sqlite, sqlite_catalogue,
    sqlserver::TdsManager,
    sqlserver_catalogue,
    statements::Plan,
};
use crate::{
    config::{
        database::{Database, DatabaseUrl},
        password::Password,
        users::Users,
    },
    sql::select_user::Origin,
};
use futures_util::FutureExt;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Opens the legacy database that the configuration names.
///
/// # Errors
///
/// `Connection` when it cannot be reached, `Refused` when it refuses the role, `Schema` with every table and column
/// that does not fit, one a line.
pub async fn open(
    database: &Database,
    users: &Users,
    password: &Password,
    runtime: &DatabaseRuntime,
) -> Result<Arc<dyn Store>, StoreError> {
    let (database, users, password, inner) = (database.clone(), users.clone(), password.clone(), runtime.clone());
    runtime
        .run(async move {
            let (plan, problems) = surveyed(&database, &users, &password).await?;
            for problem in &problems {
                tracing::warn!(hint = problem.hint.as_deref(), "{}", problem.message);
            }
            let Some(plan) = plan else { return Err(schema_error(&problems)) };
            let limits = SessionLimits::of(&database);
            let store: Arc<dyn Store> = match &database.url {
                DatabaseUrl::Postgres(url) => {
                    let settings = Arc::new(postgres::Settings::new(url, limits, true)?);
                    let copy = Copy::new(Arc::clone(&settings), inner.clone());
                    let lookups = Pipeline::beside(&settings, limits, &inner);
                    let limits = lookups.as_ref().map_or(limits, |(_, rest)| *rest);
                    let sessions = Sessions::new(session::diesel(settings.callback()), limits, inner)?;
                    let store = SqlStore::new(sessions, plan).reading_whole(copy);
                    match lookups {
                        Some((lookups, _)) => Arc::new(store.looking_up(lookups)),
                        None => Arc::new(store),
                    }
                }
                DatabaseUrl::Mysql(url) => {
                    let settings = Arc::new(mysql::Settings::new(url, limits, true)?);
                    let unbuffered = Unbuffered::new(Arc::clone(&settings), inner.clone());
                    let sessions = Sessions::new(session::diesel(settings.callback()), limits, inner)?;
                    Arc::new(SqlStore::new(sessions, plan).reading_whole(unbuffered))
                }
                DatabaseUrl::SqlServer(url) => {
                    let manager = TdsManager::new(url, database.entra_token_file.as_ref(), limits);
                    Arc::new(SqlStore::new(Sessions::new(manager, limits, inner)?, plan))
                }
                DatabaseUrl::Sqlite { path } => {
                    let settings = Arc::new(sqlite::Settings::new(path, limits, true));
                    Arc::new(SqlStore::new(Sessions::new(session::diesel(settings.callback()), limits, inner)?, plan))
                }
            };
            Ok(store)
        })
        .await
}

/// What `check` asks about the statements of a store.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// What does not fit.
    pub problems: Vec<SchemaProblem>,
    /// The lookup of an identifier that nobody has, as one text; `None` when there is no plan.
    pub lookup: Option<String>,
    /// For each identifier column the statement that counts values which more than one row has.
    pub duplicates: Vec<(String, String)>,
}

/// Everything about the table or the SELECT that does not fit, and the statements for `check`. `nobody` is an identifier
/// that nobody has.
///
/// # Errors
///
/// When the database cannot be asked at all.
pub async fn inspect(
    database: &Database,
    users: &Users,
    password: &Password,
    nobody: &'static str,
    runtime: &DatabaseRuntime,
) -> Result<Inspection, StoreError> {
    let (database, users, password) = (database.clone(), users.clone(), password.clone());
    runtime
        .run(async move {
            let (plan, problems) = surveyed(&database, &users, &password).await?;
            let lookup = plan.as_ref().map(|plan| plan.lookup(nobody));
            let is_table = users.from.path().is_some();
            let duplicates = plan.filter(|_| is_table).map(|plan| plan.duplicates()).unwrap_or_default();
            Ok(Inspection { problems, lookup, duplicates })
        })
        .await
}

impl SessionLimits {
    /// The limits of the configuration.
    pub fn of(database: &Database) -> Self {
        Self { pool: database.pool, pool_timeout: database.pool_timeout, statement_timeout: database.statement_timeout }
    }
}

fn schema_error(problems: &[SchemaProblem]) -> StoreError {
    let lines: Vec<String> = problems
        .iter()
        .filter(|problem| problem.fatal)
        .map(|problem| match &problem.hint {
            Some(hint) => format!("{} ({hint})", problem.message),
            None => problem.message.clone(),
        })
        .collect();
    StoreError::new(StoreErrorKind::Schema, lines.join("\n"))
}

type Survey = (Option<Plan>, Vec<SchemaProblem>);

async fn surveyed(database: &Database, users: &Users, password: &Password) -> Result<Survey, StoreError> {
    let limits = SessionLimits::of(database);
    // A few questions to the catalogue, each within the limits of the session.
    let longest = limits.pool_timeout + limits.statement_timeout.max(Duration::from_secs(1)) * 5;
    let unreachable = || StoreError::new(StoreErrorKind::Connection, "the database did not answer in time");
    timeout(longest, ask(database, limits, users, password)).await.unwrap_or_else(|_| Err(unreachable()))
}

async fn ask(
    database: &Database,
    limits: SessionLimits,
    users: &Users,
    password: &Password,
) -> Result<Survey, StoreError> {
    let dialect = database.url.dialect();
    let origin = match plan::origin(dialect, users) {
        Ok(origin) => origin,
        Err(problem) => return Ok((None, vec![problem])),
    };
    let planned = |facts: Result<Facts, SchemaProblem>, origin: &Origin| match facts {
        Ok(facts) => plan::plan(dialect, users, password, origin, &facts),
        Err(problem) => Err(vec![problem]),
    };
    let within =
        |_| StoreError::new(StoreErrorKind::Connection, "no connection to the database within `database.pool_timeout`");
    match &database.url {
        DatabaseUrl::SqlServer(url) => {
            let manager = TdsManager::new(url, database.entra_token_file.as_ref(), limits);
            let mut client = timeout(limits.pool_timeout, manager.connect()).await.map_err(within)??;
            match planned(sqlserver_catalogue::facts(&mut client, users, &origin).boxed().await?, &origin) {
                Ok((plan, slow)) => {
                    sqlserver_catalogue::rehearse(&mut client, &plan.find.statement).boxed().await?;
                    Ok((Some(plan), slow))
                }
                Err(problems) => Ok((None, problems)),
            }
        }
        DatabaseUrl::Postgres(url) => {
            let settings = postgres::Settings::new(url, limits, true)?;
            let client = timeout(limits.pool_timeout, settings.client()).await.map_err(within)??;
            match planned(postgres_catalogue::facts(&client, users, &origin).await?, &origin) {
                Ok((plan, slow)) => {
                    postgres_catalogue::rehearse(&client, &plan.find.statement).await?;
                    Ok((Some(plan), slow))
                }
                Err(problems) => Ok((None, problems)),
            }
        }
        DatabaseUrl::Mysql(url) => {
            let settings = mysql::Settings::new(url, limits, true)?;
            let mut client = timeout(limits.pool_timeout, settings.client()).await.map_err(within)??;
            match planned(mysql_catalogue::facts(&mut client, users, &origin).await?, &origin) {
                Ok((plan, slow)) => {
                    mysql_catalogue::rehearse(&mut client, &plan.find.statement).await?;
                    Ok((Some(plan), slow))
                }
                Err(problems) => Ok((None, problems)),
            }
        }
        DatabaseUrl::Sqlite { path } => {
            let settings = sqlite::Settings::new(path, limits, true);
            let mut client = settings.connect().await.map_err(|error| session::from_connecting(&error))?;
            match planned(sqlite_catalogue::facts(&mut client, users, &origin).await?, &origin) {
                Ok((plan, slow)) => {
                    sqlite_catalogue::rehearse(&mut client, &plan.find.statement).await?;
                    Ok((Some(plan), slow))
                }
                Err(problems) => Ok((None, problems)),
            }
        }
    }
}
