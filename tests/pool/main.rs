//! The verification pool: whoever runs side by side, everybody gets the own verdict.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
use drawbridge::{
    accounts::{
        decoy::{Decoy, Usual},
        verification::{Job, NotVerified},
        verify_pool::VerifyPool,
    },
    config::password::Password,
    hash::{
        attempt::Attempt,
        lanes::{self, Lane},
        registry,
        scheme::{Cost, Site, Stored, Verdict, Verifier},
        schemes::Schemes,
        typing::Typing,
    },
    store::legacy_row::{LegacyRow, LegacyValue},
    telemetry::metrics::Metrics,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// hashcat's example of mode 3200; the password is the program's name.
const BCRYPT: &str = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";

fn usual() -> Arc<Usual> {
    let row = LegacyRow::new(vec![("password".to_owned(), LegacyValue::Text(BCRYPT.to_owned()))]);
    let password = Password {
        column: "password".into(),
        salt: None,
        scheme: None,
        schemes: Schemes::auto(),
        site: Site::default(),
        typing: Typing::default(),
    };
    Decoy::of_sample(&[row], &password, 1 << 30).usual()
}

fn job(usual: &Arc<Usual>, scheme: &str, hash: &str, password: &str) -> Job {
    let stored = Stored { hash, salt: None };
    let verifier = registry::find(scheme).expect("a scheme").parse(stored, &Site::default()).expect("a hash");
    job_of(usual, Some(verifier), password)
}

fn job_of(usual: &Arc<Usual>, verifier: Option<Box<dyn Verifier>>, password: &str) -> Job {
    Job { verifier, usual: Arc::clone(usual), scheme: "test", attempt: Attempt::with_password(password) }
}

fn pool(threads: usize) -> VerifyPool {
    VerifyPool::start(threads, 256, 1 << 30, Metrics::new().expect("metrics")).expect("threads")
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A verifier with a mistake in it.
struct Panics;

impl Verifier for Panics {
    fn cost(&self) -> Cost {
        Cost { kind: "bcrypt", rounds: 32, memory: 0, label: "5".into() }
    }

    fn verify(&self, _: &Attempt) -> Verdict {
        panic!("a mistake")
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self)
    }
}

#[tokio::test]
async fn a_mixed_crowd_gets_its_own_verdicts() {
    for threads in [1, 2, 5] {
        let (pool, usual) = (pool(threads), usual());
        let mut jobs = Vec::new();
        for number in 0..40 {
            jobs.push(match number % 6 {
                0 => (job(&usual, "bcrypt_2a", BCRYPT, "hashcat"), Ok(Some(Verdict::Match))),
                1 => (job(&usual, "bcrypt_2a", BCRYPT, &format!("wrong{number}")), Ok(Some(Verdict::Mismatch))),
                2 => (job_of(&usual, None, "hashcat"), Ok(None)),
                3 => (job(&usual, "raw_md5", "8743b52063cd84097a65d1633f5c74f5", "hashcat"), Ok(Some(Verdict::Match))),
                4 => (job_of(&usual, Some(Box::new(Panics)), "x"), Err(NotVerified::Failed)),
                // bcrypt ends at a NUL: it has no lane.
                _ => (job(&usual, "bcrypt_2a", BCRYPT, "hashcat\0x"), Ok(Some(Verdict::Mismatch))),
            });
        }
        let (jobs, expected): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        let answers = futures_util::future::join_all(jobs.into_iter().map(|job| pool.verify(job, soon()))).await;
        for (at, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
            assert_eq!(answer, expected, "{at}");
        }
    }
}

#[tokio::test]
async fn who_runs_side_by_side_is_judged_alone() {
    let (pool, usual) = (pool(1), usual());
    let jobs = (0..32).map(|number| {
        let password = if number % 3 == 0 { "hashcat".to_owned() } else { format!("wrong{number}") };
        job(&usual, "bcrypt_2a", BCRYPT, &password)
    });
    let answers = futures_util::future::join_all(jobs.map(|job| pool.verify(job, soon()))).await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, Ok(Some(Verdict::of(number % 3 == 0))), "{number}");
    }
}

/// Vectors of one password from the programs that are named beside them.
const FIVE: &[(&str, &str)] = &[
    ("bcrypt_2a", BCRYPT),
    // hashcat's examples of modes 400, 1800, 500 and 10900.
    ("phpass_P", "$P$984478476IagS59wHZvyQMArzfx58u."),
    (
        "sha512_crypt",
        "$6$52450745$k5ka2p8bFuSmoVT1tzOyyuaREkkKBcCNqoDKzYiJL9RaE8yMnPgh2XzzF0NDrUhgrcLwg78xs1w5pJiypEdFX/",
    ),
    ("md5_crypt", "$1$28772684$iEwNOgGugqO9.bIz5sk8k/"),
];

#[tokio::test]
async fn a_mix_of_schemes_and_a_dear_one_among_them() {
    let dear = ::bcrypt::hash("hashcat", 9).expect("a hash");
    for threads in [1, 3] {
        let (pool, usual) = (pool(threads), usual());
        for _ in 0..3 {
            let jobs = (0..40).map(|number| {
                let right = number % 3 != 0;
                let password = if right { "hashcat".to_owned() } else { format!("wrong{number}") };
                let (scheme, hash) = FIVE.get(number % 5).copied().unwrap_or(("bcrypt_2b", &dear));
                (job(&usual, scheme, hash, &password), right)
            });
            let (jobs, right): (Vec<_>, Vec<_>) = jobs.unzip();
            let answers = futures_util::future::join_all(jobs.into_iter().map(|job| pool.verify(job, soon()))).await;
            for (at, (answer, right)) in answers.into_iter().zip(right).enumerate() {
                assert_eq!(answer, Ok(Some(Verdict::of(right))), "{at}");
            }
        }
    }
}

/// A verifier whose lane is of another kind than it said.
struct Lies(Box<dyn Verifier>);

impl Verifier for Lies {
    fn cost(&self) -> Cost {
        self.0.cost()
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        self.0.verify(attempt)
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        self.0.decoy()
    }

    fn lane_kind(&self) -> Option<lanes::Kind> {
        self.0.lane_kind()
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        match attempt.text.as_str() {
            "panics" => panic!("a mistake"),
            "other" => Some(Lane::Bcrypt(lanes::bcrypt::Input::new(&[0; 72], [0; 16]), 4)),
            _ => None,
        }
    }
}

#[tokio::test]
async fn a_mistake_before_the_kernel_is_nobody_elses() {
    let (pool, usual) = (pool(1), usual());
    let jobs = (0..24).map(|number| {
        let stored = Stored { hash: BCRYPT, salt: None };
        let verifier = registry::find("bcrypt_2a").expect("a scheme").parse(stored, &Site::default()).expect("a hash");
        match number % 4 {
            0 => job_of(&usual, Some(Box::new(Lies(verifier))), "panics"),
            1 => job_of(&usual, Some(Box::new(Lies(verifier))), "other"),
            2 => job_of(&usual, Some(Box::new(Lies(verifier))), "hashcat"),
            _ => job_of(&usual, Some(verifier), "hashcat"),
        }
    });
    let answers = futures_util::future::join_all(jobs.map(|job| pool.verify(job, soon()))).await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, Ok(Some(Verdict::of(number % 4 > 1))), "{number}");
    }
}

#[tokio::test]
async fn a_pool_that_ends_leaves_nobody_without_an_answer() {
    let (pool, usual) = (Arc::new(pool(1)), usual());
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (pool, job) = (Arc::clone(&pool), job(&usual, "bcrypt_2a", BCRYPT, "hashcat"));
        waiting.spawn(async move { pool.verify(job, soon()).await });
    }
    tokio::task::yield_now().await;
    drop(pool);
    assert!(waiting.join_all().await.into_iter().all(|answer| answer == Ok(Some(Verdict::Match))));
}

#[tokio::test]
async fn those_who_leave_take_nobody_along() {
    let (pool, usual) = (pool(1), usual());
    for _ in 0..20 {
        let leaving = (0..8).map(|_| pool.verify(job(&usual, "bcrypt_2a", BCRYPT, "gone"), soon()));
        let _ = tokio::time::timeout(Duration::from_micros(50), futures_util::future::join_all(leaving)).await;
        let answer = pool.verify(job(&usual, "bcrypt_2a", BCRYPT, "hashcat"), soon()).await;
        assert_eq!(answer, Ok(Some(Verdict::Match)));
    }
}

#[tokio::test]
async fn a_deadline_in_the_past_is_an_overload() {
    let (pool, usual) = (pool(1), usual());
    let waiting = (0..4).map(|_| pool.verify(job(&usual, "bcrypt_2a", BCRYPT, "x"), Instant::now()));
    for answer in futures_util::future::join_all(waiting).await {
        assert!(matches!(answer, Err(NotVerified::Overloaded(_)) | Ok(Some(Verdict::Mismatch))), "{answer:?}");
    }
}

#[tokio::test]
async fn nothing_larger_than_the_budget_is_begun() {
    let usual = usual();
    let pool = VerifyPool::start(2, 8, 1 << 20, Metrics::new().expect("metrics")).expect("threads");
    let argon2 = "$argon2id$v=19$m=65536,t=1,p=1$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let answer = pool.verify(job(&usual, "argon2id", argon2, "x"), soon()).await;
    assert_eq!(answer, Err(NotVerified::TooLarge));
}
