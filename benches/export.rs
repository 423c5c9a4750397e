//! What a user of `bulk export` takes, part by part in memory and as a whole from PostgreSQL: `cargo bench --bench export`.
//!
//! Beside `psql COPY` and a script in Python: `benches/compare/logins.py --only export`.
#![allow(clippy::pedantic, reason = "a bench fails loudly")]
mod support;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use drawbridge::{
    accounts::pages::{NoPages, Pages},
    bulk::{
        auth0_user::Writer,
        chunk_files::ChunkWriter,
        shard::Shard,
        waiting::{Settled, Waiting},
    },
    config::load::Needs,
    store::{
        self,
        legacy_row::{LegacyRow, LegacyValue},
        runtime::DatabaseRuntime,
    },
};
use std::{
    cell::LazyCell,
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
};
use support::{
    configuration, group,
    legacy_table::{LegacyTable, MAPPING, many},
};

/// A row of somebody whose stored hash is this one.
fn row(hash: &str) -> LegacyRow {
    let text = |text: &str| LegacyValue::Text(text.into());
    LegacyRow::new(vec![
        ("id".into(), LegacyValue::Int(4711)),
        ("email".into(), text("ada@example.com")),
        ("username".into(), text("ada")),
        ("full_name".into(), text("Ada of Example")),
        ("is_active".into(), LegacyValue::Bool(true)),
        ("plan_code".into(), text("gold")),
        ("roles".into(), text(r#"a:2:{s:6:"editor";b:1;s:6:"author";b:1;}"#)),
        ("password".into(), text(hash)),
    ])
}

/// From a row to a user of the file. One row again and again: the memory of many rows is part of the whole.
fn users(criterion: &mut Criterion) {
    let plan = "plan = \"plan_code\"";
    let php = "roles = { column = \"roles\", type = \"php\" }";
    let computed = "plan = { cel = \"row.plan_code == 'gold' ? 'paying' : 'free'\" }";
    let bcrypt = "$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe";
    let pbkdf2 = "pbkdf2_sha256$600000$abcdefghijklmnop$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let mut group = group(criterion, "user");
    group.throughput(Throughput::Elements(1));
    for (name, metadata, hash) in [
        ("plain, bcrypt", plan, bcrypt),
        ("plain, transcoded", plan, pbkdf2),
        ("PHP, bcrypt", php, bcrypt),
        ("computed, bcrypt", computed, bcrypt),
    ] {
        let text = format!("[database]\nurl = \"sqlite:legacy.db\"\n{MAPPING}").replace(plan, metadata);
        let config = configuration(&text, Needs::database());
        let mut writer = Writer::new(&config, &[]).expect("the schema");
        let (row, mut json) = (row(hash), Vec::with_capacity(1024));
        let mut write = || {
            json.clear();
            writer.read(black_box(&row)).and_then(|()| writer.write(&row, &mut json)).is_ok()
        };
        assert!(write());
        group.bench_function(name, |bencher| bencher.iter(&mut write));
    }
    group.finish();
}

/// Whose shard a key is.
fn shards(criterion: &mut Criterion) {
    let shard: Shard = "3/8".parse().expect("a shard");
    let mut group = group(criterion, "shard");
    group.throughput(Throughput::Elements(1));
    let text = LegacyValue::Text("0b9f6a52-6c1e-4c1b-9d0e-3c2b1a4f5e6d".into());
    for (name, key) in [("whole number", LegacyValue::Int(4711)), ("UUID", text)] {
        group.bench_function(name, |bencher| bencher.iter(|| shard.holds(Some(black_box(&key)))));
    }
    group.finish();
}

/// Who has an address that somebody before has; then the files, until the disk has them.
fn behind_the_users(criterion: &mut Criterion) {
    let users = many();
    let addresses: Vec<(String, String)> =
        (0..users).map(|n| (format!("legacy|{n}"), format!("User{n}@example.com"))).collect();
    let json = vec![b'x'; 250];
    let mut group = group(criterion, "behind the users");
    group.sample_size(10).throughput(Throughput::Elements(users));
    group.bench_function("addresses", |bencher| {
        bencher.iter_batched_ref(
            Waiting::default,
            |waiting| {
                let mut told = 0_u64;
                let mut settle = |waiting: &mut Waiting| {
                    waiting.settle(|settled| {
                        told += u64::from(matches!(settled, Settled::User(_)));
                        Ok::<_, ()>(())
                    })
                };
                for (user_id, address) in &addresses {
                    waiting.add(user_id, address);
                    if waiting.is_full() {
                        settle(waiting).expect("nobody refuses");
                    }
                }
                settle(waiting).expect("nobody refuses");
                assert_eq!(told, users);
            },
            BatchSize::PerIteration,
        )
    });
    group.bench_function("files", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().expect("a directory"),
            |directory| {
                let mut writer = ChunkWriter::new(directory.path()).expect("threads");
                (0..users).for_each(|_| writer.add(&json).expect("room on the disk"));
                let files = writer.finish().expect("room on the disk");
                (directory, files)
            },
            BatchSize::PerIteration,
        )
    });
    group.finish();
}

/// The rows alone, and the command from its start to its end.
fn whole(criterion: &mut Criterion) {
    let table = LazyCell::new(|| {
        let table = LegacyTable::filled(&bcrypt());
        table.exec(
            "INSERT INTO drawbridge_migrated_users SELECT 'legacy|' || id, now(), 'client' FROM users WHERE id % 20 = 7",
        );
        table.exec("VACUUM ANALYZE drawbridge_migrated_users");
        table
    });
    let users = many();
    let mut group = group(criterion, "whole");
    group.sample_size(10).throughput(Throughput::Elements(users));
    group.bench_function("rows", |bencher| {
        let config = configuration(&table.configuration(), Needs::database());
        let runtime = DatabaseRuntime::start().expect("threads");
        let opened = store::open(&config.database, &config.users, &config.password, &runtime);
        let store = runtime.handle().block_on(opened).expect("an open store");
        bencher.iter(|| {
            let read = runtime.handle().block_on(async {
                let (mut pages, mut read) = (Pages::new(&store, None)?, 0_u64);
                let mut count = |_: &LegacyRow| {
                    read += 1;
                    Ok::<_, NoPages>(())
                };
                while pages.next(&mut count).await? {}
                Ok::<_, NoPages>(read)
            });
            assert_eq!(read.expect("all rows"), users);
        })
    });
    group.bench_function("command", |bencher| {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("drawbridge.toml");
        std::fs::write(&file, table.configuration()).expect("the configuration is written");
        bencher.iter_batched(
            || tempfile::tempdir().expect("a directory"),
            |out| {
                command(&file, out.path());
                out
            },
            BatchSize::PerIteration,
        )
    });
    group.finish();
}

/// Exact texts of bcrypt, three in four of the cost that the import takes as it stands. Nobody computes a hundred thousand
/// hashes: these are characters of its alphabet, where the two that end a half have no stray bits.
fn bcrypt() -> String {
    // Six of base64 for four of MD5.
    let random = |salt: &str| {
        format!(
            "translate(encode(decode(md5(n || '{salt}') || md5('{salt}' || n), 'hex'), 'base64'), '+=' || chr(10), '.')"
        )
    };
    format!(
        "(ARRAY['$2a$10$', '$2b$10$', '$2y$10$', '$2a$12$'])[1 + n % 4] || substr({}, 1, 21) || 'u' || \
         substr({}, 1, 30) || 'u'",
        random("salt"),
        random("digest")
    )
}

fn command(configuration: &Path, out: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drawbridge"));
    command.args(["bulk", "export", "--config"]).arg(configuration).arg("--out").arg(out);
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(ended.expect("the binary starts").success(), "the export failed");
}

criterion_group!(benches, users, shards, behind_the_users, whole);
criterion_main!(benches);
