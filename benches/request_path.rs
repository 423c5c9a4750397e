//! Where the time of a request goes, step by step in memory and as a whole over HTTP: `cargo bench --bench request_path`.
//!
//! Names behind it choose: `cargo bench --bench request_path -- gate`. Servers are started for what is chosen only.
#![allow(clippy::pedantic, reason = "a bench fails loudly")]
mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drawbridge::{
    accounts::{error::Refusal, profile, user_id},
    config::load::Needs,
    http::{body, problem::Problem},
    store::legacy_row::{LegacyRow, LegacyValue},
    telemetry::metrics::Metrics,
    token::{
        gate::{Gate, Scope},
        keys::Keys,
    },
};
use futures_util::FutureExt;
use serde_json::json;
use std::{cell::LazyCell, hint::black_box, sync::Arc};
use support::{
    callers::{Asked, Callers},
    configuration, group,
    legacy_table::{LegacyTable, MAPPING},
    servers::{
        bridge::Bridge,
        issuer::{AUDIENCE, Issuer, SigningKey},
    },
    signers::Signer,
};

/// A token that was verified before, one that was not, and one that its key has not signed.
fn gate(criterion: &mut Criterion) {
    let (issuer, signers) = (Issuer::start(), Signer::each());
    issuer.publishes(&signers.each_ref().map(Signer::jwk));
    let algorithms = signers.each_ref().map(Signer::algorithm);
    let text = format!(
        "[token]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\nalgorithms = {algorithms:?}\n\
         [database]\nurl = \"sqlite:legacy.db\"\n{MAPPING}",
        issuer.url
    );
    let rules = configuration(&text, Needs::token()).token.expect("the rules");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let keys = Keys::start(&rules, runtime.handle(), &Metrics::new().expect("metrics")).expect("a key cache");
    runtime.block_on(keys.first_attempt());
    // Nothing is waited for where the keys are known: a gate that waits fails here.
    let admits = |gate: &Gate, authorization: &str| {
        gate.admit(Some(authorization.as_bytes()), Scope::GetUser).now_or_never().expect("no waiting").is_ok()
    };
    let mut group = group(criterion, "gate");
    for signer in &signers {
        let (name, token) = (signer.algorithm(), signer.token(&issuer.claims()));
        let good = format!("Bearer {token}");
        // Ten base64 characters of the signature's middle: of the right length, and of nobody.
        let forged = format!("{}AAAAAAAAAA{}", &good[..good.len() - 40], &good[good.len() - 30..]);
        let known = Gate::new(&rules, Arc::clone(&keys));
        assert!(admits(&known, &good) && !admits(&known, &forged));
        group.bench_function(format!("{name}/seen"), |bencher| bencher.iter(|| admits(&known, black_box(&good))));
        group.bench_function(format!("{name}/new"), |bencher| {
            let forgetful = || Gate::new(&rules, Arc::clone(&keys));
            bencher.iter_batched_ref(forgetful, |gate| admits(gate, &good), criterion::BatchSize::SmallInput)
        });
        group.bench_function(format!("{name}/forged"), |bencher| bencher.iter(|| admits(&known, black_box(&forged))));
    }
    group.finish();
}

/// Whether a body is one.
type Reading<'a> = &'a dyn Fn(&[u8]) -> bool;

/// The bytes of a body as what is looked up. That they arrive is part of the whole.
fn bodies(criterion: &mut Criterion) {
    let login = |body: &[u8]| body::parse::<body::Login>(body).and_then(body::Login::checked).is_ok();
    let get_user = |body: &[u8]| body::parse::<body::GetUser>(body).and_then(body::GetUser::checked).is_ok();
    let mark = |body: &[u8]| body::parse::<body::MarkMigrated>(body).and_then(body::MarkMigrated::checked).is_ok();
    let cases: [(&str, bool, Reading<'_>, &[u8]); 5] = [
        ("login", true, &login, br#"{"identifier":"ada@example.com","password":"a password of usual length"}"#),
        ("get_user", true, &get_user, br#"{"identifier":"ada@example.com"}"#),
        ("mark_migrated", true, &mark, br#"{"user_id":"auth0|legacy|4711"}"#),
        ("unknown field", false, &get_user, br#"{"identifier":"ada@example.com","role":"admin"}"#),
        ("not JSON", false, &get_user, b"identifier=ada@example.com"),
    ];
    let mut group = group(criterion, "body");
    for (name, good, read, body) in cases {
        assert_eq!(read(body), good);
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(body))));
    }
    group.finish();
}

/// From a row to the bytes of the answer, and an answer without a row.
fn answers(criterion: &mut Criterion) {
    let plain = "[users.metadata]\nplan = \"plan_code\"";
    let php = "[users.metadata]\nroles = { column = \"roles\", type = \"php\" }";
    let computed = "[users.metadata]\nplan = { cel = \"row.plan_code == 'gold' ? 'paying' : 'free'\" }\n\
                    who = { cel = \"row.full_name + ' (' + row.username + ')'\" }";
    let text = |text: &str| LegacyValue::Text(text.into());
    let row = LegacyRow::new(vec![
        ("id".into(), LegacyValue::Int(4711)),
        ("email".into(), text("ada@example.com")),
        ("username".into(), text("ada")),
        ("full_name".into(), text("Ada of Example")),
        ("is_active".into(), LegacyValue::Bool(true)),
        ("plan_code".into(), text("gold")),
        ("roles".into(), text(r#"a:2:{s:6:"editor";b:1;s:6:"author";b:1;}"#)),
        ("password".into(), text("$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe")),
    ]);
    let mut group = group(criterion, "answer");
    let key = LegacyValue::Int(4711);
    let mut id = String::with_capacity(64);
    group.bench_function("user_id", |bencher| {
        bencher.iter(|| {
            id.clear();
            user_id::write(Some(black_box(&key)), "legacy|", &mut id).is_ok()
        })
    });
    for (name, metadata) in [("profile", plain), ("profile, PHP", php), ("profile, computed", computed)] {
        let text = format!("[database]\nurl = \"sqlite:legacy.db\"\n{MAPPING}").replace(plain, metadata);
        let users = configuration(&text, Needs::database()).users;
        assert!(profile::of(&row, &users).is_ok());
        group.bench_function(name, |bencher| bencher.iter(|| profile::of(black_box(&row), &users).is_ok()));
    }
    group.bench_function("problem", |bencher| {
        bencher.iter(|| Problem::Refused(Refusal::UserNotFound).response(black_box("5f0c11ee")))
    });
    group.finish();
}

/// The built binary between its callers and PostgreSQL.
struct Site {
    table: LegacyTable,
    issuer: Issuer,
    bridge: Bridge,
}

impl Site {
    fn start() -> Self {
        // Cheap, and so is the decoy then: what is left of a login is its path.
        let table = LegacyTable::filled("encode(sha256(convert_to('password ' || n, 'UTF8')), 'hex')");
        let issuer = Issuer::start();
        let configuration = format!(
            "{}schemes = [\"raw_sha256\"]\n\
             [token]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\n\
             [limits]\nclient_rate = \"off\"\naccount_attempts = \"off\"\n\
             [log]\nformat = \"json\"\nlevel = \"warn,drawbridge::cli=info\"\n",
            table.configuration(),
            issuer.url
        );
        let bridge = Bridge::start(&configuration);
        Self { table, issuer, bridge }
    }

    /// Somebody who is never marked: another one each time, far from the one before.
    fn somebody(&self, turn: u64) -> u64 {
        let half = self.table.users / 2;
        half + 1 + turn * 7919 % half
    }
}

fn whole(criterion: &mut Criterion) {
    let site = LazyCell::new(Site::start);
    let token = LazyCell::new(|| site.issuer.token());
    let forged = LazyCell::new(|| SigningKey::new("first").token(&site.issuer.claims()));
    let mut turn = 0;
    let mut turn = || {
        turn += 1;
        turn
    };
    let user = |turn: u64| Asked {
        path: "/get_user",
        token: token.clone(),
        body: json!({"identifier": format!("user{}@example.com", site.somebody(turn))}).to_string(),
    };
    let mut group = group(criterion, "whole");
    let mut line = |name: &str, callers: usize, status: u16, ask: &mut dyn FnMut(u64) -> Asked| {
        group.throughput(Throughput::Elements(callers.try_into().expect("a number")));
        group.bench_function(name, |bencher| {
            let mut callers = Callers::of(&site.bridge, callers);
            // Once more than is measured: where all runs once only, a connection that is not kept shows, too.
            callers.ask(status, || ask(turn()));
            bencher.iter(|| callers.ask(status, || ask(turn())))
        });
    };
    // What HTTP and the machine take before anything of ours begins, and what is over before the database. Without a body: who
    // is refused before it is read loses the connection, and a new one would be measured with it.
    let empty = |path, token: &str| Asked { path, token: token.to_owned(), body: String::new() };
    line("no such route", 1, 404, &mut |_| empty("/", &token));
    line("forged token", 1, 401, &mut |_| empty("/get_user", &forged));
    line("get_user", 1, 200, &mut |turn| user(turn));
    line("get_user, 32 at once", 32, 200, &mut |turn| user(turn));
    line("login, raw SHA-256", 1, 200, &mut |turn| {
        let somebody = site.somebody(turn);
        let body =
            json!({"identifier": format!("user{somebody}@example.com"), "password": format!("password {somebody}")});
        Asked { path: "/login", token: token.clone(), body: body.to_string() }
    });
    let mut marked = 0;
    line("mark_migrated, new", 1, 200, &mut |_| {
        marked += 1;
        assert!(marked <= site.table.users / 2, "all are marked: fill a larger table");
        Asked {
            path: "/mark_migrated",
            token: token.clone(),
            body: json!({"user_id": format!("legacy|{marked}")}).to_string(),
        }
    });
    line("mark_migrated, standing", 1, 200, &mut |_| Asked {
        path: "/mark_migrated",
        token: token.clone(),
        body: json!({"user_id": "legacy|1"}).to_string(),
    });
    group.finish();
}

criterion_group!(benches, gate, bodies, answers, whole);
criterion_main!(benches);
