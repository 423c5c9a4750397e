//! The three routes as a good Rust engineer writes them in an afternoon: actix-web, tokio-postgres, jsonwebtoken, the
//! bcrypt crate.
//!
//! Environment: PORT, DATABASE_URL, ISSUER, AUDIENCE, TOKEN_CACHE (1: a token is verified once).
mod gate;
mod passwords;

use actix_web::{App, HttpResponse, HttpServer, ResponseError, http::StatusCode, web};
use deadpool_postgres::{Pool, Runtime};
use gate::{Caller, Gate};
use serde::{Deserialize, Serialize};
use std::{env, error::Error, fmt, sync::Arc, thread};
use tokio::sync::Semaphore;
use tokio_postgres::{NoTls, Row};

const FIND: &str = "select u.id, u.email, u.username, u.full_name, u.is_active, u.plan_code, u.password, \
    (select m.migrated_at from drawbridge_migrated_users m where m.user_id = 'legacy|' || u.id) is not null as migrated \
    from users u where lower(u.email) = lower($1) or lower(u.username) = lower($1) limit 2";
const MARK: &str = "with marked as (insert into drawbridge_migrated_users (user_id, migrated_at, marked_by) \
    select 'legacy|' || u.id, now() at time zone 'utc', $2 from users u where u.id = $1 \
    on conflict do nothing returning user_id, migrated_at, true as newly_marked) \
    select user_id, newly_marked, to_char(migrated_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as migrated_at \
    from (select * from marked union all select user_id, migrated_at, false \
    from drawbridge_migrated_users where user_id = 'legacy|' || $1::bigint) told limit 1";

/// What every request needs.
struct State {
    pool: Pool,
    hashing: Semaphore,
}

/// Every answer other than 200.
#[derive(Debug)]
pub struct Problem(u16, &'static str);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let (Self(status, code), id) = (self, uuid::Uuid::new_v4().to_string());
        let body = serde_json::json!({
            "type": "about:blank", "title": code, "status": status, "code": code, "request_id": id
        });
        HttpResponse::build(self.status_code())
            .content_type("application/problem+json")
            .insert_header(("cache-control", "no-store"))
            .json(body)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GetUser {
    identifier: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    identifier: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkMigrated {
    user_id: String,
}

#[derive(Serialize)]
struct Profile<'a> {
    user_id: String,
    email: &'a str,
    email_verified: bool,
    username: &'a str,
    name: &'a str,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    plan: &'a str,
}

#[derive(Serialize)]
struct Marked<'a> {
    user_id: &'a str,
    migrated_at: &'a str,
    newly_marked: bool,
}

fn outage<E>(_: E) -> Problem {
    Problem(503, "database_unavailable")
}

fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem(400, "invalid_request"))
}

fn told(body: &impl Serialize) -> HttpResponse {
    let id = uuid::Uuid::new_v4().to_string();
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).insert_header(("x-request-id", id)).json(body)
}

fn profile(row: &Row) -> HttpResponse {
    told(&Profile {
        user_id: format!("legacy|{}", row.get::<_, i64>("id")),
        email: row.get("email"),
        email_verified: false,
        username: row.get("username"),
        name: row.get("full_name"),
        metadata: Metadata { plan: row.get("plan_code") },
    })
}

async fn find(state: &State, identifier: &str) -> Result<Option<Row>, Problem> {
    if identifier.is_empty() {
        return Err(Problem(400, "invalid_request"));
    }
    let client = state.pool.get().await.map_err(outage)?;
    let statement = client.prepare_cached(FIND).await.map_err(outage)?;
    let mut rows = client.query(&statement, &[&identifier]).await.map_err(outage)?;
    if rows.len() > 1 {
        return Err(Problem(409, "ambiguous_user"));
    }
    Ok(rows.pop().filter(|row| !row.get::<_, bool>("migrated")))
}

async fn get_user(caller: Caller, state: web::Data<State>, body: web::Bytes) -> Result<HttpResponse, Problem> {
    caller.may("legacy:get_user")?;
    match find(&state, &parsed::<GetUser>(&body)?.identifier).await? {
        Some(row) if row.get("is_active") => Ok(profile(&row)),
        _ => Err(Problem(404, "user_not_found")),
    }
}

async fn login(caller: Caller, state: web::Data<State>, body: web::Bytes) -> Result<HttpResponse, Problem> {
    caller.may("legacy:login")?;
    let Login { identifier, password } = parsed(&body)?;
    let row = find(&state, &identifier).await?;
    let stored = row.as_ref().and_then(|row| row.get::<_, Option<String>>("password"));
    let hash = stored.clone().unwrap_or_else(|| passwords::DECOY.into());
    let right = {
        let _turn = state.hashing.acquire().await.map_err(outage)?;
        web::block(move || passwords::matches(&password, &hash)).await.map_err(outage)?
    };
    match row {
        None => Err(Problem(404, "user_not_found")),
        Some(_) if stored.is_none() => Err(Problem(422, "no_password")),
        Some(_) if !right => Err(Problem(422, "wrong_password")),
        Some(row) if !row.get::<_, bool>("is_active") => Err(Problem(422, "account_disabled")),
        Some(row) => Ok(profile(&row)),
    }
}

async fn mark_migrated(caller: Caller, state: web::Data<State>, body: web::Bytes) -> Result<HttpResponse, Problem> {
    caller.may("legacy:mark_migrated")?;
    let given = parsed::<MarkMigrated>(&body)?.user_id;
    let key = given.strip_prefix("auth0|").unwrap_or(&given);
    let key: i64 = key.strip_prefix("legacy|").unwrap_or(key).parse().map_err(|_| Problem(404, "user_not_found"))?;
    let client = state.pool.get().await.map_err(outage)?;
    let statement = client.prepare_cached(MARK).await.map_err(outage)?;
    let row = client.query_opt(&statement, &[&key, &&*caller.client]).await.map_err(outage)?;
    let row = row.ok_or(Problem(404, "user_not_found"))?;
    Ok(told(&Marked { user_id: row.get(0), newly_marked: row.get(1), migrated_at: row.get(2) }))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let gate = Arc::new(
        Gate::new(env::var("ISSUER")?, env::var("AUDIENCE")?, env::var("TOKEN_CACHE").is_ok_and(|set| set == "1"))
            .await?,
    );
    actix_web::rt::spawn(Arc::clone(&gate).keep_fresh());
    let mut database = deadpool_postgres::Config::new();
    database.url = Some(env::var("DATABASE_URL")?);
    database.pool = Some(deadpool_postgres::PoolConfig::new(16));
    let pool = database.create_pool(Some(Runtime::Tokio1), NoTls)?;
    let hashing = Semaphore::new(thread::available_parallelism()?.get());
    let state = web::Data::new(State { pool, hashing });
    let gate = web::Data::from(gate);
    HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(gate.clone())
            .app_data(web::PayloadConfig::new(8192))
            .route("/login", web::post().to(login))
            .route("/get_user", web::post().to(get_user))
            .route("/mark_migrated", web::post().to(mark_migrated))
    })
    .workers(2)
    .bind(("127.0.0.1", env::var("PORT")?.parse()?))?
    .run()
    .await?;
    Ok(())
}
