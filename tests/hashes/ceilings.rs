//! Absurd costs are refused before any work: each of these would take minutes, or more memory than there is.
use drawbridge::hash::{
    attempt::Attempt,
    scheme::{Identified, Reason, Site, Stored, Verdict},
    schemes::Schemes,
};

const DIGEST_43: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn no_absurd_cost_is_begun() {
    let costly = [
        "$2b$17$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe".to_owned(),
        format!("pbkdf2_sha256$4000000000$salt${DIGEST_43}="),
        format!("pbkdf2_sha256$99999999999999999999$salt${DIGEST_43}="),
        format!("$pbkdf2-sha256$i=16777217$c2FsdHNhbHQ${DIGEST_43}"),
        format!("PBKDF2$sha512$4294967295$c2FsdA==${DIGEST_43}="),
        format!("$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ${DIGEST_43}"),
        format!("$argon2id$v=19$m=1048576,t=1000,p=1$c2FsdHNhbHQ${DIGEST_43}"),
        format!("$argon2id$v=19$m=65536,t=1,p=16777215$c2FsdHNhbHQ${DIGEST_43}"),
        format!("$scrypt$ln=40,r=8,p=1$c2FsdHNhbHQ${DIGEST_43}"),
        format!("$scrypt$ln=1,r=1,p=8388608$c2FsdHNhbHQ${DIGEST_43}"),
        format!("$scrypt$ln=1,r=8388608,p=1$c2FsdHNhbHQ${DIGEST_43}"),
        format!("$scrypt$ln=20,r=8,p=1000$c2FsdHNhbHQ${DIGEST_43}"),
        format!("scrypt$1073741824$salt$8$1${DIGEST_43}="),
        format!("$5$rounds=999999999$salt${}", ".".repeat(43)),
        format!("$6$rounds=999999999$salt${}", ".".repeat(86)),
        format!("$sha1$4294967295$salt${}", ".".repeat(28)),
        format!("$md5,rounds=4294967295$salt$${}", ".".repeat(22)),
        format!("$P$Uabcdefgh{}", ".".repeat(22)),
        format!("$S$Uabcdefgh{}", ".".repeat(43)),
        format!("$y$jzzz$abcdefghijklmnop${}", ".".repeat(43)),
        format!("$7$zzzzz/..../....salt${}", ".".repeat(43)),
    ];
    for stored in &costly {
        match Schemes::auto().identify(Stored { hash: stored, salt: None }, &Site::default()) {
            Identified::Unverifiable(Reason::TooCostly | Reason::Malformed | Reason::Unknown) => {}
            Identified::Unverifiable(reason) => panic!("{stored}: {}", reason.word()),
            _ => panic!("{stored} was taken"),
        }
    }
}

#[test]
fn a_long_password_makes_no_ceiling_higher() {
    let long = Attempt::with_password(&"x".repeat(4096));
    for stored in [
        format!("$6$rounds=4000000$salt${}", ".".repeat(86)),
        "$shiro1$SHA-512$100000000$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==".to_owned(),
        format!("{{x-issha, 999999999}}{DIGEST_43}="),
        format!("SCRAM-SHA-256$999999999:c2FsdA==${DIGEST_43}=:{DIGEST_43}="),
    ] {
        let verdict = match Schemes::auto().identify(Stored { hash: &stored, salt: None }, &Site::default()) {
            Identified::Hash { verifier, .. } => verifier.verify(&long),
            Identified::Unverifiable(reason) => Verdict::Unverifiable(reason),
            Identified::NoPassword => panic!("{stored} is not read"),
        };
        assert_eq!(verdict, Verdict::Unverifiable(Reason::TooCostly), "{stored}");
    }
}
