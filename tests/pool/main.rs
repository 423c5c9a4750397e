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
